"""This module makes problems of expressions: typed text, SymPy expressions and matrices."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import symdl.models  # noqa: F401  (registers the library)
from symdl.arguments import of_type, texts_in
from symdl.errors import ProblemError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope, free_names
from symdl.formula.tree import Compare
from symdl.problems.names import declared, library_names
from symdl.problems.reading.file import raw_problem
from symdl.problems.reading.schema import RawProblem
from symdl.registry import nearest

MAX_HESSIAN = 6  # variables of an expression up to which its Hessian is asked for unasked
_NAMED = re.compile(r"\s*([^\W\d]\w*)\s*(?:\([\w\s,]*\)\s*)?=(?!=)(.*)", re.DOTALL)
NAMES = ("f", "F", "y", "L", "g", "h")


def is_file(source: Any) -> bool:
    """Whether a source names a problem file rather than an expression."""
    if isinstance(source, Path):
        return True
    return isinstance(source, str) and (
        source.endswith(".toml") or (os.path.exists(source) and not source.isidentifier())
    )


def raw_of(source: Any, at: Mapping[str, Any] | None = None, by: Sequence[str] | None = None) -> RawProblem:
    """The problem of one expression: its value, gradient, paths and Hessian, at a point if one is given.

    >>> raw_of("x^2 + 3xy", {"x": 2, "y": 3}).asks[1].wanted
    ('x', 'y')
    """
    text = text_of(source)
    if at is not None:
        of_type("at", at, Mapping)
    texts_in("at", at or ())
    texts_in("by", by or ())
    point = {declared(name): value for name, value in (at or {}).items()}
    called, text = named(text)
    node = read_formula(text, Scope(None, library_names()))
    found = [name for name in free_names(node) if name not in ("e", "pi") or name in point]
    found = found or list(map(declared, by or ()))  # a constant may be differentiated by any name
    name = called or next(candidate for candidate in NAMES if candidate not in found)
    if name in found or (isinstance(node, Compare) and node.relation == "="):
        raise ProblemError("problem.equation_alone", got=text_of(source))
    _check_names(found, point, by)
    variables = list(dict.fromkeys(map(declared, by))) if by else found
    return raw_problem(
        given={k: v for k, v in point.items() if k in found},
        symbols={k: [] for k in found if k not in point},
        let={name: spelled_out(node)},
        asks=_asks(name, variables, complete=all(k in point for k in found)),
    )


def named(text: str) -> tuple[str, str]:
    """What an expression is called, if it says so, and the expression.

    >>> named("y = x^2"), named("f(x) = x^2"), named("x^2")
    (('y', ' x^2'), ('f', ' x^2'), ('', 'x^2'))
    """
    found = _NAMED.fullmatch(text)
    return (found[1], found[2]) if found and found[1] not in library_names() else ("", text)


def _check_names(found: list[str], point: Mapping[str, Any], by: Sequence[str] | None) -> None:
    for name in (*point, *map(declared, by or ())):
        if name not in found:
            raise ProblemError(
                "problem.not_in_expression", name=name, known=", ".join(found), nearest=nearest(name, found)
            )


def _asks(name: str, variables: list[str], complete: bool) -> list[dict[str, Any]]:
    asks: list[dict[str, Any]] = [{"value": name}]
    if len(variables) == 1:
        return [*asks, {"derivative": name, "by": variables}]
    if variables:
        asks.append({"gradient": name, "by": variables})
    if len(variables) > 1:
        asks.append({"paths": name, "by": variables})
    if variables and len(variables) <= MAX_HESSIAN:
        asks.append({"hessian": name, "by": variables})
    if variables and complete:
        asks.append({"check": name, "by": variables})
    return asks


def spelled_out(node: Any) -> str:
    """A formula with every product written with a sign, so that declared names split the same way."""
    from symdl.formula.plain import to_plain

    return to_plain(node)


def text_of(source: Any) -> str:
    """An expression as text; a SymPy expression is printed in the grammar of problem files."""
    if isinstance(source, str):
        return source
    return sympy_text(source)


def texts(let: Mapping[str, Any]) -> dict[str, str]:
    """The lines of a problem, SymPy expressions among them as text."""
    of_type("let", let, Mapping)
    return {name: text_of(formula) for name, formula in let.items()}


def sympy_text(expression: Any) -> str:
    """A SymPy expression or matrix in the grammar of problem files.

    >>> import sympy
    >>> sympy_text(sympy.sin(sympy.Symbol("x")) ** 2)
    'sin(x)^2'
    """
    if getattr(expression, "is_Matrix", False):
        rows = [
            [sympy_text(expression[i, j]) for j in range(expression.cols)] for i in range(expression.rows)
        ]
        if expression.cols == 1:
            return "[" + ", ".join(row[0] for row in rows) + "]"
        return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"
    from sympy import Basic
    from sympy.printing.str import StrPrinter

    if not isinstance(expression, Basic):
        raise ProblemError("problem.not_an_expression", got=type(expression).__name__)
    printer = StrPrinter({"full_prec": False})
    for ours, theirs in (("abs", "Abs"), ("max", "Max"), ("min", "Min")):
        setattr(printer, f"_print_{theirs}", _call(printer, ours))
    printer._print_Exp1 = lambda _: "e"
    return str(printer.doprint(expression)).replace("**", "^")


def _call(printer: Any, name: str) -> Any:
    return lambda e: f"{name}({', '.join(printer._print(arg) for arg in e.args)})"
