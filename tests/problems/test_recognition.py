"""Functions written out are recognized: by any order of terms and factors, and only where they are equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
import symdl.models
from symdl.core.function import FUNCTIONS
from symdl.formula.matching import matches, same
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Node, names

RECOGNIZED = [function.key for function in FUNCTIONS.values() if function.forms]
SYMBOLS: dict[str, Any] = {
    "u": [], "s": [], "q": [], "z": ["n"], "p": ["n"], "t": ["n"], "Z": ["N", "k"], "P": ["N", "k"],
    "T": ["N", "k"], "w": ["n"], "r": [3], "y": [3], "A": [2, 3], "B": [2, 3], "v": ["k"], "d": ["N"],
}  # fmt: skip

WRITTEN = [  # a line, and the function that it writes out
    ("1/(1 + exp(-u))", "sigmoid"),
    ("1/(exp(-u) + 1)", "sigmoid"),
    ("exp(u)/(1 + exp(u))", "sigmoid"),
    ("1/(1 + exp(-(u s + q)))", "sigmoid"),
    ("1/(1 + exp(-dot(w, z) - u))", "sigmoid"),
    ("1/(1 + exp(-z))", "sigmoid"),
    ("(exp(u) - exp(-u))/(exp(u) + exp(-u))", "tanh"),
    ("(1 - exp(-2 u))/(1 + exp(-2 u))", "tanh"),
    ("1/(1 + e^(-u))", "sigmoid"),
    ("log(1 + exp(u s))", "softplus"),
    ("where(z > 0, z, 0.1*z)", "prelu"),
    ("where(z > 0, z, u z)", "prelu"),
    ("where(u > 0, u, 2 (exp(u) - 1))", "elu_alpha"),
    ("exp(z)/sum(exp(z))", "softmax"),
    ("-(s log(q) + (1 - s) log(1 - q))", "bce"),
    ("-s*log(q) - (1 - s)*log(1 - q)", "bce"),
    ("-(1 - s)*log(1 - q) - log(q)*s + u^2/2", "bce"),
    ("u*dot(w, w)/2 - (s*log(q) + (1 - s)*log(1 - q))", "bce"),
    ("-sum(y*log(r) + (1 - y)*log(1 - r))/3", "bce"),
    ("-1/3*sum(y*log(r) + (1 - y)*log(1 - r))", "bce"),
    ("-sum(t*log(p) + (1 - t)*log(1 - p))/n", "bce"),
    ("-mean(t*log(p) + (1 - t)*log(1 - p))", "bce"),
    ("-sum(t*log(p) + (1 - t)*log(1 - p))", "bce_sum"),
    ("-sum(t*log(p))", "cross_entropy"),
    ("-dot(t, log(p))", "cross_entropy"),
    ("-t.T log(p)", "cross_entropy"),
    ("-sum(y[k] log(r[k]), k=1..3)", "cross_entropy"),
    ("-sum(T*log(P))/N", "cross_entropy"),
    ("-sum(sum(A[i,j] log(B[i,j]), j=1..3), i=1..2)/2", "cross_entropy"),
    ("sum(t*log(t/p))", "kl_divergence"),
    ("sum(log(t/p)*t) + u^2", "kl_divergence"),
    ("t.T log(t/p)", "kl_divergence"),
    ("-sum(t*log(p/t))", "kl_divergence"),
    ("sum(t*(log(t) - log(p)))", "kl_divergence"),
    ("sum(y[k] log(y[k]/r[k]), k=1..3)", "kl_divergence"),
    ("sum(T*log(T/P))/N", "kl_divergence"),
    ("sum(t*log(2*t/(t + p)) + p*log(2*p/(p + t)))/2", "jensen_shannon"),
    ("(sum(t*log(2*t/(t + p))) + sum(p*log(2*p/(p + t))))/2", "jensen_shannon"),
]
SAMPLES = "-sum(d[i] log(sigmoid({a})) + (1 - d[i]) log(1 - sigmoid({a})), i=1..N)"
WRITTEN += [
    (SAMPLES.format(a=score), "bce_sum")
    for score in ("sum(v[j] Z[i,j], j=1..k)", "v.T Z[i,:]", "Z[i,:].T v", "dot(v, Z[i,:])")
]
OTHER = [  # lines that look alike
    "1/(2 + exp(-u))",
    "1/(1 - exp(-u))",
    "(exp(u) + exp(-u))/(exp(u) - exp(-u))",
    "exp(z)/sum(z)",
    "-(s log(q) + (1 - q) log(1 - s))",
    "s log(q) + (1 - s) log(1 - q)",
    "-sum(t*log(p))/2",
    "-sum(T*log(P))/n",
    "-sum(y[k] log(r[k]), k=1..2)",
    "log(1 + exp(u) + s)",
    "-s*log(q) - 2*(1 - s)*log(1 - q)",
    "-sum(p*log(p))",
    "-u*log(u) - (1 - u)*log(1 - u)",
]


def graph_of(line: str) -> Any:
    problem: Any = symdl.problem(
        symbols=SYMBOLS, let={"out": line, "more": "2 out"}, asks=[{"value": "more"}]
    )
    return problem.graph


def calls(line: str) -> set[str]:
    return {equation.op.key for equation in graph_of(line).equations}


@pytest.mark.parametrize(("line", "key"), WRITTEN)
def test_what_is_written_out_is_called_by_name(line: str, key: str) -> None:
    assert key in calls(line)


@pytest.mark.parametrize("line", OTHER)
def test_what_only_looks_alike_stays(line: str) -> None:
    assert not calls(line) & set(RECOGNIZED)


@pytest.mark.parametrize("key", RECOGNIZED)
def test_every_form_of_a_function_is_recognized_somewhere(key: str) -> None:
    wanted = {k for line, k in WRITTEN if k == key} or {"none"}
    assert wanted == {key}


def test_a_lone_line_of_scalars_is_taken_apart() -> None:
    problem: Any = symdl.problem(
        given={"x": 2}, let={"f": "1/(1 + exp(-x))"}, asks=[{"gradient": "f", "by": ["x"]}]
    )
    assert "sigmoid" not in {equation.op.key for equation in problem.graph.equations}


def test_the_gradient_is_prediction_minus_target() -> None:
    problem: Any = symdl.problem(
        given={"x": [1, -2], "w": ["3/10", "1/10"], "t": 1},
        let={
            "z": "dot(w, x)", "p": "1/(1 + exp(-z))",
            "L": "-(t*log(p) + (1 - t)*log(1 - p)) + dot(w, w)/2",
        },
        asks=[{"gradient": "L", "by": ["w"]}],
    )  # fmt: skip
    solution = symdl.derive(problem)
    assert any(step.because.key == "rule.fused" for step in solution.derivation.steps)
    p = 1 / (1 + np.exp(-0.1))
    expected = (p - 1) * np.array([1, -2]) + np.array([0.3, 0.1])
    [answer] = [a for a in solution.derivation.answers if a.kind == "gradient"]
    assert np.asarray(answer.value, dtype=float) == pytest.approx(expected)


def read(text: str) -> Node:
    return read_formula(text, Scope(frozenset("abcxyz"), frozenset({"log", "exp", "max"})))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("a + b + c", "c + (a + b)", True),
        ("-(a - b)", "b - a", True),
        ("2 a b", "b * a * 2", True),
        ("a / b / c", "a / (b c)", True),
        ("log(a + b)", "log(b + a)", True),
        ("max(a, b)", "max(b, a)", False),
        ("a - b", "b - a", False),
        ("a^b", "b^a", False),
        ("a b / c", "a / (b c)", False),
    ],
)
def test_formulas_are_the_same_in_another_order(one: str, other: str, equal: bool) -> None:
    assert same(read(one), read(other)) is equal


@pytest.mark.parametrize(
    ("pattern", "node", "found"),
    [
        ("x", "a + b", "a + b"),
        ("exp(-x)", "exp(-a b)", "a b"),
        ("exp(-x)", "exp(a - b)", "b - a"),
        ("exp(-2 x)", "exp(-6 a)", "3 * a"),
        ("x + exp(x)", "exp(b) + b", "b"),
    ],
)
def test_a_name_of_a_pattern_stands_for_a_formula(pattern: str, node: str, found: str) -> None:
    [bound, *_] = matches(read(pattern), read(node), frozenset("x"))
    assert same(bound["x"], read(found)) and names(bound["x"]) == names(read(found))


@pytest.mark.parametrize(
    ("line", "by", "expected"),
    [
        ("norm(X w - t)^2/(2 N)", "w", "1/N X.T (X w - t)"),
        ("|w|^2", "w", "2 w"),
        ("1/2 w.T A w - b.T w", "w", "1/2 A w + 1/2 A.T w - b"),
        ("-1/N*sum(t*log(sigmoid(X w)) + (1 - t)*log(1 - sigmoid(X w)))", "w", "1/N X.T (sigmoid(X w) - t)"),
        ("sum(e^(-t[i]), i=1..N)", "t", "-exp(-t)"),
    ],
)
def test_gradients_have_the_form_of_the_books(line: str, by: str, expected: str) -> None:
    problem: Any = symdl.problem(
        symbols={"X": ["N", "n"], "t": ["N"], "w": ["n"], "A": ["n", "n"], "b": ["n"]},
        let={"L": line}, asks=[{"gradient": "L", "by": [by]}],
    )  # fmt: skip
    [answer] = symdl.derive(problem).derivation.answers
    assert to_plain(answer.composed or answer.formula["matrix"]) == expected


def test_a_state_may_be_a_line_by_itself() -> None:
    problem: Any = symdl.problem(
        symbols={"W": [2, 2], "s": [2]},
        let={"h[0]": "2 s", "h[t=1..2]": "tanh(W h[t-1])", "L": "sum(h[2])"},
        asks=[{"gradient": "L", "by": ["s"]}],
    )
    assert {check.outcome for check in symdl.verify(symdl.derive(problem))} == {"holds"}
    assert {"h[0]", "h[1]", "h[2]"} <= {str(var.name) for var in problem.graph.variables()}


def test_an_assumed_symmetry_is_used_and_said() -> None:
    problem: Any = symdl.problem(
        symbols={"A": ["n", "n"], "x": ["n"], "b": ["n"]}, assume={"A": ["symmetric"]},
        let={"f": "1/2 x.T A x - b.T x"},
        asks=[{"gradient": "f", "by": ["x"]}, {"hessian": "f", "by": ["x"]}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    assert [to_plain(answer.formula["matrix"]) for answer in solved.derivation.answers] == ["A x - b", "A"]
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}
    sheet = str(symdl.render(symdl.compose(solved), "txt"))
    assert "A is symmetric" in sheet and "f = 1/2 xᵀ A x - bᵀ x\n" in sheet
