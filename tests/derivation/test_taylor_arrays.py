"""Taylor polynomials by vectors and matrices against finite sums, SymPy, and planted errors."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

import symdl
from symdl.derivation.calculus.taylor_arrays import in_entries
from symdl.derivation.step import Answer, Step
from symdl.formula.plain import to_plain
from symdl.formula.tree import Name, Negate, Node, Number, number, rebuild
from symdl.problems.confirming.taylor_arrays import array_checks

SHAPES = {"X": ["N", "n"], "A": ["n", "n"], "w": ["n"], "x": ["n"], "b": ["n"], "t": ["N"]}


def expanded(f: str, by: list[str], given: dict[str, Any] | None = None, **ask: Any) -> symdl.Solved:
    used = set(re.findall(r"\w+", f)) - set(given or {})
    named = symdl.problem(
        symbols={name: shape for name, shape in SHAPES.items() if name in used},
        given=given or {}, let={"f": f}, asks=[{"taylor": "f", "by": by, **ask}],
    )  # fmt: skip
    solved = symdl.derive(named)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert {step.id for step in solved.steps} <= {check.step for check in solved.checks}
    return solved


def answer_of(solved: symdl.Solved) -> Answer:
    return solved.derivation.answers[-1]


@pytest.mark.parametrize(
    ("f", "by", "polynomial"),
    [
        ("|X w - t|^2 / 2", "w", "f + (X.T (X w - t)).T d + 1/2 d.T X.T X d"),
        ("b^T x", "x", "f + b.T d"),
        ("|x|^2", "x", "f + (2 x).T d + |d|^2"),
        ("sum(x^3)", "x", "f + (3 x^2).T d + 3 d.T diag(x) d"),
    ],
)
def test_to_second_order_for_all_sizes(f: str, by: str, polynomial: str) -> None:
    solved = expanded(f, [by])
    assert to_plain(answer_of(solved).formula["matrix"]) == polynomial


@pytest.mark.parametrize(
    ("f", "by"),
    [
        ("sum(log(1 + exp(X w)))", "w"),
        ("log(sum(exp(x)))", "x"),
        ("|x|", "x"),
        ("exp(b^T x) / (1 + |x|^2)", "x"),
    ],
)
def test_the_remainder_stands_on_the_way(f: str, by: str) -> None:
    solved = expanded(f, [by])
    (rest,) = [step for step in solved.steps if step.id.endswith("remainder")]
    assert to_plain(rest.lines[0][1]) == f"1/2 d.T (H({by} + tau d) - H({by})) d"


def test_a_quadratic_function_is_its_own_polynomial() -> None:
    solved = expanded("x^T A x / 2 - b^T x", ["x"])
    (rest,) = [step for step in solved.steps if step.id.endswith("remainder")]
    assert to_plain(rest.lines[0][1]) == "0"


def test_numbers_agree_with_sympy() -> None:
    solved = expanded(
        "exp(x[1]) * x[2]^2 + x[1] x[2]", ["x"], {"x": [0, 3]}, displacement={"x": ["1/10", "-1/10"]}
    )
    p, q = sympy.symbols("p q")
    f = sympy.exp(p) * q**2 + p * q
    at, away = {p: 0, q: 3}, (Fraction(1, 10), Fraction(-1, 10))
    value = f.subs(at)
    for i, first in enumerate((p, q)):
        value += f.diff(first).subs(at) * away[i]
        for j, second in enumerate((p, q)):
            value += f.diff(first, second).subs(at) * away[i] * away[j] / 2
    (record,) = answer_of(solved).table
    assert record["polynomial"] == pytest.approx(float(value), rel=1e-14)
    true = float(f.subs({p: sympy.Rational(1, 10), q: sympy.Rational(29, 10)}))
    assert record["function"] == pytest.approx(true, rel=1e-14)
    assert abs(record["remainder"]) <= record["bound"] < 6 * abs(record["remainder"])
    assert record["remainder"] == pytest.approx(true - float(value), rel=1e-9)
    written = to_plain(answer_of(solved).formula["scalar"])
    assert written == "9 + 12 d[1] + 6 d[2] + 4.5 d[1]^2 + 7 d[1] d[2] + d[2]^2"


def test_several_vectors_and_numbers_together() -> None:
    given = {"X": [[1, 2], [0, 1], [3, -1]], "t": [1, 0, 2], "w": [1, 1], "c": 2}
    solved = expanded("exp(c) |X w + c - t|^2", ["w", "c"], given, displacement={"w": [0.1, 0], "c": -0.1})
    (record,) = answer_of(solved).table

    def f(w: Any, c: float) -> float:
        return float(np.exp(c) * np.sum((np.array(given["X"]) @ w + c - np.array(given["t"])) ** 2))

    h, w, d = 1e-4, np.array([1.0, 1.0]), np.array([0.1, 0.0])
    along = [f(w + k * h * d, 2 - 0.1 * k * h) for k in (-1, 0, 1)]
    slope, curve = (along[2] - along[0]) / (2 * h), (along[2] - 2 * along[1] + along[0]) / h**2
    assert record["polynomial"] == pytest.approx(along[1] + slope + curve / 2, rel=1e-6)
    assert record["function"] == pytest.approx(f(w + d, 1.9), rel=1e-12)
    assert abs(record["remainder"]) <= record["bound"]


def test_by_a_matrix_with_vec() -> None:
    solved = symdl.derive(symdl.problem(
        symbols={"X": ["N", "n"], "W": ["n", "k"], "T": ["N", "k"]}, let={"L": "|X W - T|^2 / 2"},
        asks=[{"taylor": "L", "by": ["W"]}],
    ))  # fmt: skip
    assert {check.outcome for check in solved.checks} == {"holds"}
    written = to_plain(answer_of(solved).formula["matrix"])
    assert written.endswith("1/2 vec(D.T).T kron(X.T X, eye(k)) vec(D.T)")
    assert any(step.id.endswith(".vec") for step in solved.steps)


def test_the_hessian_of_another_question_is_cited() -> None:
    named = symdl.problem(
        symbols={"x": ["n"]}, let={"f": "log(sum(exp(x)))"},
        asks=[{"hessian": "f", "by": ["x"]}, {"taylor": "f", "by": ["x"]}],
    )  # fmt: skip
    solved = symdl.derive(named)
    (polynomial,) = [step for step in solved.steps if step.id == "taylor.f.polynomial"]
    assert "hessian.f.x.x.x" in polynomial.uses
    assert len([step for step in solved.steps if step.because.key == "rule.second"]) == 1


@pytest.mark.parametrize(
    ("f", "given", "ask", "words"),
    [
        ("sum(relu(x))", {"x": [0, 1]}, {}, "kink"),
        ("sum(log(x))", {"x": [0, 1]}, {}, "no finite value"),
        ("sum(x^2)", {"x": [1, 2]}, {"order": 3}, "up to order 2"),
        ("sum(x^2)", {"x": [1, 2]}, {"displacement": {"x": [1, 2, 3]}}, "dimensions|shape|3"),
        ("sum(x^2)", {"x": [1, 2]}, {"displacement": {"y": [1, 2]}}, "names `y`"),
    ],
)
def test_clear_refusals(f: str, given: dict[str, Any], ask: dict[str, Any], words: str) -> None:
    with pytest.raises(symdl.SymdlError, match=words):
        expanded(f, ["x"], given, **ask)


def test_pieces_between_kinks_say_so() -> None:
    solved = expanded("sum(relu(x))", ["x"], {"x": [1, -2]}, displacement={"x": [0.5, 3]})
    (rest,) = [step for step in solved.steps if step.id.endswith("remainder")]
    assert rest.because.key.endswith("_kinks")
    (record,) = answer_of(solved).table
    assert record["remainder"] == pytest.approx(1.0)  # the displacement crosses a kink
    assert record["bound"] is None


def _spoiled(step: Step) -> Step:
    """The same line with one sign turned round."""
    kind, node = step.lines[-1]
    return replace(step, lines=(*step.lines[:-1], (kind, _turned(node))))


def _turned(node: Node) -> Node:
    done = False

    def work(part: Node) -> Node:
        nonlocal done
        if isinstance(part, Negate) and not done:
            done = True
            return part.arg
        return rebuild(part, work)

    found = work(node)
    return found if done else Negate(node)


@pytest.mark.parametrize("part", ["polynomial", "remainder", "numbers", "displaced", "error", "bound"])
def test_a_planted_error_is_found(part: str) -> None:
    solved = expanded("exp(x[1] - 2 x[2]) - x[1]^3", ["x"], {"x": [1, 0.5]}, displacement={"x": [0.1, 0.2]})
    (step,) = [each for each in solved.steps if each.id == f"taylor.f.{part}"]
    derivation = replace(solved.derivation, steps=(_spoiled(step),))
    (check,) = array_checks(solved.problem, derivation, 1)
    assert check.outcome == "fails"


GIVEN = {"X": [[1, 2], [3, -1], [0, 1]], "t": [1, 0, 1], "w": [0.5, -0.25]}


@pytest.mark.parametrize("given", [None, GIVEN])
def test_the_first_order_gives_steepest_descent(given: dict[str, Any] | None) -> None:
    solved = expanded("sum(log(1 + exp(X w))) - t^T X w", ["w"], given, order=1, direction=True)
    lines = {step.id.rsplit(".", 1)[-1]: step for step in solved.steps if step.phase == "taylor"}
    assert lines["schwarz"].lines[0][0] == ">="
    assert to_plain(lines["fall"].lines[0][1]) == "f - eta |df/dw|^2"
    assert len(lines["direction"].lines) == (1 if given is None else 2)


@pytest.mark.parametrize(
    ("f", "x", "key"),
    [
        ("exp(x[1]) + (x[1] - 2 x[2])^2", [0, 1], "newton_positive"),
        ("-x[1]^2 - 3 x[2]^2 + x[1]", [1, 1], "newton_negative"),
        ("x[1]^2 - 3 x[2]^2 + x[1]", [1, 1], "newton_saddle"),
        ("(x[1] + x[2])^2", [1, 1], "newton_singular"),
    ],
)
def test_the_second_order_gives_newtons_step(f: str, x: list[int], key: str) -> None:
    solved = expanded(f, ["x"], {"x": x}, direction=True)
    (step,) = [step for step in solved.steps if step.id == "taylor.f.direction"]
    assert step.because.key == f"rule.taylor.{key}"
    if key == "newton_positive":
        h, point = 1e-4, np.array(x, dtype=float)

        def value(p: Any) -> float:
            return float(np.exp(p[0]) + (p[0] - 2 * p[1]) ** 2)

        units = np.eye(2) * h
        g = [(value(point + u) - value(point - u)) / (2 * h) for u in units]
        hessian = [
            [(value(point + u + v) - value(point + u - v) - value(point - u + v) + value(point - u - v))
             / (4 * h * h) for v in units] for u in units
        ]  # fmt: skip
        printed = [float(to_plain(item)) for item in step.lines[-1][1].items]
        assert printed == pytest.approx(-np.linalg.solve(hessian, g), rel=1e-3)


@pytest.mark.parametrize("part", ["schwarz", "direction", "fall", "slope"])
@pytest.mark.parametrize("order", [1, 2])
def test_a_planted_error_in_a_proposed_step_is_found(part: str, order: int) -> None:
    solved = expanded("exp(x[1]) + (x[1] - 2 x[2])^2", ["x"], {"x": [0, 1]}, order=order, direction=True)
    for step in (each for each in solved.steps if each.id == f"taylor.f.{part}"):
        wrong = step if part != "slope" else replace(step, lines=step.lines[:1])
        derivation = replace(solved.derivation, steps=(_spoiled(wrong),))
        (check,) = array_checks(solved.problem, derivation, 1)
        assert check.outcome == "fails"


def test_a_proposed_step_needs_one_vector() -> None:
    with pytest.raises(symdl.SymdlError, match="one vector"):
        expanded("sum(x^2) + c^2", ["x", "c"], {"x": [1, 2], "c": 1}, direction=True)


def test_a_coefficient_of_one_is_not_written_whether_it_is_rounded_or_not() -> None:
    solved = expanded("log(sum(exp(x))) - x[1]^2", ["x"], {"x": [0.5, 0.5]}, order=2)
    assert to_plain(answer_of(solved).formula["scalar"]).startswith("0.9431 - 0.5 d[1] + 0.5 d[2]")
    d = (Name("p"), Name("q"))
    for one in (number(1), Number(Fraction(1), "1.0")):
        assert to_plain(in_entries(number(0), [Negate(one), number(0)], {(0, 1): one}, d)) == "-p + p q"
