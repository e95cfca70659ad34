"""This module rewrites backward lines as a board shows them: a factor lost, a term, a sign, a transpose.

Every named adjoint has a line; a change is one part of that line written otherwise, and the rest of the
backward pass follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from symdl.autodiff.reverse import Backward
from symdl.core.graph import Adjoint, Equation, Graph, Var, ancestors
from symdl.core.naming import leaf
from symdl.core.op import Pointwise
from symdl.formula.tree import (
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    children,
    number,
    rebuild,
)
from symdl.grading.diagnosing.misconceptions import Change, Compute, Passage

Rewrite = Callable[[Node], Iterator[tuple[Node, Node | None]]]  # other nodes, each with what it lacks


def place_of(graph: Graph, var: Var) -> str:
    """The named quantity that an anonymous one is a part of."""
    reached = {var}
    if var.name is not None:
        return str(var.name)
    for equation in graph.equations:
        if not reached.isdisjoint(equation.args):
            if equation.out.name is not None:
                return str(equation.out.name)
            reached.add(equation.out)
    return var.label


def curved(line: Equation) -> bool:
    """Whether a line bends: a function of one quantity, not a constant."""
    op = line.op
    return isinstance(op, Pointwise) and len(op.params) == 1 and not isinstance(op.body, Number)


def replaced(node: Node, old: Node, new: Node) -> Node:
    """The node with a part directly below it replaced."""
    return rebuild(node, lambda part: new if part == old else part)


def everywhere(node: Node, rewrite: Rewrite) -> Iterator[tuple[Node, Node | None]]:
    """The line with one part of it rewritten, part by part."""
    yield from rewrite(node)
    for child in dict.fromkeys(children(node)) if not isinstance(node, Partial) else ():
        for other, lost in everywhere(child, rewrite):
            yield replaced(node, child, other), lost


def rewritten(passage: Passage, rewrite: Rewrite, at_line: bool = False) -> Iterator[Change]:
    """Every backward line with one part of it rewritten; placed at the line, or where it leads through."""
    for var, line in passage.lines.backward:
        assert isinstance(var.name, Adjoint)
        for other, lost in everywhere(line, rewrite):
            facts = {} if lost is None else {"factor": lost}
            place = str(var.name) if at_line else _through(passage, var)
            yield Change(place, var, passage.lines.run(other), facts, later=1)


def _through(passage: Passage, adjoint: Var) -> str:
    """The line of the forward pass that a backward line goes back through; else the quantity itself."""
    assert isinstance(adjoint.name, Adjoint)
    swept = passage.backwards.get(adjoint.name.of)
    var = passage.forward.by_name.get(adjoint.name.by)
    uses = swept.contributions.get(var, ()) if swept is not None and var is not None else ()
    return place_of(passage.forward, uses[0].equation.out) if len(uses) == 1 else adjoint.name.by


def _without(factors: tuple[Node, ...], styles: tuple[str, ...], k: int) -> Node:
    rest = factors[:k] + factors[k + 1 :]
    kept = styles[: k - 1] + styles[k:] if k else styles[1:]
    return rest[0] if len(rest) == 1 else Product(rest, kept)  # type: ignore[arg-type]


def lost_factors(passage: Passage) -> Iterator[Change]:
    """One factor of a backward line is left out: a weight, the error, a mean's 1/N (row 1)."""

    def lost(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Product):
            for k, factor in enumerate(node.factors):
                if not _is_number(factor) and node.factors.count(factor) == 1:
                    yield _without(node.factors, node.styles, k), factor

    yield from rewritten(passage, lost)


def inverted_factors(passage: Passage) -> Iterator[Change]:
    """A backward line divided by one of its numbers instead of multiplied by it."""
    scalars = {str(name) for name, var in passage.forward.by_name.items() if not var.shape}

    def inverted(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Product):
            for k, factor in enumerate(node.factors):
                if isinstance(factor, Name) and factor.text in scalars and node.factors.count(factor) == 1:
                    yield Quotient(_without(node.factors, node.styles, k), factor), factor

    yield from rewritten(passage, inverted)


def _is_number(node: Node) -> bool:
    return isinstance(node, Number) or (isinstance(node, Negate) and _is_number(node.arg))


def stopped_early(passage: Passage) -> Iterator[Change]:
    """The chain ends before the quantity asked for: all local factors from there on are missing (row 1)."""
    for swept in passage.backwards.values():
        for var, adjoint in swept.adjoints.items():
            before = ancestors(passage.graph, adjoint)
            for other, up in swept.adjoints.items():
                if up not in before or up == adjoint or up.shape != adjoint.shape or other == swept.of:
                    continue
                if other.name is None or var.name is None or adjoint.name is None:
                    continue
                if var not in passage.forward.definition or other in _users(passage, swept, var):
                    facts = {"factor": Partial(leaf(other.name), (leaf(var.name),))}
                    yield Change(str(other.name), adjoint, passed_on(up), facts, later=1)


def passed_on(up: Var) -> Compute:
    """An adjoint that is another one, with nothing multiplied in."""
    return lambda values: values[up]


def _users(passage: Passage, swept: Backward, var: Var) -> list[Var]:
    """The named quantities whose lines use a quantity."""
    places = {place_of(passage.forward, use.equation.out) for use in swept.contributions.get(var, ())}
    return [other for name, other in passage.forward.by_name.items() if str(name) in places]


def lost_terms(passage: Passage) -> Iterator[Change]:
    """One term of a backward line is left out: the target in p - y."""

    def lost(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Sum):
            for k in range(len(node.terms)):
                rest = node.terms[:k] + node.terms[k + 1 :]
                yield rest[0] if len(rest) == 1 else Sum(rest), None

    yield from rewritten(passage, lost, at_line=True)


def flipped_terms(passage: Passage) -> Iterator[Change]:
    """The sign of one term of a backward line turned round: 1 + a² for 1 - a² (row 2)."""

    def turned(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Sum):
            for k, term in enumerate(node.terms):
                other = term.arg if isinstance(term, Negate) else Negate(term)
                yield Sum((*node.terms[:k], other, *node.terms[k + 1 :])), None
        if isinstance(node, Product):
            for k, factor in enumerate(node.factors):
                if factor in (number(-1), Negate(number(1))):
                    yield _without(node.factors, node.styles, k), None

    yield from rewritten(passage, turned, at_line=True)


def lost_squares(passage: Passage) -> Iterator[Change]:
    """A square forgotten in a backward line: 1 - a for 1 - a²."""

    def bare(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Power) and node.exponent == number(2):
            yield node.base, None
        if isinstance(node, Product):  # h ⊙ h
            for k, (left, right) in enumerate(pairwise(node.factors)):
                if left == right:
                    yield _without(node.factors, node.styles, k), None

    yield from rewritten(passage, bare)


def lost_transposes(passage: Passage) -> Iterator[Change]:
    """A transpose left out of a product whose shapes allow it: X δ for X^T δ (row 10)."""

    def bare(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Transpose):
            yield node.arg, None

    yield from rewritten(passage, bare)


def unactivated(passage: Passage) -> Iterator[Change]:
    """The pre-activation in place of the activation in a backward line: z^T for a^T."""
    inner = {
        str(line.out.name): leaf(line.args[0].name)
        for line in passage.forward.equations
        if curved(line) and line.out.name is not None and line.args[0].name is not None
    }

    def skipped(node: Node) -> Iterator[tuple[Node, Node | None]]:
        if isinstance(node, Name) and node.text in inner:
            yield inner[node.text], None

    yield from rewritten(passage, skipped)
