"""This module holds what solving gives back: results that know their value, formula and code, by name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from symdl.arguments import of_type
from symdl.checking.check import Check
from symdl.core.evaluation import to_float
from symdl.core.graph import Adjoint, Var
from symdl.derivation.step import Answer, Derivation
from symdl.document import composition
from symdl.document.blocks import Document
from symdl.document.language import typeset
from symdl.document.lines.stages import View
from symdl.document.request import PLAIN, Request
from symdl.document.sheet import Sheet
from symdl.errors import CheckFailed, ProblemError
from symdl.formula.tree import Node
from symdl.problems.confirming import verification
from symdl.problems.problem import Problem
from symdl.registry import nearest
from symdl.rendering import export
from symdl.rendering.shown import shown


class Result:
    """A number or array with its formula: `.value`, `.numpy`, `.sympy`, `.tex`."""

    def __init__(self, solved: Solved, answer: Answer) -> None:
        self._solved, self.answer = solved, answer

    @property
    def value(self) -> Any:
        """The number: an exact one where it is rational and a scalar, else a float or an array."""
        exact = self.answer.exact
        return exact if exact is not None and not hasattr(exact, "shape") else self.numpy

    @property
    def numpy(self) -> Any:
        """The value as a float or a NumPy array."""
        return None if self.answer.value is None else to_float(self.answer.value)

    @property
    def formula(self) -> Node:
        """The right side as a formula."""
        views = self.answer.formula
        return views.get("matrix") or views.get("scalar") or views["index"]

    @property
    def tex(self) -> str:
        """The formula in TeX."""
        return typeset(self.formula, self._solved.sheet().notation).tex

    @property
    def sympy(self) -> Any:
        """The formula as a SymPy expression, or matrix of expressions, in symbols such as `Symbol("x")`."""
        from symdl.checking.symbolic import to_sympy, with_plain_symbols

        return with_plain_symbols(to_sympy(self.answer.formula.get("scalar") or self.formula))

    def __float__(self) -> float:
        return float(self.answer.value)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Result) else other))

    __hash__ = None  # type: ignore[assignment]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy as np

        return np.asarray(self.numpy, dtype=dtype)

    def __repr__(self) -> str:
        if self.answer.value is not None:
            return repr(self.value)
        if not self.answer.formula:
            return repr([dict(row) for row in self.answer.table])
        return str(typeset(self.formula, self._solved.sheet().notation).plain)


class Table(Mapping[str, Any]):
    """Results by name; an unknown name is answered with the nearest one."""

    def __init__(self, entries: Mapping[str, Any], what: str) -> None:
        self._entries, self._what = dict(entries), what

    def __getitem__(self, name: str) -> Any:
        if name not in self._entries:
            raise KeyError(
                str(
                    ProblemError(
                        "problem.unknown_result",
                        name=name,
                        what=self._what,
                        nearest=nearest(str(name), list(self._entries)),
                    )
                )
            )
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name!r}: {value!r}" for name, value in self._entries.items()) + "}"


class Solved:
    """A solved problem: its derivation, checks and results; it shows itself in a notebook.

    `values` and `gradient` go by the names of quantities, `answers` by the ids of questions; `function` and
    `source` give the code of an answer, `save` writes the sheet.

    >>> from symdl import solve
    >>> solved = solve("x y", at={"x": 2, "y": 3})
    >>> solved.values["f"], solved.gradient["x"].sympy, solved.function("gradient.f.x")(y=5)
    (Fraction(6, 1), y, 5.0)
    """

    def __init__(self, problem: Problem, derivation: Derivation) -> None:
        self.problem, self.derivation = problem, derivation

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The checks of every line, made when they are first asked for."""
        return verification.verify(self.problem, self.derivation)

    @property
    def steps(self) -> tuple[Any, ...]:
        """The lines of the derivation."""
        return self.derivation.steps

    @property
    def answers(self) -> Table:
        """The answers by their id, `gradient.L.W1`."""
        return Table({answer.id: Result(self, answer) for answer in self.derivation.answers}, "answer")

    @property
    def gradient(self) -> Table:
        """The gradients by the name of the parameter."""
        kinds = ("gradient", "derivative")
        return Table({a.by: Result(self, a) for a in self.derivation.answers if a.kind in kinds}, "gradient")

    @property
    def hessian(self) -> Table:
        """The Hessians by the name of the function."""
        return Table(
            {a.of: Result(self, a) for a in self.derivation.answers if a.kind == "hessian"}, "hessian"
        )

    @property
    def values(self) -> Table:
        """The value of every named quantity."""
        found = {}
        for var, value in self.derivation.values.items():
            if isinstance(var.name, str):
                exact = self.derivation.exact.get(var)
                found[var.name] = exact if exact is not None and not var.shape else to_float(value)
        return Table(found, "quantity")

    @property
    def adjoints(self) -> dict[str, Table]:
        """The adjoint of every named quantity, by loss."""
        found: dict[str, dict[str, Any]] = {}
        for swept in self.derivation.backwards.values():
            for var, adjoint in swept.adjoints.items():
                if isinstance(var.name, str) and adjoint in self.derivation.values:
                    found.setdefault(swept.of.label, {})[var.name] = to_float(self.derivation.values[adjoint])
        return {of: Table(table, "adjoint") for of, table in found.items()}

    def var(self, id: str) -> Var:
        """The quantity behind an id: `gradient.L.W1`, `adjoint.L.z1`, or a plain name."""
        for answer in self.derivation.answers:
            if answer.id == id and answer.var is not None:
                return answer.var
        names = {str(name): var for name, var in self.derivation.graph.by_name.items()}
        for prefix in ("gradient.", "adjoint."):
            if id.startswith(prefix):
                of, _, by = id.removeprefix(prefix).partition(".")
                id = str(Adjoint(of, by))
        if id not in names:
            raise ProblemError(
                "problem.unknown_result", name=id, what="result", nearest=nearest(id, list(names))
            )
        return names[id]

    def function(self, id: str) -> Any:
        """A quick function of the inputs, by keyword or in order: `d.function("gradient.L.W1")(W1=…)`.

        Inputs that are given need not be passed.
        """
        from symdl.rendering.program import Quick

        return Quick(self.derivation.graph, self.var(id), self.problem, id)

    def source(self, id: str) -> str:
        """The same computation as readable NumPy source."""
        from symdl.rendering.program import numpy_source

        return numpy_source(self.derivation.graph, self.var(id), id)

    def sheet(self, request: Request = PLAIN) -> Sheet:
        """The notation and words of this derivation's sheets."""
        return Sheet(self.problem, self.derivation, (), request)

    def compose(self, **request: Any) -> Document:
        """The sheet, in a language, detail and view."""
        return compose(self, self.checks, **request)

    def save(self, path: str | os.PathLike[str], **request: Any) -> None:
        """Write the sheet to a file; its ending says the format."""
        save(self, path, **request)

    def to_json(self) -> str:
        """The result as JSON."""
        return export.to_json(self.problem, self.derivation, self.checks)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from symdl.rendering.bundle import mime_bundle

        return mime_bundle(self.compose())

    def __repr__(self) -> str:
        return f"Solved({', '.join(self.answers)})"


def compose(
    solved: Solved,
    checks: Sequence[Check] | None = None,
    *,
    language: str | None = None,
    detail: str | None = None,
    known: Sequence[str] = (),
    view: str | None = None,
    numerals: str | None = None,
) -> Document:
    """The sheet of a derivation; a failed check refuses it.

    What is not said is as the problem's `[sheet]` says, else English, lecture, matrix.

    >>> from symdl import solve
    >>> compose(solve("x^2"), language="fa", detail="outline").language
    'fa'
    """
    of_type("solved", solved, Solved)
    found = solved.checks if checks is None else tuple(checks)
    failed = next((check for check in found if check.outcome == "fails"), None)
    if failed is not None:
        raise CheckFailed(
            "check.failed", step=failed.step, claim=failed.claim, method=failed.method, error=failed.error
        )
    own = solved.problem.raw.sheet
    request = Request(
        language or own.language or PLAIN.language,
        detail or own.detail or PLAIN.detail,
        cast("View", view or own.view or PLAIN.view),
        (known,) if isinstance(known, str) else tuple(known),
        numerals or own.numerals or PLAIN.numerals,
    )
    return shown(composition.compose(solved.problem, solved.derivation, found, request))


def save(
    solved: Solved,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    theme: str = "paper",
    template: Any = None,
    **request: Any,
) -> None:
    """Write a derivation to a file in the format of its ending."""
    from symdl.rendering import files
    from symdl.rendering.renderer import render

    if format == "json" or (format is None and os.fspath(path).endswith(".json")):
        files.write(path, solved.to_json())
        return
    render(solved.compose(**request), format, to=path, theme=theme, template=template)
