"""This module gives entries: the formula of entry (i, j) of a quantity, with symbolic or fixed indices.

It serves the index view (`δ_i x_j`, sums kept as Σ) and the scalar view (`δ_1 x_2`, sums written out).
Positions are affine forms counted from 0; what is printed counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count as counting
from itertools import islice
from itertools import product as combinations

from symdl.core.algebra import total
from symdl.core.dims import Affine, Dim, Shape, affine, compose, dim_names, never_negative, size_of
from symdl.core.expansion import expansion, inline
from symdl.core.graph import Adjoint, Equation, Graph, Var
from symdl.core.naming import array_node, dim_node, is_negative, leaf, name_node, origin
from symdl.core.op import Composite, Contract, Literal, Pointwise, Select
from symdl.core.sifting import summed
from symdl.core.spelling import NoMatrixView, Speller, is_identity
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
    Number,
    Partial,
    Product,
    Relation,
    Sum,
    children,
    names,
    plus,
    size,
    substitute,
    times,
)  # fmt: skip

Position = tuple[Affine, ...]
MAX_LISTED, MAX_LISTED_SIZE = 12, 240  # entries of an array that are written one by one, and their parts
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


def line_of(graph: Graph, var: Var) -> Node:
    """The right side of a line: in matrices where they can write it, by entries otherwise."""
    try:
        return Speller(graph).line(var)
    except NoMatrixView:
        entries = Entries(graph)
        return entries.line(var, symbolic_position(entries.letters(len(var.shape))))


def listed(graph: Graph, var: Var) -> Node | None:
    """A small array by its entries, where its general entry would need cases."""
    shape = var.shape
    if len(shape) not in (1, 2) or not all(isinstance(n, int) for n in shape) or size_of(shape) > MAX_LISTED:
        return None
    entries = Entries(graph)
    letters = entries.letters(len(shape))
    if not _has_cases(entries.line(var, symbolic_position(letters)), frozenset(letters)):
        return None
    expanded = Entries(graph, expanded=True)
    items = [expanded.line(var, place) for place in positions(shape)]
    return array_node(items, shape) if sum(map(size, items)) <= MAX_LISTED_SIZE else None


def _has_cases(node: Node, letters: frozenset[str]) -> bool:
    """Whether a formula tells places apart."""
    if isinstance(node, Compare) and (names(node.left) | names(node.right)) & letters:
        return True
    return any(_has_cases(child, letters) for child in children(node))


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


def solve(op: Contract, position: Position) -> tuple[dict[str, Affine], list[Guard]]:
    """The loop letters that a position of the result fixes, and the conditions that remain."""
    env: dict[str, Affine] = {}
    guards: list[Guard] = []
    dims = dict(op.loops)
    for written, target, length in zip(op.write, position, op.out, strict=True):
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
        if not isinstance(written, str) or dims[letter] != length:
            guards.append(Guard(solution, dims[letter]))
    return env, guards


def minus(left: Affine, right: Affine) -> Affine:
    """The difference of two affine forms."""
    terms = dict(left.terms)
    for letter, c in right.terms:
        terms[letter] = terms.get(letter, 0) - c
    return Affine(tuple((letter, c) for letter, c in terms.items() if c != 0), left.const - right.const)


def within(dim: Dim, ranges: dict[str, Dim], place: Node) -> bool:
    """Whether a printed place, a letter or a number, certainly lies in 1 … dim."""
    if isinstance(place, Number):
        return isinstance(dim, int) and 1 <= place.value <= dim
    return isinstance(place, Name) and ranges.get(PRINTED + place.text) == dim


def ranges_of(position: Position, shape: Shape) -> dict[str, Dim]:
    """How far the letters run that stand alone in a position of an array."""
    return {
        form.terms[0][0]: dim
        for form, dim in zip(position, shape, strict=True)
        if len(form.terms) == 1 and form.terms[0][1] == 1 and form.const == 0
    }


def conditions_left(guard: Guard, ranges: dict[str, Dim]) -> list[Node]:
    """What of a guard has to be written: a bound that holds for all values of the letters is not."""
    if guard.dim is None:
        return [_vanishes(guard.form)]
    low, high = reach(guard.form, ranges)
    left: list[Node] = []
    if high is None or not never_negative(guard.dim - 1 - high):
        left.append(_bounded("<=", guard.form, guard.dim))
    if low is None or not never_negative(low):
        left.append(_bounded(">=", guard.form, 1))
    return left


def _bounded(relation: Relation, form: Affine, bound: Dim) -> Node:
    """A bound of a position counted from 1; its constant goes to the other side where none is negative."""
    if any(is_negative(c) for _, c in form.terms):
        return Compare(relation, subscript(form), dim_node(bound))
    shift = form.const + 1 - sum(c for _, c in form.terms)
    return Compare(relation, _affine(form.terms, 0), dim_node(bound - shift))


def reach(form: Affine, ranges: dict[str, Dim]) -> tuple[Dim | None, Dim | None]:
    """The least and the largest value of a position, None where a letter has no known range."""
    low: Dim | None = form.const
    high: Dim | None = form.const
    for letter, c in form.terms:
        span = ranges.get(letter)
        if span is None:
            return None, None
        if c > 0:
            high = high + c * (span - 1)
        else:
            low = low + c * (span - 1)
    return low, high


def _vanishes(form: Affine) -> Node:
    """A form set equal to zero, in letters counted from 1 and without minus signs: `i = j`."""
    const = form.const - sum(c for _, c in form.terms)
    left = tuple((letter, c) for letter, c in form.terms if c > 0)
    right = tuple((letter, -c) for letter, c in form.terms if not c > 0)
    behind = isinstance(const, int) and const < 0
    sides = [_affine(left, 0 if behind else const), _affine(right, -const if behind else 0)]
    return Compare("=", *(sides if left else reversed(sides)))


def subscript(form: Affine) -> Node:
    """A position as it is printed, counted from 1."""
    return _affine(form.terms, form.const + 1 - sum(c for _, c in form.terms))


def _affine(forms: tuple[tuple[str, Dim], ...], const: Dim) -> Node:
    terms = [
        _multiple(letter.removeprefix(PRINTED), c)
        for letter, c in sorted(forms, key=lambda term: is_negative(term[1]))
    ]
    if not terms or const != 0:
        terms.append(dim_node(const))
    return plus(*(part for term in terms for part in (term.terms if isinstance(term, Sum) else (term,))))


def _multiple(letter: str, c: Dim) -> Node:
    if is_negative(c):
        return Negate(_multiple(letter, -c))
    factor = dim_node(c)
    factors = factor.factors if isinstance(factor, Product) else (factor,)
    return times(*(f for f in factors if f != ONE), Name(letter), style="juxtaposed")


def entry_name(var: Var, position: Position) -> Node:
    """The name of an entry: `W[1,2]`, or the derivative by it for an adjoint."""
    subscripts = tuple(map(subscript, position))
    if isinstance(var.name, Adjoint):
        rank, (of, before) = var.name.rank, origin(var.name)
        last = _subscripted(leaf(var.name.by), subscripts[rank:])
        if before:
            return Partial(
                leaf(of), (*map(leaf, before[:-1]), _subscripted(leaf(before[-1]), subscripts[:rank]), last)
            )
        return Partial(_subscripted(leaf(of), subscripts[:rank]), (last,))
    return _subscripted(name_node(var), subscripts)


def _subscripted(node: Node, subscripts: tuple[Node, ...]) -> Node:
    if not subscripts:
        return node
    if isinstance(node, Index):
        return Index(node.base, (*node.subscripts, *subscripts))
    return Index(node, subscripts)


def positions(shape: Shape) -> Iterator[Position]:
    """All positions of an array of known size, row by row."""
    return map(fixed_position, combinations(*(range(dim) for dim in shape)))


def fixed_position(index: Iterable[int]) -> Position:
    """The position of an entry, counted from 0."""
    return tuple(Affine((), int(k)) for k in index)


def symbolic_position(letters: tuple[str, ...]) -> Position:
    """A general position, by its letters."""
    return tuple(Affine(((PRINTED + letter, 1),)) for letter in letters)


def printed_letters(forms: Position) -> set[str]:
    """The index letters that some positions show."""
    return {letter.removeprefix(PRINTED) for form in forms for letter, _ in form.terms}
