"""These tests make problems in Python, with numbers of every make."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from symdl.errors import Place, ProblemError
from symdl.formula.tree import Number, number
from symdl.problems.reading.file import raw_problem
from symdl.problems.reading.values import nested, shape

NUMBERS = {
    "integer": (2, number(2)),
    "float": (0.1, Number(Fraction(1, 10), "0.1")),
    "whole float": (2.0, Number(Fraction(2), "2")),
    "small float": (1e-7, Number(Fraction(1, 10**7), "1e-7")),
    "fraction": (Fraction(1, 3), number(Fraction(1, 3))),
    "decimal": (Decimal("0.10"), Number(Fraction(1, 10), "0.10")),
    "text": ("1/3", "1/3"),
    "NumPy integer": (np.int64(3), number(3)),
    "NumPy float": (np.float64(0.3), Number(Fraction(3, 10), "0.3")),
    "NumPy array without axes": (np.array(0.5), Number(Fraction(1, 2), "0.5")),
    "SymPy integer": (sympy.Integer(3), number(3)),
    "SymPy rational": (sympy.Rational(2, 3), number(Fraction(2, 3))),
    "SymPy float": (sympy.Float("0.25"), Number(Fraction(1, 4), "0.25")),
    "SymPy root": (sympy.sqrt(2) / 2, "sqrt(2)/2"),
    "SymPy e": (sympy.E + sympy.pi**2, "e + pi^2"),
    "tree": (number(7), number(7)),
}


@pytest.mark.parametrize(("value", "expected"), NUMBERS.values(), ids=NUMBERS.keys())
def test_number(value, expected):
    assert raw_problem(given={"x": value}, let={"f": "x"}).given["x"] == expected


ARRAYS = {
    "list": ([1, 2, 3], (3,)),
    "range": (range(3), (3,)),
    "rows": (((1, 2), (3, 4), (5, 6)), (3, 2)),
    "NumPy": (np.zeros((2, 3)), (2, 3)),
    "list of NumPy": ([np.zeros(3), np.ones(3)], (2, 3)),
    "SymPy": (sympy.Matrix([[1, sympy.sqrt(2)]]), (1, 2)),
    "image": (np.zeros((1, 3, 2, 2)), (1, 3, 2, 2)),
}


@pytest.mark.parametrize(("value", "expected"), ARRAYS.values(), ids=ARRAYS.keys())
def test_shape(value, expected):
    assert shape(nested(value)) == expected


REFUSED = {
    "nan": (np.nan, "`given.x` is not a finite number: nan."),
    "infinity": ([1, np.inf], "`given.x[2]` is not a finite number: inf."),
    "complex": (1j, '`given.x` is a number or an exact one in quotes such as "1/3", not 1j.'),
    "imaginary": (sympy.I, "`given.x` is not a finite number: I."),
    "symbol": (sympy.Symbol("q"), '`given.x` is a number or an exact one in quotes such as "1/3", not q.'),
    "nothing": (None, '`given.x` is a number or an exact one in quotes such as "1/3", not None.'),
    "yes": (np.True_, '`given.x` is a number or an exact one in quotes such as "1/3", not true.'),
    "empty": (np.zeros((2, 0)), "`given.x[1]` is an empty list."),
    "ragged": ([[1], [2, 3]], "`given.x[2]` has length 2, but the first row has length 1."),
    "large": (np.zeros((400, 300)), "`given.x` has more than 100000 numbers."),
    "long": (10**80, "`given.x` has a number of more than 60 digits."),
}


@pytest.mark.parametrize(("value", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_refusal(value, expected):
    with pytest.raises(ProblemError) as caught:
        raw_problem(given={"x": value}, let={"f": "x"})
    assert caught.value.message() == expected


def test_the_vocabulary_of_the_file():
    x = sympy.Symbol("x")
    problem = raw_problem(
        title={"en": "A parabola", "fa": "سهمی"},
        given={x: 2},
        let={"f": x**2},
        asks=[{"update": "gd", "of": "f", "by": "x", "learning_rate": 0.1, "steps": np.int64(3)}],
        rounding={"digits": 6},
    )
    assert problem.let == {"f": x**2}
    ask: Any = problem.asks[0]
    assert ask.learning_rate == Number(Fraction(1, 10), "0.1")
    assert ask.steps == 3
    assert problem.rounding.digits == 6
    assert problem.place("let.f") == Place()
    assert not problem.lines


def test_all_faults_together():
    with pytest.raises(ProblemError) as caught:
        asks: Any = [{"gradient": "f", "bye": "x"}, 3]
        raw_problem(let={"f": "x"}, asks=asks, titel="x")
    assert caught.value.message() == (
        "An ask of kind `gradient` has no `bye`.\n"
        "  hint: did you mean `by`?\n"
        "`ask[2]` is a table of keys and values, not 3.\n"
        "A problem has no `titel`.\n"
        "  hint: did you mean `title`?"
    )
