"""What is seen of formulas by how they are composed: known verdicts, and rows held against numbers."""

from __future__ import annotations

import numpy as np
import pytest

import symdl
import symdl.models
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.op import pointwise
from symdl.derivation.convexity.atoms import ATOMS
from symdl.derivation.convexity.composing import Composed
from symdl.derivation.convexity.judging import Signs
from symdl.derivation.convexity.smooth import smooth
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Name
from symdl.ops.declaring import BUILT_IN
from symdl.problems.assumptions import implied

SHAPES: dict[str, tuple[str, ...]] = {
    "x": ("n",), "u": ("n",), "c": ("n",), "A": ("n", "n"), "S": ("n", "n"), "B": ("n", "n"), "X": ("n", "n"),
    "D": ("N", "n"), "y": ("N",), "Z": ("N", "k"), "Y": ("N", "k"), "p": ("n",), "q": ("n",), "W": ("k", "n"),
    "v": ("N",), "lam": (), "s": (), "t": (), "r": (), "b": (), "a": (),
}  # fmt: skip
FACTS = {
    "A": "positive-semidefinite", "S": "positive-definite", "lam": "positive", "p": "positive",
    "q": "positive", "s": "positive", "t": "positive", "Y": "distribution", "v": "unit",
}  # fmt: skip
CONVEX = {
    "u^T B^T A B u + exp(c^T u)": "u", "hinge(y, D x + b)": "x b", "max(0, 1 - r (c^T x + b))": "x b",
    "softmax_cross_entropy(Z, Y) + lam |Z|^2": "Z", "softmax_cross_entropy(D W^T, Y)": "W",
    "log(sum(exp(D x + y))) + |x| + lam |x|^2": "x", "|D x - y|": "x", "norm1(x)": "x", "max(D x + y)": "x",
    "r^2/s": "r s", "|x|^2/s": "x s", "(c^T x + r)^2/s": "x s", "x^T A x/s": "x s", "(r^2 + t^2)/s": "r t s",
    "r^4/t^3": "r t", "s^3/t^2": "s t", "exp(s)/t": "s t", "exp(r)/sqrt(t)": "r t", "1/(s t)": "s t",
    "-log(b - c^T x)": "x b", "sum(p * log(p))": "p", "s log(s)": "s", "huber(D x, y)": "x",
    "where(abs(r) <= t, r^2/2, t*abs(r) - t^2/2)": "r", "where(r > 0, r + 1, exp(r))": "r",
    "where(r > 1, r^2, 2 r - 1)": "r", "s exp(r/s)": "r s", "sum(p * log(p/q) - p + q)": "p q",
    "kl_divergence(p, q)": "p q", "s^(3/2)": "s", "s^(-2)": "s", "-sqrt(1 - |x|^2)": "x", "sum(1/p)": "p",
    "max(0, |D x - y| - a)": "x", "max(|x|^2, c^T x, exp(b))": "x b", "relu(c^T x + b)^3": "x b",
    "log(1 + exp(-r (c^T x + b)))": "x b", "-log(sigmoid(c^T x))": "x", "bce(sigmoid(D x), v)": "x",
    "cross_entropy(softmax(Z), Y)": "Z", "-log(softmax(x)[1])": "x", "log(exp(r) + exp(t))": "r t",
    "|x|^3": "x", "trace(W A W^T)": "W", "r^2 + r s + s^2": "r s", "sqrt(r^2 + s^2)": "r s", "2^r": "r",
    "elu(r)": "r", "sinh(s)": "s", "sigmoid(-s)": "s", "hypot(r, s)": "r s", "sqrt(exp(r) + exp(s))": "r s",
    "sum((x[i] - x[i+1])^2, i=1..3)": "x", "x[1]^2 + x[1] x[2] + x[2]^2": "x", "quantile(D x, y)": "x",
    "squared_hinge(D x, y)": "x", "log_cosh(D x, y)": "x", "rmse(D x, y)": "x", "poisson_nll(p, q)": "p",
    "(r - 2 s)^2 + (1 - r)^2": "r s", "(x^T u)^2": "x", "exp(max(r, s))": "r s",
    "log(p)^T p": "p",
}  # fmt: skip
CONCAVE = {
    "sqrt(s t)": "s t", "s^(1/3) t^(1/2)": "s t", "exp(mean(log(p)))": "p", "n/sum(1/p)": "p",
    "-sum(p * log(p))": "p", "s log(t/s)": "s t", "-s^2/t": "s t", "min(r, log(s))": "r s", "log(s t)": "s t",
    "tanh(s)": "s", "log(1 + log(1 + s))": "s", "log_softmax(x)[1]": "x", "-(x[1] - 2 x[2])^2": "x",
    "-huber(D x, y)": "x", "log_sigmoid(r)": "r", "where(r > 0, r, 2*r)": "r",
}  # fmt: skip
UNSEEN = {
    "sum(log(p) p^T)": "p",
    "r s": "r s", "s t": "s t", "s^2 t": "s t", "s^2/t^2": "s t", "r^3/t": "r t", "r^4/t^4": "r t",
    "s^(2/3) t^(1/2)": "s t", "s^(1/2)/t": "s t", "1/(s + exp(t))": "s t", "exp(r) s": "r s", "r^3": "r",
    "log(r^2 + 1)": "r", "log(s/t)": "s t", "abs(r^2 - 1)": "r", "max(r, -r^2)": "r",
    "where(r > 1, r^2, 2 r)": "r",
    "where(abs(r) <= a, r^2/2, a*abs(r) - a^2/2)": "r", "where(abs(r) <= 1, r^2, abs(r))": "r",
    "where(abs(r) <= 1, r^4, abs(r))": "r", "tanh(s)^2": "s", "(1/2)^(r^2)": "r", "b^r": "r", "selu(r)": "r",
    "gelu(r)": "r", "hard_tanh(r)": "r", "step(r)": "r", "soft_shrink(r)": "r", "cosine_loss(x, u)": "x",
    "triplet(x, u, c)": "x", "softmax(x)[1]": "x", "stop_gradient(r^2)": "r", "floor(r)": "r",
    "sum(sort(x))": "x", "(x^T u)^2": "x u", "sum((X X) * S)": "X", "sum((W^T W) * S)": "W", "x^T B x": "x",
    "x^T B B x": "x", "sum(y * abs(D x))": "x", "x[1]^2 + 3 x[1] x[2] + x[2]^2": "x", "b |x|^2": "x",
    "sum(i * x[i]^2, i=-3..3)": "x", "n r^2 - r^2": "r", "1/r^2": "r", "sqrt(r^2 + r)": "r",
    "r log(r/b)": "r b",
    "bce(sigmoid(D x), y)": "x", "x^T A u": "x u", "|x|^2 - norm1(x)": "x", "exp(-r^2)": "r",
}  # fmt: skip
STARTS = {"log": 0.01, "ln": 0.01, "log2": 0.01, "log10": 0.01, "sqrt": 0, "acosh": 1.01, "log1p": -0.9}
SCOPE = Scope(frozenset(SHAPES) | {"N", "n", "k"}, BUILT_IN | set(FUNCTIONS) | set(POINTWISE))


def judged(formula: str, by: str) -> str | None:
    facts = {name: implied((fact,)) for name, fact in FACTS.items()}
    return Composed(frozenset(by.split()), Signs(SHAPES, {}, facts)).curve(read_formula(formula, SCOPE))


@pytest.mark.parametrize("formula", [*CONVEX, *CONCAVE])
def test_known_shapes_are_seen(formula: str) -> None:
    wanted = "convex" if formula in CONVEX else "concave"
    assert judged(formula, {**CONVEX, **CONCAVE}[formula]) == wanted


@pytest.mark.parametrize("formula", UNSEEN)
def test_nothing_is_seen_where_nothing_is_known(formula: str) -> None:
    assert judged(formula, UNSEEN[formula]) is None


@pytest.mark.parametrize("key", ATOMS)
def test_functions_bend_and_grow_as_their_rows_say(key: str) -> None:
    run = body_function(pointwise("row", ("x",), Apply(key, (Name("x"),))), FLOAT)
    for kind, grows, side in ATOMS[key]:
        low = STARTS.get(key, 0 if side > 0 else -4)
        points = np.linspace(low, 0 if side < 0 else 4, 41)
        values = np.array([float(run(point)) for point in points])
        steps = np.diff(values) / np.diff(points)
        assert not grows or (grows * steps >= -1e-9).all()
        bends = np.diff(steps) * {"convex": 1, "concave": -1, "affine": 0}[kind]
        assert (bends >= -1e-9).all()
        if kind == "affine":
            assert np.allclose(np.diff(steps), 0, atol=1e-9)


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("|x|^2 + exp(c^T x)", True), ("|x|^2 - norm1(x)", False), ("|x|^2 - max(x)", False),
        ("1/|x|", False),
        ("log(1 - c^T x)", True), ("log(|x|^2)", False), ("sum(log(1 - sigmoid(D x)))", True),
        ("sum(x^2 + floor(x))", False), ("|x|^2 + stop_gradient(|x|)", False), ("sum(1/(1 + x^2))", True),
        ("sum(1/x^2)", False), ("sum(leaky_relu(x))", False), ("mse(D x, y)", True), ("x^T inv(S) x", True),
    ],
)  # fmt: skip
def test_second_derivatives_prove_something_of_smooth_functions_alone(formula: str, wanted: bool) -> None:
    judge = Composed(frozenset("x"), Signs(SHAPES, {}, {"S": implied(("positive-definite",))}))
    assert smooth(judge, read_formula(formula, SCOPE)) is wanted


@pytest.mark.parametrize("formula", ["|x|^2 - sum(abs(x))", "|D x - y|^2 - max(x)", "|x|^2 + sum(floor(x))"])
def test_kinks_that_the_hessian_does_not_see_are_no_proof(formula: str) -> None:
    symbols = {
        name: list(shape) for name, shape in SHAPES.items() if name in ("x", "D", "y") and name in formula
    }
    problem = symdl.problem(symbols=symbols, let={"f": formula}, asks=[{"hessian": "f", "by": ["x"]}])
    keys = [step.because.key for step in symdl.derive(problem).steps]
    assert not any(key.startswith(("rule.hessian_convex", "rule.hessian_concave")) for key in keys)
    assert "rule.hessian_not_convex" in keys


def test_the_determinant_of_a_positive_definite_matrix_has_a_concave_logarithm() -> None:
    problem = symdl.problem(
        symbols={"K": ["n", "n"]}, assume={"K": "positive-definite"}, let={"f": "log(det(K))"},
        asks=[{"hessian": "f", "by": ["K"]}],
    )  # fmt: skip
    keys = [step.because.key for step in symdl.derive(problem).steps]
    assert "rule.hessian_concave_along_inverse_strictly" in keys


def test_given_numbers_tell_signs_and_are_named() -> None:
    problem = symdl.problem(
        given={"A": [[2, 1], [1, 2]], "mu": "1/10"}, symbols={"x": [2]},
        let={"f": "x^T A x + mu * sum(abs(x))"}, asks=[{"hessian": "f", "by": ["x"]}],
    )  # fmt: skip
    solved = symdl.derive(problem)
    assert "rule.hessian_convex_composed_given" in [step.because.key for step in solved.steps]
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize("formula", ["det(K)", "logdet(K)", "trace(inv(K))"])
def test_sheets_with_matrices_of_symbolic_size_are_composed(formula: str) -> None:
    problem = symdl.problem(
        symbols={"K": ["n", "n"]}, let={"f": formula}, asks=[{"gradient": "f", "by": ["K"]}]
    )
    assert "K" in str(symdl.render(symdl.derive(problem).compose(), "txt"))
