"""The determinant, its logarithm and the inverse: values and gradients against NumPy and differences."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

import symdl
from symdl.formula.plain import to_plain

LINES = {
    "det(A)": lambda a, b: np.linalg.det(a),
    "logdet(A)": lambda a, b: np.linalg.slogdet(a)[1],
    "sum(inv(A) * B)": lambda a, b: np.sum(np.linalg.inv(a) * b),
    "det(A B^T + B)^2": lambda a, b: np.linalg.det(a @ b.T + b) ** 2,
    "trace(B inv(A A^T) B^T)": lambda a, b: np.trace(b @ np.linalg.inv(a @ a.T) @ b.T),
}


def problem(text: str, n: int | str, **more: object) -> symdl.Problem:
    asks = [{"gradient": "L", "by": ["A"]}]
    if isinstance(n, str):
        return symdl.problem(symbols={"A": [n, n], "B": [n, n]}, let={"L": text}, asks=asks)
    rng = np.random.default_rng(n)
    given = {name: rng.normal(size=(n, n)).round(3).tolist() for name in "AB"}
    return symdl.problem(given=given, let={"L": text}, asks=asks)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("text", LINES)
def test_values_and_gradients_are_those_of_numpy(text: str, n: int) -> None:
    solved = symdl.derive(problem(text, n))
    rng = np.random.default_rng(n)
    a, b = (rng.normal(size=(n, n)).round(3) for _ in "AB")
    assert solved.values["L"] == pytest.approx(LINES[text](a, b), rel=1e-9)
    slopes, h = np.zeros((n, n)), 1e-6
    for place in np.ndindex(n, n):
        step = np.zeros((n, n))
        step[place] = h
        slopes[place] = (LINES[text](a + step, b) - LINES[text](a - step, b)) / (2 * h)
    assert np.allclose(solved.answers["gradient.L.A"].numpy, slopes, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("text", LINES)
def test_gradients_hold_for_every_size_in_every_view(text: str) -> None:
    solved = symdl.derive(problem(text, "n"))
    assert {check.outcome for check in solved.checks} == {"holds"}
    for view in ("matrix", "index"):
        assert symdl.render(solved.compose(view=view), "txt")


def test_the_gradients_are_those_of_the_books() -> None:
    """Petersen and Pedersen, The Matrix Cookbook, equations 49, 57 and 61."""
    books = {
        "det(A)": "L inv(A).T",
        "logdet(A)": "inv(A).T",
        "trace(B inv(A))": "-inv(A).T @ B.T @ inv(A).T",
        "logdet(A B^T)": "inv(A B.T).T B",
        "logdet(B A^T)": "inv(B A.T) B",
    }
    for text, shown in books.items():
        found = symdl.derive(problem(text, "n")).derivation.answers[0].formula["matrix"]
        assert to_plain(found).replace(" @ ", " ") == shown.replace(" @ ", " ")


def test_rational_matrices_are_inverted_exactly() -> None:
    let = {"C": "inv(A)", "d": "det(A)"}
    solved = symdl.derive(
        symdl.problem(given={"A": [[2, 1], [7, 4]]}, let=let, asks=[{"value": "C"}, {"value": "d"}])
    )
    exact = solved.derivation.answers[0].exact
    assert [[Fraction(x) for x in row] for row in exact] == [[4, -1], [-7, 2]]


@pytest.mark.parametrize("key", ["det", "inv", "logdet"])
def test_a_matrix_that_is_not_square_is_refused(key: str) -> None:
    with pytest.raises(symdl.SymdlError, match="square"):
        symdl.derive(
            symdl.problem(
                symbols={"A": [2, 3]}, let={"L": f"sum({key}(A))"}, asks=[{"gradient": "L", "by": ["A"]}]
            )
        )


def test_the_inverse_prints_as_a_power_with_brackets_where_they_matter() -> None:
    sheet = symdl.derive(problem("sum(inv(A + B))", "n")).compose()
    tex = str(symdl.render(sheet, "tex"))
    assert r"\left(A + B\right)^{-1}" in tex or "(A + B)^{-1}" in tex
    assert "^{-1}^" not in tex


SINGULAR = {"A": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "B": [[1, 0, 1], [0, 2, 0], [1, 0, 3]]}


@pytest.mark.parametrize("text", ["det(A)", "det(A B)^2 + 3 det(A)", "det(A^T B + A) + trace(A)"])
def test_the_gradient_at_a_singular_matrix_is_derived_through_cofactors(text: str) -> None:
    solved = symdl.derive(
        symdl.problem(given=SINGULAR, let={"L": text}, asks=[{"gradient": "L", "by": ["A"]}])
    )
    a, b = (sympy.Matrix(SINGULAR[name]) for name in "AB")
    free = sympy.Matrix(3, 3, sympy.symbols("a1:10"))
    functions = {
        "det(A)": free.det(),
        "det(A B)^2 + 3 det(A)": (free * b).det() ** 2 + 3 * free.det(),
        "det(A^T B + A) + trace(A)": (free.T * b + free).det() + free.trace(),
    }
    at = dict(zip(free, a, strict=True))
    wanted = [[float(functions[text].diff(entry).subs(at)) for entry in free.row(i)] for i in range(3)]
    assert np.allclose(solved.answers["gradient.L.A"].numpy, wanted, rtol=1e-10)
    assert {check.outcome for check in solved.checks} == {"holds"}


def test_singular_matrices_of_zeros_and_of_size_one_have_cofactors_too() -> None:
    for given, wanted in (
        ([[0]], [[1]]),
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
        ([[0, 1], [0, 3]], [[3, 0], [-1, 0]]),
    ):
        solved = symdl.derive(
            symdl.problem(given={"A": given}, let={"L": "det(A)"}, asks=[{"gradient": "L", "by": ["A"]}])
        )
        assert solved.answers["gradient.L.A"].numpy.tolist() == wanted
        (step,) = (s for s in solved.derivation.steps if s.id == "backward.L.A")
        assert step.because.key == "rule.known_det_singular"


def test_the_second_derivative_of_a_determinant_at_a_singular_matrix_is_right() -> None:
    solved = symdl.derive(
        symdl.problem(
            given={"A": [[1, 2], [2, 4]]}, let={"L": "det(A)"}, asks=[{"hessian": "L", "by": ["A"]}]
        )
    )
    assert solved.hessian["L"].numpy.tolist() == [[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]]


def test_the_logarithm_of_a_determinant_that_is_zero_is_refused() -> None:
    with pytest.raises(symdl.SymdlError):
        symdl.derive(
            symdl.problem(
                given={"A": [[1, 2], [2, 4]]}, let={"L": "logdet(A)"}, asks=[{"gradient": "L", "by": ["A"]}]
            )
        )
