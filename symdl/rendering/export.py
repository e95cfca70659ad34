"""This module writes results as JSON, for programs: DESIGN's stable layout, numbers as float64."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symdl.checking.check import Check
from symdl.core.evaluation import to_float
from symdl.derivation.convexity.symbolic_points import symbolic_points
from symdl.derivation.step import Answer, Derivation, Step
from symdl.document.blocks import Math, Spans
from symdl.document.request import Request
from symdl.document.sheet import Sheet
from symdl.document.stepping import step_block
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node, unmarked
from symdl.problems.problem import Problem
from symdl.version import __version__

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
RECORDS = ("update", "minimize", "root", "compare", "stationary")  # answers whose value is a list of records


def to_json(problem: Problem, derivation: Derivation, checks: Sequence[Check], language: str = "en") -> str:
    """The result of a problem as JSON text."""
    return laid_out(_result(problem, derivation, checks, language))


def laid_out(value: Any, margin: str = "\n") -> str:
    """A value as JSON text, an entry a line; numbers stay on one line however many they are.

    >>> print(laid_out({"name": "W", "value": [[1.0, 2.0], [3.0, 4.0]]}))
    {
     "name": "W",
     "value": [[1.0, 2.0], [3.0, 4.0]]
    }
    """
    inner = margin + " "
    if isinstance(value, Mapping) and value:
        entries = (f"{_ENCODER.encode(str(key))}: {laid_out(item, inner)}" for key, item in value.items())
        return f"{{{inner}{f',{inner}'.join(entries)}{margin}}}"
    if isinstance(value, list) and value and not isinstance(_first(value), int | float):
        return f"[{inner}{f',{inner}'.join(laid_out(item, inner) for item in value)}{margin}]"
    return _ENCODER.encode(value)


def _first(value: Any) -> Any:
    while isinstance(value, list) and value:
        value = value[0]
    return value


def _result(
    problem: Problem, derivation: Derivation, checks: Sequence[Check], language: str
) -> dict[str, Any]:
    sheet = Sheet(problem, derivation, checks, Request(language, "tutorial"))
    return {
        "symdl": __version__,
        "title": problem.title if isinstance(problem.title, str) else dict(problem.title),
        "conventions": _conventions(derivation),
        "values": _values(derivation),
        "adjoints": _adjoints(derivation),
        "answers": [_answer(answer, sheet) for answer in derivation.answers],
        "steps": [_step(step, sheet, checks) for step in derivation.steps],
        "checks": [_check(check) for check in checks],
    }


def _conventions(derivation: Derivation) -> dict[str, Any]:
    chosen = derivation.conventions
    return {
        "jacobian": chosen.jacobian,
        "kink": str(chosen.kink) if isinstance(chosen.kink, Fraction) else chosen.kink,
        "ties": chosen.ties,
        "vec": chosen.vec,
        "digits": chosen.digits,
        "rounding": chosen.rounding,
    }


def numbers(value: Any) -> Any:
    """Nested lists of floats; null where there is none."""
    if value is None:
        return None
    array = np.asarray(to_float(value))
    if not np.all(np.isfinite(array)):
        return None
    return array.tolist() if array.ndim else float(array)


def exact_text(value: Any) -> str | None:
    """Exact rationals as text: "13", "7/2", "[1/2, 3]"."""
    if value is None:
        return None
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(str(exact_text(item)) for item in value) + "]"
    return str(value)


def _values(derivation: Derivation) -> dict[str, Any]:
    return {var.name: numbers(value) for var, value in derivation.values.items() if isinstance(var.name, str)}


def _adjoints(derivation: Derivation) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for swept in derivation.backwards.values():
        found[swept.of.label] = {
            str(var.name): numbers(derivation.values.get(adjoint))
            for var, adjoint in swept.adjoints.items()
            if isinstance(var.name, str)
        }
    return found


def _answer(answer: Answer, sheet: Sheet) -> dict[str, Any]:
    table = answer.table
    if answer.kind == "stationary" and not table and answer.formula:
        table = symbolic_points(answer, sheet.derivation.steps)
    value = [_record(row) for row in table] if answer.kind in RECORDS else numbers(answer.value)
    found: dict[str, Any] = {
        "id": answer.id, "kind": answer.kind, "of": answer.of, "by": answer.by or None, "value": value,
        "exact": exact_text(answer.exact),
        "formula": {view: formula(node, sheet) for view, node in answer.formula.items()},
    }  # fmt: skip
    if answer.note is not None:
        found["note"] = words(sheet.say(f"{answer.note.key}_text", **answer.note.facts))
    if answer.table and answer.kind not in RECORDS:
        found["table"] = [_record(row) for row in answer.table]
    return found


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic | float):
        return numbers(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def formula(node: Node, sheet: Sheet) -> dict[str, str]:
    """A formula in TeX and in the grammar of problem files."""
    return {"latex": sheet.math(node).tex, "plain": to_plain(unmarked(node))}


def _step(step: Step, sheet: Sheet, checks: Sequence[Check]) -> dict[str, Any]:
    block = step_block(sheet, step)
    return {
        "id": step.id,
        "phase": step.phase,
        "rule": step.because.key.removeprefix("rule."),
        "latex": _rows(block.formula.rows, "tex"),
        "plain": _rows(block.formula.rows, "plain"),
        "sentence": words(block.sentence),
        "uses": list(step.uses),
        "value": numbers(step.value),
        "checks": [k for k, check in enumerate(checks) if check.step == step.id],
    }


def _rows(rows: Sequence[Any], kind: str) -> str:
    """All rows of a step as one chain of equalities, a new chain on a new line."""
    parts: list[str] = []
    for row in rows:
        if row.left is not None:
            parts.append(("\n" if parts else "") + getattr(row.left, kind))
        parts.append(f" {_relation(row.relation, kind)} {getattr(row.right, kind)}")
    return "".join(parts)


def _relation(relation: str, kind: str) -> str:
    return r"\approx" if kind == "tex" and relation == "≈" else relation


def words(spans: Spans) -> str:
    """A sentence as plain text."""
    return "".join(span.plain if isinstance(span, Math) else span for span in spans)


def _check(check: Check) -> dict[str, Any]:
    return {
        "step": check.step, "claim": check.claim, "method": check.method, "strength": check.strength,
        "outcome": check.outcome, "error": numbers(check.error), "tolerance": check.tolerance,
        "seed": check.seed,
    }  # fmt: skip
