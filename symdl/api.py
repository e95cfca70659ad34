"""This module is the Python interface: solve, load, build, derive, verify, and the reports of marking."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdl.arguments import of_type
from symdl.checking.check import Check
from symdl.document.blocks import Document
from symdl.problems import expression, solution
from symdl.problems.construction import build
from symdl.problems.problem import Problem
from symdl.problems.reading.file import raw_problem, read_file
from symdl.rendering import export
from symdl.rendering.shown import shown
from symdl.solved import Solved

if TYPE_CHECKING:
    from symdl.grading.reporting.report import Report


def solve(source: Any, *, at: Mapping[str, Any] | None = None, by: Sequence[str] | None = None) -> Solved:
    """Solve an expression, a problem file or a problem.

    An expression is a formula as typed or a SymPy expression; `at` gives names their values, `by` says what
    to differentiate by. What cannot be read raises a `SymdlError` that names the place.

    >>> solve("x^2 + 3*x*y + y^2", at={"x": 2, "y": 3}).gradient["x"]
    Fraction(13, 1)
    """
    if isinstance(source, Problem):
        return derive(source)
    if expression.is_file(source):
        return derive(load(source))
    return derive(build(expression.raw_of(source, at, by)))


def load(path: str | os.PathLike[str]) -> Problem:
    """The problem in a TOML file; a `SymdlError` names the line of the first fault.

    >>> from symdl.resources import folder
    >>> load(folder("worked_examples") / "mlp_relu_sigmoid" / "problem.toml").var("W1").shape
    (2, 2)
    """
    of_type("path", path, str, os.PathLike)
    return build(read_file(path))


def problem(
    *,
    given: Mapping[str, Any] | None = None,
    let: Mapping[str, Any] | None = None,
    asks: Sequence[Mapping[str, Any]] = (),
    **tables: Any,
) -> Problem:
    """A problem from Python, with the vocabulary of the file.

    Values may be NumPy arrays, fractions, nested lists or exact strings, formulas text or SymPy expressions;
    `tables` are the other tables of a file: `symbols`, `dims`, `conventions`, …

    >>> problem(given={"x": 2}, let={"f": "x^2"}, asks=[{"gradient": "f", "by": "x"}]).graph
    x; f = power(x)
    """
    return build(raw_problem(given=given, let=expression.texts(let or {}), asks=asks, **tables))


def derive(source: Problem) -> Solved:
    """The derivation of a problem: forward lines, backward lines, and the answers to its questions.

    >>> p = problem(given={"x": [1, 2]}, let={"L": "sum(x^2)"}, asks=[{"gradient": "L", "by": "x"}])
    >>> derive(p).gradient["x"].value
    array([2., 4.])
    """
    of_type("source", source, Problem)
    return Solved(source, solution.derive(source))


def feedback(report: Report, *, language: str = "en", title: str = "") -> Document:
    """The feedback sheets of a report's students: their lines, what was read, the verdict, the right line.

    >>> from symdl import grade
    >>> p = problem(given={"x": 3}, let={"f": "x^2"}, asks=[{"gradient": "f", "by": "x"}])
    >>> feedback(grade(p, {"gradient.f.x": "2x"}), language="fa").direction
    'rtl'
    """
    from symdl.document import marks

    return shown(marks.feedback(report, language, title))


def class_report(report: Report, *, language: str = "en", title: str = "") -> Document:
    """The report of a class: every question, every mistake and how often, where it first goes wrong."""
    from symdl.document import marks

    return shown(marks.class_report(report, language, title))


def to_json(solved: Solved, checks: Sequence[Check] | None = None) -> str:
    """The result as JSON: values, adjoints, answers, steps and checks, numbers as nested lists.

    >>> import json
    >>> json.loads(to_json(solve("x^2", at={"x": 3})))["values"]
    {'x': 3.0, 'f': 9.0}
    """
    found = solved.checks if checks is None else tuple(checks)
    return export.to_json(solved.problem, solved.derivation, found)


def verify(solved: Solved) -> tuple[Check, ...]:
    """The checks of every line: the claim, the method, how strong it is, and what came out.

    >>> {check.outcome for check in verify(solve("x^2", at={"x": 3}))}
    {'holds'}
    """
    of_type("solved", solved, Solved)
    return solved.checks
