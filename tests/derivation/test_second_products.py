"""Hessians times vectors, and Hessians by matrices written as matrices."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.errors import ProblemError
from symdl.formula.plain import to_plain

NETWORK: dict[str, Any] = {
    "given": {
        "x": [1, -2], "t": ["1/2"], "b": [0, "1/10", "-1/10"], "U": [[1, "1/2", -1]],
        "W": [["1/2", "1/4"], ["-1/3", "1/5"], ["1/7", "2/3"]],
        "V": [[1, 0], [0, 1], [1, -1]], "c": [1, 2, -1],
    },
    "let": {"z": "W x + b", "h": "tanh(z)", "L": "|U h - t|^2/2"},
}  # fmt: skip
CLASSES: dict[str, Any] = {
    "given": {
        "X": [[1, 2], [0, -1], ["1/2", 1]], "T": [[1, 0, 0], [0, 0, 1], [0, 1, 0]],
        "W": [[0, "1/2", "1/3"], ["1/5", "-1/4", 1]], "V": [[1, -1, 2], ["1/2", 0, 3]],
    },
    "assume": {"T": "distribution"},
    "let": {"P": "softmax(X W)", "L": "cross_entropy(P, T)"},
}  # fmt: skip


def solved(problem: dict[str, Any], *asks: dict[str, Any], **tables: Any) -> symdl.Solved:
    return symdl.derive(symdl.problem(**problem, asks=list(asks), **tables))


@pytest.mark.parametrize(
    "problem, by, along",
    [(NETWORK, ["W", "b"], ["V", "c"]), (CLASSES, ["W"], ["V"]), (NETWORK, ["b"], ["c"])],
)
def test_products_are_those_of_the_hessian(problem: dict[str, Any], by: list[str], along: list[str]) -> None:
    found = solved(problem, {"hessian_vector": "L", "by": by, "along": along}, {"hessian": "L", "by": by})
    direction = np.concatenate([np.ravel(found.values[name]) for name in along])
    expected = found.hessian["L"].numpy @ direction
    products = [np.ravel(found.answers[f"hessian_vector.L.{name}"].numpy) for name in by]
    assert np.allclose(np.concatenate(products), expected, rtol=1e-12)
    assert {check.outcome for check in found.checks} == {"holds"}


def test_the_product_takes_a_few_times_the_work_of_the_gradient() -> None:
    found = solved(NETWORK, {"hessian_vector": "L", "by": ["W", "b"], "along": ["V", "c"]})
    facts = found.derivation.steps[-1].because.facts
    assert facts["count"] == 9 and facts["entries"] == 81
    assert facts["gradient"] < facts["work"] < 5 * facts["gradient"]


def test_a_product_is_marked() -> None:
    problem = symdl.problem(
        **NETWORK, asks=[{"hessian_vector": "L", "by": ["b"], "along": ["c"], "points": 2}]
    )
    value = symdl.derive(problem).answers["hessian_vector.L.b"].numpy
    right = symdl.grade(problem, {"hessian_vector.L.b": [float(x) for x in value]})
    wrong = symdl.grade(problem, {"hessian_vector.L.b": [float(-x) for x in value]})
    assert right.score == 2 and wrong.score == 0


@pytest.mark.parametrize(
    "along, key", [(["c"], "problem.direction_shape"), (["V", "c"], "problem.direction_count")]
)
def test_a_direction_fits_its_quantity(along: list[str], key: str) -> None:
    with pytest.raises(ProblemError) as error:
        solved(NETWORK, {"hessian_vector": "L", "by": ["W"], "along": along})
    assert error.value.key == key


SYMBOLS = {"X": ["N", "n"], "W": ["n", "m"], "T": ["N", "m"]}


@pytest.mark.parametrize(
    "loss, order, expected",
    [
        ("|X W - T|^2/2", "rows", "kron(X.T X, eye(m))"),
        ("|X W - T|^2/2", "columns", "kron(eye(m), X.T X)"),
        ("|X W|^2/2 + |W|^2/2", "rows", "kron(X.T X, eye(m)) + eye(m n)"),
        ("sum(softplus(X W))", "columns",
         "kron(eye(m), X.T) diag(vec(sigmoid(X W) * (1 - sigmoid(X W)))) kron(eye(m), X)"),
    ],
)  # fmt: skip
def test_hessians_by_matrices(loss: str, order: str, expected: str) -> None:
    """Magnus & Neudecker, chapter 10: I ⊗ XᵀX by columns, XᵀX ⊗ I by rows."""
    symbols = {name: size for name, size in SYMBOLS.items() if name in loss}
    found = solved(
        {"symbols": symbols, "let": {"L": loss}}, {"hessian": "L", "by": ["W"]}, conventions={"vec": order}
    )
    assert to_plain(found.hessian["L"].formula) == expected
    assert {check.outcome for check in found.checks} == {"holds"}


SIZES = {"W": ["m", "n"], "A": ["n", "m"], "B": ["n", "m"], "S": ["m", "m"], "x": ["n"], "y": ["m"]}
K = "commutation(n, m)"


@pytest.mark.parametrize(
    "loss, order, expected",
    [
        ("tr(W A W B)", "rows", f"kron(B.T, A) {K} + kron(A.T, B) {K}"),
        ("tr(W A W B)", "columns",
         "kron(A, B.T) commutation(m, n) + kron(B, A.T) commutation(m, n)"),
        ("|W W^T - S|^2 / 2", "rows",
         f"2 kron(W, W.T) {K} + 2 kron(eye(m), W.T W) + kron((W W.T - S).T, eye(n))"
         " + kron(W W.T - S, eye(n))"),
        ("x^T W^T W x", "rows", "2 kron(eye(m), x x.T)"),
        ("(y^T W x)^2", "columns", "2 kron(x x.T, y y.T)"),
    ],
)  # fmt: skip
def test_hessians_with_both_the_matrix_and_its_transpose(loss: str, order: str, expected: str) -> None:
    """Magnus & Neudecker, section 3.7: K vec(A) = vec(Aᵀ)."""
    symbols = {name: size for name, size in SIZES.items() if name in loss}
    found = solved(
        {"symbols": symbols, "let": {"f": loss}}, {"hessian": "f", "by": ["W"]}, conventions={"vec": order}
    )
    assert to_plain(found.hessian["f"].formula) == expected
    assert {check.outcome for check in found.checks} == {"holds"}
    explained = [step for step in found.derivation.steps if step.because.key == "rule.commutation"]
    assert len(explained) == ("commutation" in expected)


@pytest.mark.parametrize("order", ["rows", "columns"])
@pytest.mark.parametrize(
    "let, kind",
    [
        ({"z": "W x", "L": "softmax_cross_entropy(z, y)"}, "variance"),
        ({"P": "softmax(X V)", "L": "cross_entropy(P, T)"}, "variance"),
        ({"L": "|X V - T|^2 / 2"}, "squares"),
        ({"L": "|X V - T|^2 / 2 + |V|^2"}, "ridge"),
        ({"L": "sum(softplus(X V))"}, "squares"),
        ({"L": "|A W B|^2"}, "squares"),
    ],
)
def test_convexity_in_a_matrix_for_all_sizes(let: dict[str, str], kind: str, order: str) -> None:
    every: dict[str, list[str]] = {
        "W": ["m", "n"], "x": ["n"], "y": ["m"], "X": ["N", "n"], "V": ["n", "C"], "T": ["N", "C"],
        "A": ["k", "m"], "B": ["n", "p"],
    }  # fmt: skip
    written = " ".join(let.values())
    symbols = {name: size for name, size in every.items() if re.search(rf"\b{name}\b", written)}
    told = {name: "distribution" for name in ("y", "T") if name in symbols and "entropy" in written}
    by = "W" if "W" in symbols else "V"
    found = solved(
        {"symbols": symbols, "let": let, "assume": told}, {"hessian": "L", "by": [by]},
        conventions={"vec": order},
    )  # fmt: skip
    (step,) = (step for step in found.derivation.steps if step.id.endswith(".convex"))
    assert step.because.key == f"rule.hessian_convex_matrix_{kind}"
    assert {(c.strength, c.outcome) for c in found.checks if c.step == step.id} == {
        ("checked", "holds"), ("proved", "holds")
    }  # fmt: skip


def test_many_sizes_of_symbols_that_are_not_used_are_no_hindrance() -> None:
    """Large instances are computed in floats."""
    symbols = {"X": ["N", "n"], "V": ["n", "C"], "T": ["N", "C"], "x": ["n"], "y": ["m"]}
    let = {"P": "softmax(X V)", "L": "cross_entropy(P, T)"}
    told = {"T": "distribution", "y": "distribution"}
    found = solved({"symbols": symbols, "let": let, "assume": told}, {"hessian": "L", "by": ["V"]})
    assert {check.outcome for check in found.checks} == {"holds"}


@pytest.mark.parametrize("loss", ["tr(W A W B)", "sum((W W^T - S)^3)", "-|W|^2", "sum(tanh(W x))"])
def test_what_is_not_convex_in_a_matrix_is_not_called_so(loss: str) -> None:
    symbols = {name: size for name, size in SIZES.items() if name in loss}
    found = solved({"symbols": symbols, "let": {"f": loss}}, {"hessian": "f", "by": ["W"]})
    assert not any(step.id.endswith(".convex") for step in found.derivation.steps)


@pytest.mark.parametrize("order", ["rows", "columns"])
def test_numbers_come_in_the_order_that_is_stated(order: str) -> None:
    found = solved(CLASSES, {"hessian": "L", "by": ["W"]}, conventions={"vec": order})
    probabilities, data = found.values["P"], found.values["X"]
    expected = np.zeros((6, 6))
    for p, x in zip(probabilities, data, strict=True):
        outer, covariance = np.outer(x, x), np.diag(p) - np.outer(p, p)
        expected += (np.kron(outer, covariance) if order == "rows" else np.kron(covariance, outer)) / 3
    assert np.allclose(found.hessian["L"].numpy, expected, rtol=1e-12)
    assert {check.outcome for check in found.checks} == {"holds"}


def test_signs_of_a_hessian_by_vec_are_gathered() -> None:
    found = symdl.derive(
        symdl.problem(
            symbols={"X": ["n", "n"], "b": ["n"]},
            assume={"X": "positive-definite"},
            let={"g": "b^T inv(X) b"},
            asks=[{"hessian": "g", "by": ["X"]}],
        )
    )
    (step,) = (each for each in found.steps if each.id.endswith(".vec"))
    assert "-" not in to_plain(step.lines[-1][1])
    assert {check.outcome for check in found.checks} == {"holds"}
