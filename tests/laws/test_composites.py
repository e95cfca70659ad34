"""What every composite obeys: its known results are what its body yields, its stable form is equal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from flint import ctx

from symdl.autodiff.reverse import backward
from symdl.core.arithmetic import BALL
from symdl.core.dims import Shape
from symdl.core.evaluation import evaluate, to_float
from symdl.core.expansion import primitive
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Graph
from symdl.core.op import OUTPUT, UPSTREAM, Composite
from symdl.errors import ShapeError
from tests.helpers.graphs import (
    Array,
    Arrays,
    agree,
    build,
    formula,
    gradients,
    of_kind,
    point,
    run,
    shapes,
    value,
)

SHAPES: tuple[Shape, ...] = ((3,), (2, 4), (3, 3))


class Case(NamedTuple):
    """A composite on arguments of one shape, along one axis."""

    op: Composite
    text: str
    inputs: dict[str, Shape]

    @property
    def weighted(self) -> Graph:
        """The composite followed by a sum with random weights, so that gradients are of a scalar."""
        shape = formula(self.text, **self.inputs).output.shape
        return formula(f"sum(weight * {self.text})", **self.inputs, weight=shape)


def cases() -> Iterator[Case]:
    """Every composite of the library on a vector and on matrices, square ones too, along every axis."""
    for function in FUNCTIONS.values():
        stated = function.formula is not None and function.kind != "layer"  # layers have laws of their own
        refused = 0
        for shape in SHAPES if stated else ():
            axes = [f", axis={k + 1}" for k in range(len(shape))] if "axis" in function.keywords else [""]
            for axis in axes:
                inputs = dict.fromkeys(function.params, shape)
                text = f"{function.key}({', '.join(function.params)}{axis})"
                try:
                    (*_, last) = formula(text, **inputs).equations
                except ShapeError:
                    refused += 1  # a function of vectors alone, or of square matrices
                    assert refused < len(SHAPES), function.key
                    continue
                if isinstance(last.op, Composite) and last.op.key == function.key:
                    yield Case(last.op, text, inputs)


CASES = list(cases())
FUSED = [(case, activation) for case in CASES for activation in case.op.fused]
every_case = pytest.mark.parametrize("case", CASES, ids=[f"{case.text}-{case.inputs}" for case in CASES])
every_pair = pytest.mark.parametrize(
    "case, activation", FUSED, ids=[f"{case.text}-{case.inputs}-{key}" for case, key in FUSED]
)


def inside(inputs: dict[str, Shape], seed: int = 0) -> Arrays:
    """A random point with entries between 0.1 and 0.9."""
    return {name: 0.5 + x / 4.8 for name, x in point(inputs, seed).items()}


def at(case: Case) -> Arrays:
    """A random point for the weighted composite."""
    graph = case.weighted
    return inside({str(var.name): var.shape for var in graph.inputs}, 3)


@every_case
def test_known_results_are_what_the_body_yields(case: Case):
    graph, here = case.weighted, at(case)
    found, expected = gradients(graph, here), gradients(primitive(graph), here)
    assert set(case.op.pullbacks) <= found.keys()
    assert all(agree(found[name], expected[name], 1e-12) for name in found)


@every_case
def test_known_results_are_used(case: Case):
    assert ("known" in rules(case.weighted)) == (set(case.op.pullbacks) == set(case.op.params))


def rules(graph: Graph) -> set[str]:
    """How the parts of all gradients come about."""
    parts = backward(graph, graph.output).contributions.values()
    return {part.rule for each in parts for part in each}


@every_case
def test_parameters_leave_the_names_of_the_output_and_the_upstream_gradient_free(case: Case):
    assert {OUTPUT, UPSTREAM}.isdisjoint(case.op.params)


@every_case
def test_the_stable_formula_is_equal(case: Case):
    graph = formula(case.text, **case.inputs)
    here = inside(case.inputs)
    assert agree(value(graph, here), in_balls(graph, here), 1e-12)


def in_balls(graph: Graph, here: Arrays, bits: int = 53) -> Array:
    """The value of the body as it is taught, in ball arithmetic of so many bits."""
    given = {var: of_kind(here[str(var.name)], lambda x: BALL.number(Fraction(x))) for var in graph.inputs}
    with ctx.workprec(bits):
        return to_float(evaluate(graph, given, "ball")[graph.output])


LOGITS = ["softmax(z)", "logsumexp(z)", "log_softmax(z)", "bce_logits(z, t)", "softmax_cross_entropy(z, t)"]


@pytest.mark.parametrize("text", LOGITS)
@pytest.mark.parametrize("size", [1.0, 30.0, 300.0, 700.0])
def test_functions_of_logits_stay_finite(text: str, size: float):
    graph = formula(text, z=(4,), t=(4,))
    here = {"z": size * np.array([1.0, -1.0, 0.5, 0.0]), "t": np.array([0.0, 1.0, 0.0, 0.0])}
    assert agree(value(graph, here), in_balls(graph, here, 3000), 1e-12)
    assert all(
        np.all(np.isfinite(gradient))
        for gradient in gradients(formula(f"sum({text})", z=(4,), t=(4,)), here).values()
    )


def pair(case: Case, activation: str) -> Graph:
    """An activation in front of a loss, along the same axis."""
    first = case.op.params[0]
    axis = case.text.partition(", axis")[1:] if "axis" in FUNCTIONS[activation].keywords else ()
    inputs = {"z" if name == first else name: shape for name, shape in case.inputs.items()}
    return build(inputs, [(first, f"{activation}(z{''.join(axis) or ')'}"), ("L", case.text)])


@every_pair
def test_a_loss_and_its_activation_have_the_joint_gradient(case: Case, activation: str):
    graph = pair(case, activation)
    here = inside(shapes(graph))
    swept = backward(graph, graph.output)
    assert [part.rule for part in swept.contributions[graph.by_name["z"]]] == ["fused"]
    found, expected = gradients(graph, here), gradients(primitive(graph), here)
    assert all(agree(found[name], expected[name], 1e-12) for name in found)


@every_pair
@pytest.mark.parametrize("size", [40.0, 700.0])
def test_the_joint_gradient_survives_saturation(case: Case, activation: str, size: float):
    graph = pair(case, activation)
    here = {name: np.round(x) for name, x in inside(shapes(graph)).items()}
    here["z"] = size * point(shapes(graph))["z"]  # where exp(z) itself is too large for a float
    (prediction,) = run(graph, here, [graph.by_name[case.op.params[0]]])
    assert np.all(np.isfinite(gradients(graph, here)["z"]) == np.isfinite(prediction))


def test_a_shared_activation_is_not_fused():
    """A prediction that is used elsewhere too has an adjoint of two parts; the short cut would miss one."""
    graph = build({"z": (3,), "t": (3,)}, [("p", "sigmoid(z)"), ("L", "bce(p, t) + sum(p * p)")])
    here = inside({"z": (3,), "t": (3,)})
    assert agree(gradients(graph, here)["z"], gradients(primitive(graph), here)["z"], 1e-12)
    assert "fused" not in rules(graph)


def test_a_loss_under_other_functions_passes_its_upstream_gradient_on():
    graph = build(
        {"z": (2, 3), "t": (2, 3)}, [("p", "softmax(z)"), ("C", "cross_entropy(p, t)"), ("L", "exp(C) * 3")]
    )
    here = inside({"z": (2, 3), "t": (2, 3)})
    assert agree(gradients(graph, here)["z"], gradients(primitive(graph), here)["z"], 1e-12)


def test_no_name_runs_into_a_command() -> None:
    r"""`\lVert#` of `u` would be the unknown command `\lVertu`."""
    for function in FUNCTIONS.values():
        assert not re.search(r"\\[A-Za-z]+#", function.tex or ""), function.key
