"""Second derivatives of ratios and alike, with the names that value and gradient have."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy

import symdl
from symdl.formula.plain import to_plain
from symdl.formula.tree import number, times
from symdl.problems.confirming.verification import verify

SYMBOLS = {"A": ["n", "n"], "x": ["n"], "b": ["n"], "c": ["n"]}
WRITTEN = {  # the function, whether A is symmetric, its Hessian by x
    "(x^T A x)/(x^T x)": (True, "2/(x.T x) (A - x (df/dx).T - df/dx x.T - f eye(n))"),
    "(c^T x + 1)/(b^T x + 2)": (False, "-1/(b.T x + 2) (b (df/dx).T + df/dx b.T)"),
    "exp(-x^T A x)": (False, "1/f (df/dx) (df/dx).T - f A.T - f A"),
    "log(1 + x^T A x)": (True, "2/(1 + x.T A x) A - df/dx (df/dx).T"),
    "|A x - b|^2/|x|^2": (False, "2/(x.T x) (A.T A - x (df/dx).T - df/dx x.T - f eye(n))"),
    "(c^T x)/(|x| * |c|)": (
        False, "1/(x.T x) (f/(x.T x) x x.T - x (df/dx).T - df/dx x.T - f eye(n))",
    ),
}  # fmt: skip


def _solved(formula: str, symmetric: bool) -> symdl.Solved:
    problem = symdl.problem(
        symbols=SYMBOLS, let={"f": formula}, assume={"A": "symmetric"} if symmetric else {},
        asks=[{"hessian": "f", "by": ["x"]}],
    )  # fmt: skip
    return symdl.solve(problem)


@pytest.mark.parametrize("formula", WRITTEN)
def test_hessians_are_written_with_value_and_gradient(formula: str) -> None:
    symmetric, written = WRITTEN[formula]
    solved = _solved(formula, symmetric)
    (answer,) = (each for each in solved.derivation.answers if each.kind == "hessian")
    assert to_plain(answer.formula["matrix"]) == written
    assert all(check.outcome == "holds" for check in verify(solved.problem, solved.derivation))


def test_the_line_cites_the_value_and_the_gradient() -> None:
    solved = _solved("(x^T A x)/(x^T x)", True)
    (step,) = (each for each in solved.derivation.steps if each.because.key == "rule.hessian_named_out")
    assert step.uses == ("forward.f", "backward.f.x")
    kinds = [kind for kind, _ in step.lines]
    assert kinds == ["line", "by_name", "gradient_by_name"]  # what is derived first stands at a finer detail
    equations = [to_plain(each) for each in step.because.facts["solved"]]
    assert equations == ["x.T A x == f (x.T x)", "A x == x.T x/2 (df/dx) + f x"]


def test_a_wrong_name_is_found() -> None:
    """A planted error: the line with the gradient twice as large does not hold."""
    solved = _solved("(x^T A x)/(x^T x)", True)
    derivation = solved.derivation
    wrong = [
        replace(step, lines=(*step.lines[:-1], ("line", times(number(2), step.lines[-1][1]))))
        if step.because.key == "rule.hessian_named_out" else step
        for step in derivation.steps
    ]  # fmt: skip
    checks = verify(solved.problem, replace(derivation, steps=tuple(wrong)))
    assert [check.step for check in checks if check.outcome == "fails"] == ["hessian.f.x.x.x.named"]


def test_numbers_of_a_ratio_agree_with_sympy() -> None:
    x = sympy.Matrix(sympy.symbols("x1:3"))
    a, at = sympy.Matrix([[2, 1], [4, 3]]), {"x1": 1, "x2": 2}
    ratio = (x.T * a * x)[0] / (x.T * x)[0]
    problem = symdl.problem(
        given={"A": [[2, 1], [4, 3]], "x": [1, 2]}, let={"f": "(x^T A x)/(x^T x)"},
        asks=[{"hessian": "f", "by": ["x"]}],
    )  # fmt: skip
    found = symdl.solve(problem).hessian["f"].numpy
    wanted = sympy.hessian(ratio, list(x)).subs(at)
    assert abs(sympy.Matrix(found) - wanted).norm() < 1e-12


def test_short_hessians_stay_as_they_are() -> None:
    solved = _solved("|A x - b|^2", False)
    assert not any("hessian_named" in step.because.key for step in solved.derivation.steps)
