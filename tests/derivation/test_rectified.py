"""`max(0, u)` in a formula is the ReLU of the course, its kink too; a maximum of equals is no choice."""

from __future__ import annotations

import pytest

import symdl
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply
from symdl.formula.walking import walk


@pytest.mark.parametrize("text", ["max(0, 3x - 1)", "max(3x - 1, 0)", "relu(3x - 1)"])
def test_the_derivative_is_that_of_relu(text: str) -> None:
    solved = symdl.solve(f"{text}^2", by=["x"])
    formula = solved.answers["derivative.f.x"].formula
    assert to_plain(formula) == "6 relu(3 x - 1) where(3 x - 1 > 0, 1, 0)"
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize("at", ["1/3", "-2", "5"])
@pytest.mark.parametrize("text", ["max(0, 3x - 1)", "max(3x - 1, 0)", "relu(3x - 1)^2"])
def test_at_the_kink_its_convention_holds(text: str, at: str) -> None:
    solved = symdl.solve(text, by=["x"], at={"x": at})
    assert solved.gradient["x"].numpy == (0 if at != "5" else 3 if "^" not in text else 84)
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_a_kink_by_choice() -> None:
    solved = symdl.derive(
        symdl.problem(
            given={"z": [0, 2]},
            let={"h": "max(0, z)", "L": "sum(h)"},
            asks=[{"gradient": "L", "by": ["z"]}],
            conventions={"kink": 0.5},
        )
    )
    assert solved.gradient["z"].numpy.tolist() == [0.5, 1]


def test_what_is_written_stands_beside_what_it_is() -> None:
    sheet = str(symdl.render(symdl.compose(d := symdl.solve("max(0, x)^2 + x", by=["x"]), d.checks), "txt"))
    assert "max(0, x)² + x = ReLU(x)² + x" in sheet


@pytest.mark.parametrize("text", ["max(a, a)", "max(a, a) + max(a, b)", "max(max(a, b), min(a, a))"])
def test_a_maximum_of_equals_is_no_choice(text: str) -> None:
    solved = symdl.solve(text, by=["a"])
    assert {check.outcome for check in solved.checks} == {"holds"}
    formula = solved.answers["derivative.f.a"].formula
    assert not any(isinstance(n, Apply) and n.args[:1] * 2 == n.args[:2] for n in walk(formula))
