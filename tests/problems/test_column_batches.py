"""Batches whose examples are columns: cross-entropy written out, and its joint result with softmax."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.errors import ProblemError

Z = [[0.5, -1.0], [0.2, 0.7], [-0.4, 0.3]]
T = [[1, 0], [0, 0], [0, 1]]


def delta(let: dict[str, str], **more: Any) -> Any:
    asks = [{"gradient": "L", "by": ["Z"]}]
    solved = symdl.derive(symdl.problem(let=let, asks=asks, **more))
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}
    return solved.gradient["Z"], solved


def sheet(solved: Any, language: str = "en") -> str:
    return str(symdl.render(symdl.compose(solved, solved.checks, language=language), "txt"))


def expected(z: Any, t: Any, axis: int, count: float) -> Any:
    """By the Jacobian of softmax, column by column or row by row."""
    z, t = (np.asarray(a, float) if axis == 0 else np.asarray(a, float).T for a in (z, t))
    columns = []
    for zk, tk in zip(z.T, t.T, strict=True):
        p = np.exp(zk) / np.exp(zk).sum()
        columns.append((np.diag(p) - np.outer(p, p)) @ (-tk / p) / count)
    found = np.array(columns).T
    return found if axis == 0 else found.T


@pytest.mark.parametrize("loss", ["-sum(T * log(P)) / 2", "cross_entropy(P, T, axis=1)"])
def test_columns_leave_prediction_minus_target(loss: str) -> None:
    found, solved = delta({"P": "softmax(Z, axis=1)", "L": loss}, given={"Z": Z, "T": T})
    assert found.numpy == pytest.approx(expected(Z, T, 0, 2))
    assert "= (P - T)/2" in sheet(solved)


def test_columns_of_all_sizes() -> None:
    _, solved = delta(
        {"P": "softmax(Z, axis=1)", "L": "-sum(T * log(P)) / N"},
        symbols={"Z": ["k", "N"], "T": ["k", "N"]}, assume={"T": "distribution-columns"},
    )  # fmt: skip
    assert "= (P - T)/N" in sheet(solved)


def test_as_many_columns_as_rows() -> None:
    z, t = [[0.5, -1.0], [0.2, 0.7]], [[1, 0], [0, 1]]
    for axis in (1, 2):
        let = {"P": f"softmax(Z, axis={axis})", "L": "-sum(T * log(P)) / 2"}
        found, solved = delta(let, given={"Z": z, "T": t})
        assert found.numpy == pytest.approx(expected(z, t, axis - 1, 2))
        assert any(step.because.key == "rule.fused" for step in solved.steps)


@pytest.mark.parametrize(
    ("axis", "loss", "count"),
    [(1, "cross_entropy(P, T)", 3), (2, "-sum(T * log(P)) / 2", 2), (1, "-sum(T * log(P)) / 3", 3)],
)
def test_a_mean_over_the_other_axis_stays_what_it_is(axis: int, loss: str, count: int) -> None:
    """Columns are activated and rows are counted, or the other way round: odd, but derived as written."""
    found, _ = delta({"P": f"softmax(Z, axis={axis})", "L": loss}, given={"Z": Z, "T": T})
    assert found.numpy == pytest.approx(expected(Z, T, axis - 1, count))


def test_columns_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(ProblemError):
        symdl.problem(
            given={"T": [[1, 1], [0, 1]]}, let={"L": "sum(T)"}, assume={"T": "distribution-columns"}
        )


@pytest.mark.parametrize(("language", "word"), [("en", "each column"), ("fa", "هر ستون")])
def test_the_sheet_states_it(language: str, word: str) -> None:
    let = {"P": "softmax(Z, axis=1)", "L": "-sum(T * log(P)) / 2"}
    _, solved = delta(let, given={"Z": Z, "T": T})
    assert word in sheet(solved, language)


@pytest.mark.parametrize("loss", ["cross_entropy(softmax(Z, axis=1), T, axis=1)", "sum(T * exp(Z))"])
def test_weights_of_columns_are_not_negative_where_convexity_is_judged(loss: str) -> None:
    """No point outside the assumption speaks against it."""
    solved = symdl.derive(
        symdl.problem(symbols={"Z": [2, 3], "T": [2, 3]}, assume={"T": "distribution-columns"},
                      let={"L": loss}, asks=[{"hessian": "L", "by": ["Z"]}])
    )  # fmt: skip
    rules = {step.because.key for step in solved.derivation.steps}
    assert any("_convex" in rule for rule in rules)
    assert not rules & {"rule.hessian_not_convex", "rule.hessian_not_concave_alone"}
