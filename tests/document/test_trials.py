"""The lengths that a line search tries stand on the sheet, each beside what it had to satisfy."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.blocks import StepBlock


def rows(**ask: Any) -> dict[str, list[str]]:
    """The rows of every line, by its title, of a minimize ask on x⁴ + x y + (1 + y)² from (1, 2)."""
    asks = [{"minimize": "f", "by": ["x", "y"], "steps": 1, **ask}]
    given, let = {"x": 1, "y": 2}, {"f": "x^4 + x y + (1 + y)^2"}
    found = symdl.derive(symdl.problem(given=given, let=let, asks=asks))
    checks = symdl.verify(found)
    assert {check.outcome for check in checks} == {"holds"}
    texts: dict[str, list[str]] = {}
    for block in symdl.compose(found, checks).blocks:
        if isinstance(block, StepBlock):
            texts[str(block.title)] = [
                f"{row.left.plain if row.left else ''} {row.relation} {row.right.plain}"
                for row in block.formula.rows
            ]
    return texts


def step_length(**ask: Any) -> list[str]:
    (found,) = (lines for title, lines in rows(**ask).items() if "Step length" in title)
    return found


def test_armijo_shows_each_trial_and_its_bound() -> None:
    assert step_length(line_search="armijo") == [
        "φ(α) ≤ φ(0) + c₁ α φ′(0)",
        "φ(1) = 666 > 12 + 0.0001 · 1 · (-85) ≈ 11.99",
        "φ(0.5) = 19.25 > 12 + 0.0001 · 0.5 · (-85) ≈ 12",
        "φ(0.25) = 1.5 ≤ 12 + 0.0001 · 0.25 · (-85) ≈ 12",
        "αₜ₀ = 0.25",
    ]


def test_wolfe_shows_the_slope_where_the_function_is_low_enough() -> None:
    found = step_length(line_search="wolfe", settings={"curvature": "1/10"})
    assert found[:3] == [
        "φ(α) ≤ φ(0) + c₁ α φ′(0)",
        "|φ′(α)| ≤ c₂ |φ′(0)|",
        "φ(1) = 666 > 12 + 0.0001 · 1 · (-85) ≈ 11.99",
    ]
    assert "|φ′(0.25)| = 12.5 > 0.1|-85| = 8.5" in found


def test_terms_of_the_teacher() -> None:
    """c₁ = 1/4, from 2 on, a fifth of it each time."""
    settings = {"decrease": "1/4", "first": 2, "shrink": "1/5"}
    found = step_length(line_search="armijo", settings=settings)
    assert [row.partition(" ")[0] for row in found] == ["φ(α)", "φ(2)", "φ(0.4)", "φ(0.08)", "αₜ₀"]
    assert found[2] == "φ(0.4) ≈ 5.002 > 12 + 0.25 · 0.4 · (-85) = 3.5"


def test_a_corrected_matrix_belongs_to_the_next_step() -> None:
    (found,) = (lines for title, lines in rows(method="bfgs").items() if "inverse Hessian" in title)
    assert found[0].startswith("Bₜ₁ = (I - ρₜ₀ sₜ₀ yₜ₀ᵀ) Bₜ₀")


def test_a_setting_of_another_search_is_refused() -> None:
    with pytest.raises(symdl.SymdlError, match="curvature"):
        rows(line_search="armijo", settings={"curvature": "1/2"})
    with pytest.raises(symdl.SymdlError, match="shrink"):
        rows(line_search="exact", settings={"shrink": "1/2"})
