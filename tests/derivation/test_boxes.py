"""Stationary points in boxes: one's own, in three and four variables, parts apart, the only one anywhere."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.language import Language
from symdl.errors import ProblemError
from symdl.formula.notation import Notation
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.problems.answering import exact_roots
from symdl.problems.answering.searching import apart, searched


def boxed(formula: str, by: str, box: Any, **further: Any) -> symdl.Solved:
    ask = {"stationary": "f", "by": list(by), "box": box, **further}
    return symdl.derive(symdl.problem(symbols={n: [] for n in by}, let={"f": formula}, asks=[ask]))


def points(solved: symdl.Solved) -> dict[tuple[float, ...], str]:
    (answer,) = solved.derivation.answers
    assert {check.outcome for check in solved.checks} == {"holds"}
    return {tuple(round(v, 6) + 0.0 for v in row["point"].values()): row["kind"] for row in answer.table}


def solutions(solved: symdl.Solved) -> Any:
    return next(step for step in solved.steps if step.id == "stationary.f.points")


def test_all_points_of_a_box_of_ones_own() -> None:
    """The cosine is -1/2 four times between 0 and 4π."""
    solved = boxed("sin(x) + x/2", "x", [0, "4 pi"])
    assert [x for (x,) in points(solved)] == pytest.approx([k * pi / 3 for k in (2, 4, 8, 10)], abs=1e-6)
    step = solutions(solved)
    assert "4\N{GREEK SMALL LETTER PI}" in "".join(
        part if isinstance(part, str) else part.plain for part in Language("en").say(step.because, Notation())
    )


def test_of_all_points_those_in_the_box() -> None:
    """Himmelblau's function has nine stationary points, three of them with both coordinates above 0."""
    solved = boxed("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", "xy", {"x": [0, 5], "y": [0, 5]})
    found = points(solved)
    assert found[3.0, 2.0] == "minimum"
    assert found[3.385154, 0.073852] == found[0.086678, 2.884255] == "saddle"
    step = solutions(solved)
    assert step.because.key == "rule.stationary.solved_within"
    assert (step.because.facts["count"], step.because.facts["all"]) == (3, 9)


def test_a_face_belongs_to_the_box() -> None:
    solved = boxed("cos(pi x) + y^2 exp(y)", "xy", {"x": [0, 1], "y": [-2, 1]})
    assert set(points(solved)) == {(0.0, -2.0), (0.0, 0.0), (1.0, -2.0), (1.0, 0.0)}


@pytest.mark.parametrize(
    ("box", "key"),
    [
        ({"x": [0, 1]}, "problem.box_sides"),
        ({"x": [0, 1], "y": [0, 1], "z": [0, 1]}, "problem.box_sides"),
        ({"x": [0, 1], "y": [1, 0]}, "problem.box_ends"),
    ],
)
def test_a_box_has_a_side_for_each_variable(box: Any, key: str) -> None:
    with pytest.raises(ProblemError) as caught:
        boxed("x^2 + y^2", "xy", box)
    assert caught.value.key == key


def test_a_box_is_refused_where_nothing_is_searched() -> None:
    with pytest.raises(ProblemError) as caught:
        boxed("x^2 + y^2", "xy", [0, 1], subject_to=["x + y >= 1"])
    assert caught.value.key == "problem.box_unused"


def test_the_one_minimum_of_a_convex_function_of_three_variables() -> None:
    """Log-sum-exp and a square: the gradient is softmax(v) + v - e₁."""
    solved = boxed("log(exp(x) + exp(y) + exp(z)) + (x^2 + y^2 + z^2)/2 - x", "xyz", [-2, 2])
    ((place, kind),) = points(solved).items()
    v = np.array(place)
    assert np.exp(v) / np.exp(v).sum() + v == pytest.approx([1, 0, 0], abs=1e-5)
    assert kind == "minimum"
    assert solutions(solved).because.key.startswith("rule.stationary.solved_convex")


def test_a_box_of_three_variables_is_searched_to_its_end() -> None:
    scope = Scope(None, frozenset({"exp", "sin"}))
    system = tuple(
        read_formula(text, scope) for text in ("exp(x) + 2 x + y z", "exp(y) + x z", "exp(z) + x y")
    )
    found = searched([system], ("x", "y", "z")).found
    assert found is not None and found.ended
    assert not found.zeros and not found.left_open


def test_parts_without_a_common_variable_are_searched_apart() -> None:
    scope = Scope(None, frozenset({"sin"}))
    system = tuple(read_formula(text, scope) for text in ("sin(x) - y/9", "w - sin(w)/2 - 1", "y - sin(y)/3"))
    assert [own for _, own in apart(system, ("w", "x", "y"))] == [("w",), ("x", "y")]
    found = searched([system], ("w", "x", "y")).found
    assert found is not None and len(found.zeros) == 7
    assert all(w - np.sin(w) / 2 == pytest.approx(1) and abs(y) < 1e-15 for w, _, y in found.zeros)


def test_the_work_of_algebra_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same number of calls solves it, or not, on every machine."""
    equation = read_formula("exp(x) + x exp(x) - 3 exp(x)", Scope(None, frozenset({"exp"})))
    assert exact_roots.solved([equation], ["x"]) is not None
    monkeypatch.setattr(exact_roots, "CALLS", 500)
    assert exact_roots.solved([equation], ["x"]) is None
