"""This module gives entries: the formula of entry (i, j) of a quantity, with symbolic or fixed indices.

It serves the index view (`δ_i x_j`, sums kept as Σ) and the scalar view (`δ_1 x_2`, sums written out).
Positions are affine forms counted from 0; what is printed counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product as combinations

from symdl.core.algebra import total
from symdl.core.dims import Affine, Dim, Shape, affine, compose, dim_names
from symdl.core.expansion import expansion, inline
from symdl.core.graph import Adjoint, Equation, Graph, Var
from symdl.core.naming import array_node, dim_node, leaf, name_node
from symdl.core.op import Composite, Contract, Literal, Pointwise, Select
from symdl.core.spelling import NoMatrixView, Speller
from symdl.core.tape import Tape
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Array,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Partial,
    Product,
    Repeat,
    Sum,
    number,
    substitute,
    times,
)  # fmt: skip

Position = tuple[Affine, ...]
INDEX_LETTERS = "ijklmnpqrstuvw"
PRINTED = "'"  # marks an index letter that is printed, apart from the loop letters of an op


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition on a position: `form` lies in 0 … dim-1, or equals zero when `dim` is None."""

    form: Affine
    dim: Dim | None

    def known(self) -> bool | None:
        """True or False where the position is fixed, else None."""
        if self.form.terms:
            return None
        if self.dim is None:
            return bool(self.form.const == 0)
        if self.form.const == 0 or not isinstance(self.dim, int):
            return True if self.form.const == 0 else None
        return bool(0 <= self.form.const < self.dim)


class Entries:
    """Entries of the quantities of a graph.

    `expanded` writes sums out term by term (the scalar view), otherwise they stay bound sums. `taken`
    are names that index letters must avoid.
    """

    def __init__(self, graph: Graph, expanded: bool = False) -> None:
        self.graph = graph
        self.expanded = expanded
        self.taken = {str(name) for name in graph.by_name if isinstance(name, str)}
        self.taken |= set(dim_names(var.shape for var in graph.inputs))
        self._bodies: dict[Var, Entries] = {}
        self._speller = Speller(graph)

    def letters(self, rank: int) -> tuple[str, ...]:
        """Free index letters for an array of some rank."""
        return tuple(self._fresh(rank, set()))

    def _fresh(self, count: int, used: set[str]) -> Iterator[str]:
        pool = (letter for letter in INDEX_LETTERS if letter not in self.taken and letter not in used)
        for _ in range(count):
            yield next(pool)

    def line(self, var: Var, position: Position) -> Node:
        """The right side of the line that defines an entry of a quantity."""
        saved, self.taken = self.taken, self.taken | printed_letters(position)
        node = self._expand(self.graph.definition[var], position)
        self.taken = saved
        return node

    def entry(self, var: Var, position: Position) -> Node:
        """An entry as it stands inside a formula: its name, or its formula if it is anonymous."""
        if var.name is not None or var not in self.graph.definition:
            return entry_name(var, position)
        return self._expand(self.graph.definition[var], position)

    def _expand(self, equation: Equation, position: Position) -> Node:
        op = equation.op
        if isinstance(op, Pointwise):
            parts = {p: self.entry(arg, position) for p, arg in zip(op.params, equation.args, strict=True)}
            return tidy(substitute(op.body, parts))
        if isinstance(op, Contract):
            return self._contract(op, equation.args, position)
        if isinstance(op, Composite):
            return self._composite(equation, op, position)
        if isinstance(op, Literal):
            return self._literal(op, position)
        assert isinstance(op, Select)
        return self._selected(op, equation.args[0], position)

    def _selected(self, op: Select, arg: Var, position: Position) -> Node:
        """`argmax(z)[i]`; an array that matrices cannot write stands there by the entries of its row."""
        try:
            return Index(Apply(op.key, (self._speller.whole(arg),)), tuple(map(subscript, position)))
        except NoMatrixView:
            if not isinstance(arg.shape[-1], int):
                raise
        lead = len(arg.shape) - 1
        row = tuple(self.entry(arg, (*position[:lead], Affine((), k))) for k in range(arg.shape[-1]))
        return Index(Apply(op.key, (Array(row),)), tuple(map(subscript, position[lead:])))

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
            body = ZERO if body == ZERO else Repeat("sum", body, names[letter], ONE, dim_node(dim))
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
        for condition in conditions:
            if condition.known() is None and not always(condition, ranges):
                body = guarded(condition, body)
        return body


def line_of(graph: Graph, var: Var) -> Node:
    """The right side of a line: in matrices where they can write it, by entries otherwise."""
    try:
        return Speller(graph).line(var)
    except NoMatrixView:
        entries = Entries(graph)
        return entries.line(var, symbolic_position(entries.letters(len(var.shape))))


def _sum(terms: list[Node]) -> Node:
    flat = [item for term in terms for item in (term.terms if isinstance(term, Sum) else (term,))]
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def _product(factors: list[Node]) -> Node:
    flat = [f for f in factors if f != ONE]
    if not flat:
        return ONE
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


def solve(op: Contract, position: Position) -> tuple[dict[str, Affine], list[Guard]]:
    """The loop letters that a position of the result fixes, and the conditions that remain."""
    env: dict[str, Affine] = {}
    guards: list[Guard] = []
    dims = dict(op.loops)
    for written, target, size in zip(op.write, position, op.out, strict=True):
        form = compose(affine(written), env)
        pending = [
            (letter, c) for letter, c in form.terms if letter in dims and letter not in env and c in (1, -1)
        ]
        if not pending:
            guards.append(Guard(minus(form, target), None))
            continue
        letter, c = pending[0]
        rest = Affine(tuple(t for t in form.terms if t[0] != letter), form.const)
        solution = minus(target, rest) if c == 1 else minus(rest, target)
        env = {key: compose(value, {letter: solution}) for key, value in env.items()} | {letter: solution}
        if not isinstance(written, str) or dims[letter] != size:
            guards.append(Guard(solution, dims[letter]))
    return env, guards


def minus(left: Affine, right: Affine) -> Affine:
    """The difference of two affine forms."""
    terms = dict(left.terms)
    for letter, c in right.terms:
        terms[letter] = terms.get(letter, 0) - c
    return Affine(tuple((letter, c) for letter, c in terms.items() if c != 0), left.const - right.const)


def ranges_of(position: Position, shape: Shape) -> dict[str, Dim]:
    """How far the letters run that stand alone in a position of an array."""
    return {
        form.terms[0][0]: dim
        for form, dim in zip(position, shape, strict=True)
        if len(form.terms) == 1 and form.terms[0][1] == 1 and form.const == 0
    }


def always(guard: Guard, ranges: dict[str, Dim]) -> bool:
    """Whether a range condition holds for all values of the letters; for symbolic sizes, at sight."""
    if not isinstance(guard.dim, int):
        return any(guard == Guard(Affine(((letter, 1),)), dim) for letter, dim in ranges.items())
    low = high = guard.form.const
    for letter, c in guard.form.terms:
        span = ranges.get(letter)
        if not isinstance(span, int) or not isinstance(c, int):
            return False
        low, high = low + min(0, c * (span - 1)), high + max(0, c * (span - 1))
    return bool(low >= 0 and high < guard.dim)


def guarded(guard: Guard, body: Node) -> Node:
    """A term that counts only where its condition holds."""
    place = subscript(guard.form)
    if guard.dim is None:
        return Apply("where", (_vanishes(guard.form), body, ZERO))
    inside = Apply("where", (Compare("<=", place, dim_node(guard.dim)), body, ZERO))
    return Apply("where", (Compare(">=", place, ONE), inside, ZERO))


def _vanishes(form: Affine) -> Node:
    """A form set equal to zero, in letters counted from 1 and without minus signs: `i = j`."""
    const = form.const - sum(c for _, c in form.terms)
    left = tuple((letter, c) for letter, c in form.terms if c > 0)
    right = tuple((letter, -c) for letter, c in form.terms if not c > 0)
    behind = isinstance(const, int) and const < 0
    return Compare("=", _affine(left, 0 if behind else const), _affine(right, -const if behind else 0))


def subscript(form: Affine) -> Node:
    """A position as it is printed, counted from 1."""
    return _affine(form.terms, form.const + 1 - sum(c for _, c in form.terms))


def _affine(forms: tuple[tuple[str, Dim], ...], const: Dim) -> Node:
    terms = [
        _multiple(letter.removeprefix(PRINTED), c)
        for letter, c in sorted(forms, key=lambda term: term[1] == -1)
    ]
    if not terms:
        return dim_node(const)
    if const != 0:
        terms.append(Negate(dim_node(-const)) if isinstance(const, int) and const < 0 else dim_node(const))
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _multiple(letter: str, c: Dim) -> Node:
    if c in (1, -1):
        return Name(letter) if c == 1 else Negate(Name(letter))
    if isinstance(c, int) and c < 0:
        return Negate(times(number(-c), Name(letter), style="juxtaposed"))
    return times(dim_node(c), Name(letter), style="juxtaposed")


def entry_name(var: Var, position: Position) -> Node:
    """The name of an entry: `W[1,2]`, or the derivative by it for an adjoint."""
    subscripts = tuple(map(subscript, position))
    if isinstance(var.name, Adjoint):
        rank = var.name.rank
        return Partial(
            _subscripted(leaf(var.name.of), subscripts[:rank]),
            (_subscripted(leaf(var.name.by), subscripts[rank:]),),
        )
    return _subscripted(name_node(var), subscripts)


def _subscripted(node: Node, subscripts: tuple[Node, ...]) -> Node:
    if not subscripts:
        return node
    if isinstance(node, Index):
        return Index(node.base, (*node.subscripts, *subscripts))
    return Index(node, subscripts)


def positions(shape: Shape) -> Iterator[Position]:
    """All positions of an array of known size, row by row."""
    for index in combinations(*(range(dim) for dim in shape)):
        yield tuple(Affine((), k) for k in index)


def symbolic_position(letters: tuple[str, ...]) -> Position:
    """A general position, by its letters."""
    return tuple(Affine(((PRINTED + letter, 1),)) for letter in letters)


def printed_letters(forms: Position) -> set[str]:
    """The index letters that some positions show."""
    return {letter.removeprefix(PRINTED) for form in forms for letter, _ in form.terms}
