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


def test_the_condition_of_a_loss_cancels_the_slope_of_its_link() -> None:
    shown = text(
        symbols={"P": ["M", "d"], "u": ["d"], "y": ["M"]}, assume={"y": "unit"},
        let={"a": "P u", "q": "sigmoid(a)", "E": "-sum(y*log(q) + (1 - y)*log(1 - q))"},
        asks=[{"stationary": "E", "by": ["u"]}],
    )  # fmt: skip
    assert "∂E/∂u = Pᵀ (σ(P u) - y) = 0" in shown


def test_a_picture_in_words_says_it_once() -> None:
    weights = {f"W{k}": [[0.2, 0.4], [0.1, -0.3]] for k in (1, 2, 3)}
    shown = text(
        given={"x": [0.5, -0.3], **weights},
        let={"h1": "sigmoid(W1 x)", "h2": "sigmoid(W2 h1)", "h3": "sigmoid(W3 h2)", "L": "sum(h3)"},
        asks=[{"gradient": "L", "by": ["W1", "W2", "W3"], "norms": True}],
    )  # fmt: skip
    assert shown.count("Length of the gradient by layer, and") == 1
