"""This module lists the steps of a Hessian times a vector: the forward and the backward pass, differentiated
along a line.

On `w + ε v` every quantity depends on the number ε alone. The derivative of the gradient by ε at ε = 0 is
`H v`, and the Hessian itself is never formed (Pearlmutter 1994; Griewank & Walther, section 3.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from symdl.autodiff.forward import forward
from symdl.autodiff.reverse import Backward, backward
from symdl.core.dims import size_of
from symdl.core.evaluation import Values
from symdl.core.graph import Adjoint, Equation, Graph, Var, VarName, ancestors
from symdl.core.naming import leaf
from symdl.core.op import Contract, Pointwise
from symdl.derivation.forward_pass import line_ids, used_ids
from symdl.derivation.step import Step
from symdl.formula.tree import (
    ZERO,
    Compare,
    Name,
    Negate,
    Node,
    Partial,
    Power,
    Product,
    Quotient,
    children,
    plus,
    times,
)
from symdl.formula.walking import walk
from symdl.text import Text

LETTERS = ("epsilon", "s", "tau", "rho")  # the number that moves the point, one that is free


@dataclass(frozen=True)
class Along:
    """A graph with its gradient and the tangents of both; `products` are the parts of `H v`."""

    graph: Graph
    first: Backward
    by: tuple[Var, ...]
    directions: tuple[Var, ...]
    tangents: Mapping[Var, Var]
    letter: str

    @property
    def products(self) -> tuple[Var, ...]:
        """The derivative of each gradient along the line."""
        return tuple(self.tangents[self.first.adjoints[var]] for var in self.by)


def along(
    graph: Graph, of: Var, by: Sequence[Var], directions: Sequence[Var], at_kink: Node | None,
    wanted: Sequence[Var] = (),
) -> Along:  # fmt: skip
    """The gradient of a scalar, differentiated along a direction for each of `by`.

    The gradient is that by `by`, or by the quantities `wanted`.
    """
    goals = tuple(wanted) or tuple(by)
    first = backward(graph, of, tuple(dict.fromkeys((*goals, *by))), at_kink)
    letter = next(name for name in LETTERS if name not in graph.by_name)
    ranks = {var.label: len(var.shape) for var in first.graph.variables()}

    def named(label: str) -> VarName:
        return Adjoint(label, letter, ranks[label])

    adjoints = [first.adjoints[var] for var in goals]
    moved = forward(first.graph, tuple(by), dict(zip(by, directions, strict=True)), adjoints, named)
    return Along(moved.graph, first, tuple(by), tuple(directions), moved.tangents, letter)


def tangent_steps(found: Along, id: str, of: str, values: Values) -> Iterator[Step]:
    """The directions, one step per tangent of a named quantity, forward and then backward, and the result."""
    graph, moved = found.graph, Name(found.letter)
    primal = {tangent: var for var, tangent in found.tangents.items()}
    ids = line_ids(graph) | {
        tangent: f"{id}.{var.label}" for var, tangent in found.tangents.items() if tangent.name is not None
    }
    seeds = dict(zip(found.directions, found.by, strict=True))
    ids |= {direction: f"{id}.{var.label}" for direction, var in seeds.items()}
    products = dict(zip(found.products, found.by, strict=True))
    for direction, var in seeds.items():
        line = plus(leaf(str(var.name)), times(moved, leaf(str(direction.name)), style="juxtaposed"))
        facts = {"by": leaf(str(var.name)), "line": line, "letter": moved, "of": leaf(of)} | {
            "start": Compare("=", moved, ZERO)
        }
        yield Step(
            f"{id}.{var.label}", "tangent", graph.definition[found.products[0]],
            Text("rule.tangent_direction", facts), (), "lecture",
            left=Partial(leaf(str(var.name)), (moved,)), lines=(("line", leaf(str(direction.name))),),
            graph=graph,
        )  # fmt: skip
    wanted = ancestors(graph, *found.products)
    inside = graph.leaves
    for equation in graph.equations:
        var = equation.out
        if var not in primal or var.name is None or var not in wanted or var in products:
            continue
        source = primal[var]
        backwards = isinstance(source.name, Adjoint)
        facts = {"of": leaf(of), "letter": moved, "line": leaf(source.name or "")}
        uses = (own,) if (own := ids.get(source)) else ()
        yield Step(
            ids[var], "tangent", equation,
            Text("rule.tangent_backward" if backwards else "rule.tangent_forward", facts),
            (*uses, *used_ids(inside[var], {v: i for v, i in ids.items() if v in primal or v in seeds})),
            "lecture", values.get(var), graph=graph,
        )  # fmt: skip
    yield from _results(found, id, of, values, ids)


def _results(found: Along, id: str, of: str, values: Values, ids: Mapping[Var, str]) -> Iterator[Step]:
    """The derivatives of the gradients along the line, the last one with what all of it costs."""
    graph = found.graph
    facts: dict[str, Any] = {"of": leaf(of), "letter": Name(found.letter)} | costs(found)
    for var, direction, product in zip(found.by, found.directions, found.products, strict=True):
        own = {"by": leaf(str(var.name)), "v": leaf(str(direction.name))}
        key = "rule.tangent_result"
        if var == found.by[-1]:
            key = "rule.tangent_result_counted" if "work" in facts else "rule.tangent_result_cost"
        before = [ids[v] for v in graph.leaves[product] if v in ids]
        yield Step(
            f"{id}.product.{var.label}", "tangent", graph.definition[product], Text(key, facts | own),
            (f"backward.{of}.{var.label}", *before), "outline", values.get(product),
            left=result_name(found, var, direction), graph=graph,
        )  # fmt: skip


def result_name(found: Along, var: Var, direction: Var) -> Node:
    """`H v` for one vector, else the derivative of the gradient along the line."""
    if len(found.by) == 1 and len(var.shape) < 2:
        name = next(n for n in ("H", "K", "Q") if n not in found.graph.by_name)
        return times(Name(name), leaf(str(direction.name)), style="juxtaposed")
    product = found.tangents[found.first.adjoints[var]]
    return leaf(product.name or "")


def costs(found: Along) -> dict[str, Any]:
    """The operations of the gradient and of the product, and the size of the Hessian; empty without sizes."""
    count = sum(size_of(var.shape) for var in found.by)
    if not isinstance(count, int):
        return {}
    first, last = (found.first.adjoints[var] for var in found.by), found.products
    gradient, product = work(found.graph, first), work(found.graph, last)
    ratio = f"{product / max(1, gradient):.2g}"
    return {
        "gradient": gradient, "work": product, "ratio": ratio, "count": count, "entries": count * count,
    }  # fmt: skip


def work(graph: Graph, wanted: Any) -> int:
    """The arithmetic operations that some quantities take, entry by entry.

    A contraction takes one multiplication and one addition per term; what only moves entries takes none.
    """
    needed = ancestors(graph, *wanted)
    return sum(_work(equation) for equation in graph.equations if equation.out in needed)


def _work(equation: Equation) -> int:
    op = equation.op
    if isinstance(op, Contract):
        terms = prod(int(n) for _, n in op.loops)
        added = terms - prod(int(n) for n in op.out) if terms else 0
        return terms * (len(op.reads) - 1) * (len(op.reads) > 1) + max(0, added)
    if isinstance(op, Pointwise):
        parts = [part for part in walk(op.body) if children(part) and not isinstance(part, Partial)]
        return int(size_of(equation.out.shape)) * sum(map(_operations, parts))
    return int(size_of(equation.out.shape))


def _operations(node: Node) -> int:
    match node:
        case Product(factors):
            return len(factors) - 1
        case Quotient() | Power() | Negate():
            return 1
    return max(1, len(children(node)) - 1)
