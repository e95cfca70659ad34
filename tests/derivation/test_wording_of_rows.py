"""What stands beside a row says what was done in it, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

import symdl
from symdl.document.language import language_named


def text(language: str = "en", **tables: Any) -> str:
    solved = symdl.derive(symdl.problem(**tables))
    assert {check.outcome for check in solved.checks} == {"holds"}
    return " ".join(str(symdl.render(solved.compose(language=language), "txt")).split())


def test_the_square_of_a_root_is_a_move_of_its_own() -> None:
    shown = text(symbols={"x": []}, let={"f": "atan(sqrt(x))"}, asks=[{"derivative": "f", "by": ["x"]}])
    assert "1/(1 + (√x)²) · (1/(2√x)) substituted back = 1/(1 + x) · (1/(2√x)) the square of a root" in shown


@pytest.mark.parametrize("language", ["en", "fa"])
def test_numbers_that_are_worked_out_need_no_words(language: str) -> None:
    assert not any(language_named(language).has(f"move.{kind}") for kind in ("numbers", "terms", "result"))


def test_stationary_points_know_a_symmetric_matrix() -> None:
    shown = text(
        symbols={"A": ["n", "n"], "b": ["n"], "x": ["n"]}, assume={"A": "symmetric"},
        let={"f": "x^T A x / 2 - b^T x"}, asks=[{"stationary": "f", "by": ["x"]}],
    )  # fmt: skip
    assert "A x - b = 0" in shown and "x = A⁻¹ b" in shown


def test_constants_of_a_subgradient_stand_in_front() -> None:
    shown = text(
        symbols={"X": ["N", "n"], "w": ["n"], "t": ["N"], "c": []}, assume={"c": "positive"},
        let={"r": "X w - t", "J": "|r|^2 / (2 N) + c sum(abs(w))"}, asks=[{"stationary": "J", "by": ["w"]}],
    )  # fmt: skip
    assert "g = 1/N Xᵀ X w - 1/N Xᵀ t" in shown


def test_a_vector_that_a_line_brings_has_a_norm() -> None:
    shown = text(
        symbols={"P": ["m", "n"], "x": ["n"], "c": []}, assume={"c": "positive"},
        let={"f": "|P x|^2 / 2 + c |x|^2 / 2"}, asks=[{"hessian": "f", "by": ["x"]}],
    )  # fmt: skip
    assert "c ‖v‖²" in shown
