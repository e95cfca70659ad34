"""This module differentiates backward: from a graph to the equations of its adjoints.

Each use of a quantity yields a contribution of its own; the contributions are summed last and never
shared, so every path stays visible. An adjoint is shaped like its quantity; pulling back several
outputs at once adds leading axes.

Griewank & Walther, Evaluating Derivatives, 2nd ed., section 3.2.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from symdl.autodiff.pullbacks import (
    MULTIPLY,
    NEGATIVE,
    SEED,
    diagonal,
    fused_graph,
    jacobian_product,
    known_pullback,
    leading_product,
    scaling,
)
from symdl.core.algebra import constant_of, is_number
from symdl.core.dims import Shape
from symdl.core.elementary_ops import IDENTITY, adder
from symdl.core.expansion import expansion, formula_graph, inline, primitive
from symdl.core.graph import Adjoint, Equation, Graph, Var, ancestors, descendants, uses
from symdl.core.holding import flowing, is_held
from symdl.core.op import OUTPUT, UPSTREAM, Composite, Contract, Pointwise, Select, contract, pointwise
from symdl.core.tape import Tape
from symdl.formula.tree import ZERO, Name, Node


class Contribution(NamedTuple):
    """What one use of a quantity sends back: the use is argument `k` of `equation`.

    `rule` names how: "chain", "linear" (a contraction), "known" (a composite's known result), "fused".
    """

    equation: Equation
    k: int
    var: Var
    rule: str
    fresh: bool


@dataclass(frozen=True)
class Backward:
    """A graph extended by its adjoints: `adjoints[v]` is ∂of/∂v, `contributions[v]` its parts."""

    graph: Graph
    of: Var
    adjoints: dict[Var, Var]
    contributions: dict[Var, tuple[Contribution, ...]]


def backward(
    graph: Graph,
    of: Var,
    by: Collection[Var] | None = None,
    at_kink: Node | None = None,
    inside: bool = True,
) -> Backward:
    """Append the adjoints of `of` with respect to `by` (all inputs) and to all that lies between.

    For `of` of shape S and a quantity of shape V the adjoint has shape S + V; for a scalar that is V.
    `at_kink` replaces the value of every local derivative at its kink. Without `inside`, only the
    adjoints of `by` bear names, and those between are written into their lines.
    """
    sources = frozenset(graph.inputs if by is None else by)
    prepared = _prepared(graph, of, sources)
    return _Sweep(prepared, of, sources, at_kink, inside).run()


def _prepared(graph: Graph, of: Var, sources: frozenset[Var]) -> Graph:
    """Composites without a known result for the gradient that is asked are written out."""
    if of.shape:
        return graph
    moving = descendants(graph, sources)
    for equation in graph.equations:
        op = equation.op
        if isinstance(op, Composite):
            active = {p for p, arg in zip(op.params, equation.args, strict=True) if arg in moving}
            if not active <= set(op.pullbacks):
                return primitive(graph)
    return graph


class _Sweep:
    """One backward pass."""

    def __init__(
        self, graph: Graph, of: Var, sources: frozenset[Var], at_kink: Node | None, inside: bool
    ) -> None:
        self.forward, self.of, self.at_kink, self.inside = graph, of, at_kink, inside
        self.tape = Tape(graph)
        self.moving = flowing(graph)
        self.reached = ancestors(self.moving, of)
        self.sources = sources | (self._left_out(sources) if inside else frozenset())
        self.relevant = self.reached & descendants(self.moving, self.sources)
        self.parts: dict[Var, list[Contribution]] = {}
        self.adjoints: dict[Var, Var] = {}
        self.fusible = self._fusible()

    def run(self) -> Backward:
        self.adjoints[self.of] = self.seed = self._seed()
        for equation in reversed(self.forward.equations):
            if equation.out in self.relevant:
                self._pull(equation)
        for var in self.forward.inputs:
            if var in self.sources:
                self.adjoint(var)
        for var in self.sources:
            self.adjoint(var)
        graph = self.tape.graph(self.of)
        return Backward(
            graph, self.of, self.adjoints, {var: tuple(parts) for var, parts in self.parts.items()}
        )

    def _left_out(self, sources: frozenset[Var]) -> frozenset[Var]:
        """The lines that hold fixed what depends on the sources: their adjoints are what is left out."""
        held = [e.out for e in self.forward.equations if is_held(e.op) and e.out.name is not None]
        if not held or self.of.shape:
            return frozenset()
        reached = self.reached & descendants(self.forward, sources)
        return frozenset(var for var in held if var in reached)

    def _seed(self) -> Var:
        shape = self.of.shape
        name = Adjoint(self.of.label, self.of.label, len(shape))
        if not shape:
            return self.tape.emit(SEED, (), name, "adjoint")
        letters = tuple(f"_{k}" for k in range(len(shape)))
        op = contract(tuple(zip(letters, shape, strict=True)), (), letters * 2, shape * 2, "eye")
        return self.tape.emit(op, (), name, "adjoint")

    def adjoint(self, var: Var) -> Var:
        """The adjoint of a quantity: its contributions summed, under its own name if it has one."""
        if var in self.adjoints:
            return self.adjoints[var]
        parts = self.parts.get(var, [])
        if len(parts) > 1:
            parts.sort(key=lambda part: (part.equation.out.number, part.k))  # as the forward lines stand
        named = var.name is not None and (self.inside or var in self.sources)
        name = Adjoint(self.of.label, str(var.name), len(self.of.shape)) if named else None
        total = self._total(parts, (*self.of.shape, *var.shape))
        if name is not None:
            total = self._named(total, name, fresh=len(parts) != 1 or parts[0].fresh)
            if len(parts) == 1 and parts[0].fresh:  # the only contribution bears the name itself
                parts[0] = parts[0]._replace(var=total)
        self.adjoints[var] = total
        return total

    def _total(self, parts: list[Contribution], shape: Shape) -> Var:
        if not parts:
            return self._zero(shape)
        if len(parts) == 1:
            return parts[0].var
        return self.tape.emit(adder(len(parts)), tuple(part.var for part in parts), share=False)

    def _zero(self, shape: Shape) -> Var:
        zero = self.tape.emit(pointwise("number", (), ZERO), (), share=False)
        if not shape:
            return zero
        letters = tuple(f"_{k}" for k in range(len(shape)))
        op = contract(tuple(zip(letters, shape, strict=True)), ((),), letters, shape, "broadcast")
        return self.tape.emit(op, (zero,), share=False)

    def _named(self, var: Var, name: Adjoint, fresh: bool) -> Var:
        if fresh and var.name is None:
            return self.tape.rename(var, name, "adjoint")
        return self.tape.emit(IDENTITY, (var,), name, "adjoint")

    def _pull(self, equation: Equation) -> None:
        up = self.adjoint(equation.out)
        for k, arg in enumerate(equation.args):
            if arg not in self.relevant:
                continue
            part = self._fused(equation, k) if equation.out in self.fusible else None
            part = part or self._contribution(equation, k, up)
            if part is not None:
                self.parts.setdefault(arg, []).append(part)

    def _contribution(self, equation: Equation, k: int, up: Var) -> Contribution | None:
        op = equation.op
        if isinstance(op, Pointwise):
            return self._chain(equation, op, k, up)
        if isinstance(op, Contract):
            return Contribution(equation, k, self._pulled(equation, op, k, up), "linear", True)
        if isinstance(op, Composite) and self.of.shape:
            return Contribution(equation, k, self._jacobian(equation, op, k, up), "known", True)
        if isinstance(op, Composite):
            known = known_pullback(op, k, tuple(arg.shape for arg in equation.args), equation.out.shape)
            args = dict(zip(op.params, equation.args, strict=True)) | {OUTPUT: equation.out, UPSTREAM: up}
            return Contribution(equation, k, inline(self.tape, known, args, share=False), "known", True)
        assert isinstance(op, Select)
        return None

    def _jacobian(self, equation: Equation, op: Composite, k: int, up: Var) -> Var:
        """The Jacobian of a composite, multiplied by an upstream gradient with leading axes."""
        known = known_jacobian(op, k, tuple(arg.shape for arg in equation.args), equation.out.shape)
        args = dict(zip(op.params, equation.args, strict=True)) | {OUTPUT: equation.out}
        full = inline(self.tape, known, args, share=False)
        if up is self.seed:
            return full
        product = jacobian_product(self.of.shape, equation.out.shape, equation.args[k].shape)
        return self.tape.emit(product, (up, full), share=False)

    def _pulled(self, equation: Equation, op: Contract, k: int, up: Var) -> Var:
        """The pullback of a contraction; of the identity it is the contraction's own Jacobian."""
        others = tuple(arg for j, arg in enumerate(equation.args) if j != k)
        shape = equation.args[k].shape
        if up is self.seed and up.shape:
            return self.tape.emit(op.jacobian(k, shape), others, share=False)
        return self.tape.emit(op.pullback(k, shape, self.of.shape), (up, *others), share=False)

    def _chain(self, equation: Equation, op: Pointwise, k: int, up: Var) -> Contribution | None:
        slope = op.slope(k)
        if slope is not None and (self.at_kink is None or not op.kinks):
            return None if is_number(slope, 0) else self._constant(equation, k, up, slope)
        seeded = self._is_seed(up)
        local = self._local(equation, op, k, share=not seeded)
        if seeded:
            return Contribution(
                equation, k, local, "chain", local.name is None and local not in equation.args
            )
        return Contribution(equation, k, self._times(up, local), "chain", True)

    def _constant(self, equation: Equation, k: int, up: Var, body: Node) -> Contribution:
        if self._is_seed(up):
            return Contribution(
                equation, k, self.tape.emit(pointwise("number", (), body), (), share=False), "chain", True
            )
        if is_number(body, 1):
            return Contribution(equation, k, up, "chain", False)
        op = NEGATIVE if constant_of(body) == -1 else scaling(body)
        return Contribution(equation, k, self.tape.emit(op, (up,), share=False), "chain", True)

    def _local(self, equation: Equation, op: Pointwise, k: int, share: bool) -> Var:
        partial = op.partial(k, self.at_kink if op.kinks else None)
        known = op.operands(equation.args, equation.out)
        if isinstance(partial.body, Name) and partial.body.text in known:
            found: Var = known[partial.body.text]
            return found
        return self.tape.emit(partial, tuple(known[name] for name in partial.params), share=share)

    def _is_seed(self, up: Var) -> bool:
        return up is self.seed and not self.of.shape

    def _times(self, up: Var, local: Var) -> Var:
        """Upstream times local gradient, entry by entry; leading axes of the upstream are kept."""
        if not self.of.shape:
            return self.tape.emit(MULTIPLY, (up, local), share=False)
        if up is self.seed:
            return self.tape.emit(diagonal(local.shape), (local,), share=False)
        op = leading_product(self.of.shape, local.shape)
        return self.tape.emit(op, (up, local), share=False)

    def _fusible(self) -> dict[Var, Equation]:
        """The quantities whose only use is the prediction of a loss that knows joint results."""
        losses = [e for e in self.forward.equations if isinstance(e.op, Composite) and e.op.fused]
        if self.of.shape or not losses:
            return {}
        use = uses(self.moving, self.relevant)
        return {e.args[0]: e for e in losses if e.out in self.relevant and len(use[e.args[0]]) == 1}

    def _fused(self, equation: Equation, k: int) -> Contribution | None:
        """The joint result of a loss and the activation in front of it, where the loss declares one."""
        outer = self.fusible[equation.out]
        assert isinstance(outer.op, Composite)
        if not isinstance(equation.op, Pointwise | Composite) or equation.op.key not in outer.op.fused:
            return None
        keywords = equation.op.keywords if isinstance(equation.op, Composite) else ()
        if keywords and keywords != outer.op.keywords and len(set(equation.out.shape)) > 1:
            return None  # an activation of columns and a loss of rows, whose numbers differ
        graph = fused_graph(outer.op, equation.op.key, tuple(arg.shape for arg in outer.args), keywords)
        joint = inline(self.tape, graph, dict(zip(outer.op.params, outer.args, strict=True)), share=False)
        up = self.adjoints[outer.out]
        if self._is_seed(up):
            return Contribution(equation, k, joint, "fused", True)
        spread = self._spread(up, joint.shape)
        return Contribution(
            equation, k, self.tape.emit(MULTIPLY, (spread, joint), share=False), "fused", True
        )

    def _spread(self, up: Var, shape: Shape) -> Var:
        letters = tuple(f"_{k}" for k in range(len(shape)))
        op = contract(tuple(zip(letters, shape, strict=True)), ((),), letters, shape, "broadcast")
        return self.tape.emit(op, (up,), share=False) if shape else up


@cache
def known_jacobian(op: Composite, k: int, shapes: tuple[Shape, ...], out: Shape) -> Graph:
    """The Jacobian of a composite by its k-th argument over its parameters and `y`, as taught or derived."""
    taught = op.jacobians.get(op.params[k])
    if taught is not None and len(shapes[k]) == 1:
        return formula_graph(taught, dict(zip(op.params, shapes, strict=True)) | {OUTPUT: out})
    body = expansion(op, shapes)
    swept = backward(body, body.output, [body.inputs[k]], inside=False)
    full = swept.adjoints[body.inputs[k]]
    needed = ancestors(swept.graph, full)
    return Graph(body.inputs, tuple(e for e in swept.graph.equations if e.out in needed), full)
