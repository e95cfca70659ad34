"""Functions that are shown not to be convex: by numbers that say so themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.core.evaluation import evaluate


def witnesses(let: str, by: list[str], **rest: Any) -> dict[str, Any]:
    problem = symdl.problem(let={"f": let}, asks=[{"hessian": "f", "by": by}], **rest)
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    found = [step.because.facts["witness"] for step in solved.steps if "witness" in step.because.facts]
    return {witness.side: witness for witness in found}


@pytest.mark.parametrize(
    ("let", "by", "sides"),
    [
        ("x y", ["x", "y"], {"convex", "concave"}), ("sin(x)", ["x"], {"convex", "concave"}),
        ("x^4 - 3 x^2", ["x"], {"convex", "concave"}), ("x y/(1 + x^2)", ["x"], {"convex", "concave"}),
        ("(x + exp(x))^2", ["x"], {"concave"}), ("abs(abs(x) - 1)", ["x"], {"convex", "concave"}),
    ],
)  # fmt: skip
def test_the_value_in_the_middle_lies_on_the_wrong_side(let: str, by: list[str], sides: set[str]) -> None:
    found = witnesses(let, by, symbols={name: [] for name in ("x", "y") if name in let})
    assert set(found) == sides
    for side, witness in found.items():
        values = []
        for weights in ((1, 0), (0, 1), (0.5, 0.5)):
            point = {
                var: float(weights[0] * witness.ends[0][var] + weights[1] * witness.ends[1][var])
                if var in witness.ends[0] else float(witness.fixed[var])
                for var in witness.graph.inputs
            }  # fmt: skip
            values.append(float(evaluate(witness.graph, point)[witness.graph.by_name["f"]]))
        over = values[2] - (values[0] + values[1]) / 2
        assert over > 0 if side == "convex" else over < 0
        assert np.isclose(values[2], witness.middle)


@pytest.mark.parametrize("let", ["|x|^2 - |x|^4", "exp(-|x|^2)", "sum(sigmoid(X x))", "x^T A x"])
def test_sizes_and_what_does_not_move_are_chosen(let: str) -> None:
    symbols = {
        name: shape for name, shape in {"x": ["n"], "X": ["N", "n"], "A": ["n", "n"]}.items() if name in let
    }
    assert set(witnesses(let, ["x"], symbols=symbols)) == {"convex", "concave"}


def test_what_is_assumed_holds_of_the_points() -> None:
    found = witnesses("x log(y)", ["x", "y"], symbols={"x": [], "y": []}, assume={"y": "positive"})
    for witness in found.values():
        assert all(end[witness.graph.by_name["y"]] > 0 for end in witness.ends)


def test_an_indefinite_hessian_is_enough() -> None:
    assert witnesses("x y", ["x", "y"], given={"x": 1, "y": 1}) == {}


def test_one_second_derivative_is_a_number() -> None:
    problem = symdl.problem(given={"x": 2}, let={"f": "x^3"}, asks=[{"hessian": "f", "by": ["x"]}])
    solved = symdl.derive(problem)
    text = str(symdl.render(solved.compose(), "txt"))
    assert "[[" not in text and "∂²f/∂x² = 6x = 12" in " ".join(text.split())
    assert solved.answers["hessian.f.x"].value.shape == (1, 1)
