"""This module gives entries: the formula of entry (i, j) of a quantity, with symbolic or fixed indices.

It serves the index view (`δ_i x_j`, sums kept as Σ) and the scalar view (`δ_1 x_2`, sums written out).
Positions are affine forms counted from 0; what is printed counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import count as counting
from itertools import islice
from itertools import product as combinations

from symdl.core.algebra import total
from symdl.core.dims import Affine, Dim, compose, dim_names
from symdl.core.expansion import expansion, inline
from symdl.core.graph import Equation, Graph, Var
from symdl.core.guards import Guard, conditions_left, ranges_of, solve, within
from symdl.core.naming import array_node, dim_node
from symdl.core.op import Composite, Contract, Literal, Pointwise, Select
from symdl.core.positions import (
    Position,
    entry_name,
    printed_letters,
    subscript,
    symbolic_position,
)
from symdl.core.sifting import summed
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller, is_identity
from symdl.core.tape import Tape
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Array,
    Index,
    Negate,
    Node,
    Product,
    Sum,
    substitute,
    times,
)  # fmt: skip

INDEX_LETTERS = "ijklmnpqrstuvw"


class Entries:
    """Entries of the quantities of a graph.

    `expanded` writes sums out term by term (the scalar view), otherwise they stay bound sums. `taken`
    are names that index letters must avoid.
    """

    def __init__(self, graph: Graph, expanded: bool = False) -> None:
        self.graph = graph
        self.expanded = expanded
        self.taken = {name.split("[")[0] for name in graph.by_name if isinstance(name, str)}
        self.taken |= set(dim_names(var.shape for var in graph.inputs))
        self._bodies: dict[Var, Entries] = {}
        self._speller = Speller(graph)

    def letters(self, rank: int) -> tuple[str, ...]:
        """Free index letters for an array of some rank."""
        return tuple(self._fresh(rank, set()))

    def _fresh(self, count: int, used: set[str]) -> Iterator[str]:
        pool = (f"{letter}{k or ''}" for k in counting() for letter in INDEX_LETTERS)
        free = (letter for letter in pool if letter not in self.taken and letter not in used)
        yield from islice(free, count)

    def line(self, var: Var, position: Position) -> Node:
        """The right side of the line that defines an entry of a quantity."""
        saved, self.taken = self.taken, self.taken | printed_letters(position)
        node = self._expand(self.graph.definition[var], position)
        self.taken = saved
        return node

    def entry(self, var: Var, position: Position) -> Node:
        """An entry as it stands inside a formula: its name, or its formula if it is anonymous."""
        if (var.name is not None or var not in self.graph.definition) and not is_identity(var):
            return entry_name(var, position)
        return self._expand(self.graph.definition[var], position)

    def _expand(self, equation: Equation, position: Position) -> Node:
        op = equation.op
        if isinstance(op, Pointwise):
            parts = {p: self.entry(arg, position) for p, arg in zip(op.params, equation.args, strict=True)}
            return tidy(substitute(op.printed, parts))
        if isinstance(op, Contract):
            return self._contract(op, equation.args, position)
        if isinstance(op, Composite):
            return self._composite(equation, op, position)
        if isinstance(op, Literal):
            return self._literal(op, position)
        assert isinstance(op, Select)
        return self._selected(op, equation.args, position)

    def _selected(self, op: Select, args: tuple[Var, ...], position: Position) -> Node:
        """`argmax(z)[i]`; an array that matrices cannot write stands there by the entries of its row."""
        try:
            whole = Apply(op.key, tuple(map(self._speller.whole, args)))
            return Index(whole, tuple(map(subscript, position)))
        except NoMatrixView:
            if not isinstance(args[0].shape[-1], int):
                raise
        lead, length = len(args[0].shape) - 1, args[0].shape[-1]
        rows = tuple(
            Array(tuple(self.entry(arg, (*position[:lead], Affine((), k))) for k in range(length)))
            for arg in args
        )
        return Index(Apply(op.key, rows), tuple(map(subscript, position[lead:])))

    def _literal(self, op: Literal, position: Position) -> Node:
        if all(not form.terms for form in position):
            flat = 0
            for form, dim in zip(position, op.out, strict=True):
                flat = flat * dim + form.const
            return op.values[flat]
        return Index(array_node(op.values, op.out), tuple(map(subscript, position)))

    def _composite(self, equation: Equation, op: Composite, position: Position) -> Node:
        if not position and not self.expanded:
            with suppress(NoMatrixView):
                return self._speller.line(equation.out)
        if op.sized and not self.expanded:
            return Index(self._speller.line(equation.out), tuple(map(subscript, position)))
        if equation.out not in self._bodies:
            body = expansion(op, tuple(arg.shape for arg in equation.args))
            tape = Tape(self.graph)
            output = inline(tape, body, dict(zip(op.params, equation.args, strict=True)))
            self._bodies[equation.out] = Entries(tape.graph(output), self.expanded)
        inner = self._bodies[equation.out]
        inner.taken = self.taken | printed_letters(position)
        return inner.entry(inner.graph.output, position)

    def _contract(self, op: Contract, args: tuple[Var, ...], position: Position) -> Node:
        env, guards = solve(op, position)
        ranges = ranges_of(position, op.out)
        free = [(letter, dim) for letter, dim in op.loops if letter not in env]
        if self.expanded and all(isinstance(dim, int) for _, dim in free):
            return self._written_out(op, args, env, guards, free, ranges)
        used = printed_letters((*env.values(), *position))
        names = dict(zip((letter for letter, _ in free), self._fresh(len(free), used), strict=True))
        bound = dict(zip(names, symbolic_position(tuple(names.values())), strict=True))
        saved, self.taken = self.taken, self.taken | set(names.values())
        closed = {letter: compose(form, bound) for letter, form in env.items()} | bound
        ranges |= ranges_of(tuple(bound.values()), tuple(dim for _, dim in free))
        body = self._term(op, args, closed, guards, ranges)
        self.taken = saved
        for letter, dim in reversed(free):
            body = summed(body, names[letter], dim_node(dim), partial(within, dim, ranges))
        return body

    def _written_out(
        self,
        op: Contract,
        args: tuple[Var, ...],
        env: dict[str, Affine],
        guards: list[Guard],
        free: list[tuple[str, Dim]],
        ranges: dict[str, Dim],
    ) -> Node:
        terms = []
        for choice in combinations(*(range(dim) for _, dim in free)):
            fixed = {letter: Affine((), k) for (letter, _), k in zip(free, choice, strict=True)}
            closed = {letter: compose(form, fixed) for letter, form in env.items()} | fixed
            terms.append(self._term(op, args, closed, guards, ranges))
        return total(*terms) if any(term == ZERO for term in terms) else _sum(terms)

    def _term(
        self,
        op: Contract,
        args: tuple[Var, ...],
        env: dict[str, Affine],
        guards: list[Guard],
        ranges: dict[str, Dim],
    ) -> Node:
        conditions = [Guard(compose(guard.form, env), guard.dim) for guard in guards]
        factors: list[Node] = []
        for read, arg in zip(op.reads, args, strict=True):
            where = tuple(compose(s, env) for s in read)
            for s, form, dim in zip(read, where, arg.shape, strict=True):
                if not isinstance(s, str):
                    conditions.append(Guard(form, dim))
            if any(condition.known() is False for condition in conditions):
                return ZERO
            factors.append(self.entry(arg, where))
        if any(condition.known() is False for condition in conditions):
            return ZERO
        body = _product(factors)
        for condition in (condition for condition in conditions if condition.known() is None):
            for test in conditions_left(condition, ranges):
                body = Apply("where", (test, body, ZERO))
        return body


def _sum(terms: list[Node]) -> Node:
    flat = [item for term in terms for item in (term.terms if isinstance(term, Sum) else (term,))]
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def _product(factors: list[Node]) -> Node:
    flat = [f for f in factors if f != ONE]
    if not flat or ZERO in flat:
        return ZERO if flat else ONE
    spread = [g for f in flat for g in (f.factors if isinstance(f, Product) else (f,))]
    return times(*spread, style="juxtaposed")


def tidy(node: Node) -> Node:
    """Nested plain products and sums of a substituted body as one, the order kept; zero entries vanish."""
    if isinstance(node, Product) and ZERO in node.factors:
        return ZERO
    if isinstance(node, Product):
        return _product([*node.factors]) if any(isinstance(f, Product) for f in node.factors) else node
    if isinstance(node, Sum):
        return _sum([term for term in node.terms if term not in (ZERO, Negate(ZERO))] or [ZERO])
    if isinstance(node, Negate) and node.arg == ZERO:
        return ZERO
    return node
