"""This module decides which rule a line is an instance of, and which facts its sentence needs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symdl.autodiff.reverse import Backward, Contribution
from symdl.autodiff.rewriting import tidied
from symdl.core.algebra import unsigned
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.graph import Equation, Graph, Var
from symdl.core.holding import flowing, is_held
from symdl.core.moved import WINDOW
from symdl.core.naming import name_node
from symdl.core.op import Composite, Contract, Pointwise, identity_body
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.formula.tree import (
    ONE,
    Apply,
    Bars,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    children,
    unmarked,
)  # fmt: skip
from symdl.formula.walking import walk
from symdl.ops.inverting import has_cofactors
from symdl.text import Text

FACTORS = ("rule.left_factor", "rule.right_factor")
INSIDE = ("rule.through_transpose", "rule.through_rearranging")  # said otherwise of a part of a line
LOSSES = ("L", "J", "E", "loss", "cost", "error", "risk")  # names that a loss has by custom
NETWORKS = ("activation", "loss", "layer")  # functions of networks


def because_forward(graph: Graph, equation: Equation) -> Text:
    """The rule of a forward line: an affine map, an activation, a loss, another name, a formula."""
    left = name_node(equation.out)
    written = graph.written.get(equation.out.label)
    if is_held(equation.op):
        return Text("rule.held", {"left": left, "of": name_node(equation.args[0])})
    if identity_body(equation.op) and (written is None or isinstance(written, Name)):
        return Text("rule.alias", {"left": left, "of": name_node(equation.args[0])})
    if isinstance(written, Apply):
        called = _because_call(left, written)
        if called.key != "rule.function" or equation.out.role != "loss":
            return called
    if (
        isinstance(written, Sum)
        and any(isinstance(term, Product) for term in written.terms)
        and any(isinstance(term, Name | Index) for term in written.terms)
        and not any(isinstance(term, Negate) for term in written.terms)
        and _has_product(graph, equation)
    ):
        return Text("rule.affine", {"left": left})
    if written is not None and equation.out.role != "loss":
        rule = operation(written)
        inside = graph.leaves[equation.out]
        if rule == "formula" and inside and all(var in graph.inputs for var in inside):
            return Text("rule.function_of", {"left": left, "parts": tuple(map(name_node, inside))})
        return Text(f"rule.{rule}", {"left": left, "parts": parts_of(written)})
    if equation.out.role != "loss":
        return Text("rule.formula", {"left": left})
    return Text("rule.loss" if _trains(graph, equation.out) else "rule.objective", {"left": left})


def _trains(graph: Graph, out: Var) -> bool:
    """Whether what is differentiated is a loss: by its name, or because a network stands before it."""
    if re.split(r"[\W\d_]", str(out.name), maxsplit=1)[0] in LOSSES:
        return True
    called = [part for line in graph.written.values() for part in walk(line) if isinstance(part, Apply)]
    kinds = {FUNCTIONS[part.function].kind for part in called if part.function in FUNCTIONS}
    return any(var.shape for var in graph.inputs) and not kinds.isdisjoint(NETWORKS)


def operation(written: Node) -> str:
    """What a formula of one operation does: a product, a power, a sum, a constant multiple, a quotient."""
    match written:
        case Product(factors) if all(isinstance(f, Number | Name | Quotient) for f in factors):
            return "multiple" if any(constant(f) for f in factors) else "product"
        case Power(Name(), Number()):
            return "power"
        case Sum(terms) if all(isinstance(unsigned(term), Name | Number) for term in terms):
            return "sum"
        case Quotient(Name() | Number(), Name() | Number()):
            return "quotient"
    return "formula"


def constant(node: Node) -> bool:
    """Whether a factor is a number."""
    return isinstance(node, Number) or (
        isinstance(node, Quotient) and constant(node.numerator) and constant(node.denominator)
    )


def parts_of(written: Node) -> tuple[Node, ...]:
    """The quantities that a formula puts together; the terms of a sum keep their signs."""
    return children(written)


def _because_call(left: Node, written: Apply) -> Text:
    function = FUNCTIONS.get(written.function)
    kind = function.kind if function is not None else "op"
    entrywise = written.function in POINTWISE
    columns = dict(written.keywords).get("axis") == ONE
    together = "rule.activation_of_columns" if columns else "rule.activation_of_rows"
    activation = "rule.activation" if entrywise else together
    key = {"activation": activation, "loss": "rule.loss_function", "layer": "rule.layer"}.get(
        kind, "rule.function"
    )
    return Text(key, {"left": left, "function": written.function})


def _has_product(graph: Graph, equation: Equation) -> bool:
    return any(
        isinstance(inner.op, Contract) and len(inner.args) == 2
        for arg in equation.args
        if arg.name is None and (inner := graph.definition.get(arg)) is not None
    )


def because_backward(backward: Backward, var: Var, through: Sequence[Var]) -> Text:
    """The rule of a backward line: where the quantity is used, and what each use sends back."""
    parts = backward.contributions.get(var, ())
    by = name_node(var)
    facts: dict[str, object] = {"by": by, "of": name_node(backward.of)}
    if var == backward.of:
        return Text("rule.seed", facts)
    if not parts:
        return Text("rule.independent", facts)
    held = backward.graph.definition.get(var)
    if held is not None and is_held(held.op):
        return Text("rule.left_out", facts | {"held": name_node(held.args[0])})
    facts["through"] = tuple(map(name_node, through))
    facts["count"] = len(parts)
    if tuple(through) == (backward.of,) and parts[0].rule == "chain":
        return Text("rule.through_loss", facts)
    if len(parts) > 1 and len(through) == 1 and _squared(backward.graph.written.get(through[0].label), by):
        return Text("rule.squared_norm", facts)
    if len(parts) > 1 and len(through) == 1 and _by_entries(backward.graph.written.get(through[0].label), by):
        return Text("rule.by_entries", facts)
    if len(parts) > 1:
        return Text("rule.sum_over_uses" if len(through) > 1 else "rule.sum_in_line", facts)
    return _because_part(backward, parts[0], facts)


def _squared(line: Node | None, by: Node) -> bool:
    """Whether a quantity stands in a line only inside its norm."""
    if line is None or sum(part == by for part in walk(line)) != 1:
        return False
    return any(isinstance(part, Bars) and part.arg == by for part in walk(line))


def _by_entries(line: Node | None, by: Node) -> bool:
    """Whether a quantity stands in a line only as entries with their numbers, x₁ and x₂."""
    if line is None:
        return False
    parts = list(walk(line))
    entries = sum(
        isinstance(part, Index) and part.base == by and all(isinstance(k, Number) for k in part.subscripts)
        for part in parts
    )
    return entries == sum(part == by for part in parts) > 0


def because_jacobian(because: Text) -> Text:
    """The rule of a line of a Jacobian: taken directly, or by the chain rule from those of later lines."""
    through = because.facts.get("through")
    direct = through is None or through == (because.facts["of"],)
    return Text("rule.jacobian" if direct else "rule.jacobian_chain", because.facts)


def _way(op: Composite) -> str:
    """By which of two ways the result of a determinant is known: at a singular matrix without the inverse."""
    return "_singular" if op.key == "det" and has_cofactors(op) else ""


def _because_part(backward: Backward, part: Contribution, facts: dict[str, object]) -> Text:
    op = part.equation.op
    if part.rule == "fused":
        through = facts["through"]
        facts["activation"] = op.key
        return Text("rule.fused", facts | {"through": through})
    if part.rule == "known":
        facts["function"] = op.key
        if isinstance(op, Composite) and op.sized:  # a result with a derivation of its own
            return Text(f"rule.known_{op.key}{_way(op)}", facts)
        return Text("rule.known", facts)
    # The line is this operation, not a formula with the operation in it.
    whole = facts["through"] == (name_node(part.equation.out),)
    if isinstance(op, Contract):
        rule = _linear_rule(op, part)
        if rule == "rule.through_total" and not whole:
            return Text("rule.through_loss" if facts["through"] == (facts["of"],) else "rule.chain", facts)
        if rule in INSIDE and not whole:
            return Text(f"{rule}_inside", facts)
        upstream = _upstream(backward, part) if rule in FACTORS else None
        return (
            Text(rule, facts) if upstream is None else Text(f"{rule}_inside", facts | {"upstream": upstream})
        )
    assert isinstance(op, Pointwise | Composite)
    if isinstance(op, Pointwise) and identity_body(op):
        return Text("rule.alias_backward", facts)
    function = FUNCTIONS.get(op.key)
    if whole and function is not None and function.kind == "activation":
        facts["function"] = op.key
        return Text("rule.through_activation", facts)
    if whole and isinstance(op, Pointwise) and op.key == "add" and isinstance(op.body, Sum):
        subtracted = Negate(Name(op.params[part.k])) in op.body.terms
        return Text("rule.through_difference" if subtracted else "rule.through_sum", facts)
    return Text("rule.chain", facts)


def _upstream(backward: Backward, part: Contribution) -> Node | None:
    """What arrives at a product without a name of its own, None where it is the gradient of a named line."""
    adjoint = backward.adjoints.get(part.equation.out)
    if adjoint is None or adjoint.name is not None:
        return None
    try:
        arrived = unmarked(Speller(backward.graph).spell(adjoint).node)
    except NoMatrixView:
        return None
    written = tidied(arrived)
    return None if isinstance(written, Partial) else written


def _linear_rule(op: Contract, part: Contribution) -> str:
    """Which argument of which product: the weight, the input, the bias repeated, a sum."""
    if op.key in ("broadcast",):
        return "rule.through_broadcast"
    if op.key in ("sum", "trace"):
        return "rule.through_total"
    if op.key in ("matvec", "matmul", "vecmat"):
        return "rule.left_factor" if part.k == 0 else "rule.right_factor"
    if op.key == "conv":
        return "rule.convolution_input" if part.k == 0 else "rule.convolution_kernel"
    if op.key in ("transpose",):
        return "rule.through_transpose"
    if op.key == WINDOW:
        return "rule.through_windows"
    if len(part.equation.args) == 1:
        return "rule.through_rearranging"
    return "rule.through_product"


def consumers(backward: Backward) -> dict[Var, list[Var]]:
    """For each quantity the named forward lines of this loss in which it stands, in their order.

    Lines of another loss, which send nothing back here, are left out.
    """
    found: dict[Var, list[Var]] = {}
    for line, inside in flowing(backward.graph).leaves.items():
        if isinstance(line.name, str) and line in backward.adjoints:
            for var in inside:
                found.setdefault(var, []).append(line)
    return found
