"""This module lists stationary points in symbols as records: closed form, kind, and on what that rests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symdl.derivation.step import Answer, Step
from symdl.formula.plain import to_plain
from symdl.formula.tree import Array, Compare, Node

KINDS = {"minimum": "minimum", "maximum": "maximum", "saddle": "saddle", "lowest": "minimum",
         "highest": "maximum", "convex": "minimum", "concave": "maximum"}  # fmt: skip
CASES = (("minimum", ("above", "up")), ("maximum", ("below", "down")))


def symbolic_points(answer: Answer, steps: Sequence[Step]) -> tuple[Mapping[str, Any], ...]:
    """The points of an answer without numbers, one record each; `cases` say what an open kind rests on."""
    mine = {step.id.removeprefix(f"{answer.id}."): step for step in steps if step.id.startswith(answer.id)}
    points = _points(answer)
    return tuple(
        _row(names, mine.get(str(k)) or mine.get("kind"), tuple(mine.values()))
        for k, names in enumerate(points, start=1)
    )


def _points(answer: Answer) -> list[dict[str, Node]]:
    """The coordinates of each point by name."""
    names = answer.by.split(",")
    found = answer.formula.get("scalar") or answer.formula.get("matrix")
    if found is None:
        return []
    if len(names) == 1:
        several = isinstance(found, Array) and "scalar" in answer.formula
        return [
            {names[0]: item} for item in (found.items if isinstance(found, Array) and several else [found])
        ]
    assert isinstance(found, Array)
    rows = found.items if isinstance(found.items[0], Array) else (found,)
    return [dict(zip(names, row.items, strict=True)) for row in rows if isinstance(row, Array)]


def _row(point: Mapping[str, Node], told: Step | None, all_steps: Sequence[Step]) -> Mapping[str, Any]:
    kind = "inconclusive" if told is None else KINDS.get(told.because.key.rsplit("_", 1)[-1], "inconclusive")
    proofs = [step.because.key.removeprefix("rule.hessian_").split("_")[0] for step in all_steps]
    kind = next((KINDS[word] for word in proofs if told is None and word in ("convex", "concave")), kind)
    value = None if told is None or not told.lines else to_plain(told.lines[-1][1])
    return {
        "point": dict.fromkeys(point), "exact": {name: to_plain(node) for name, node in point.items()},
        "value": None, "exact_value": value, "eigenvalues": [], "kind": kind,
        "decided_by": None if kind == "inconclusive" else "convexity" if told is None else "symbols",
        "cases": {} if told is None or kind != "inconclusive" else _cases(told),
    }  # fmt: skip


def _cases(step: Step) -> dict[str, list[str]]:
    """The signs that make a minimum or a maximum."""
    found: dict[str, list[str]] = {}
    for kind, keys in CASES:
        for key in keys:
            facts = step.because.facts.get(key, ())
            parts = [facts] if isinstance(facts, Compare) else list(facts)
            if parts:
                found[kind] = [to_plain(part) for part in parts]
    minors = [to_plain(minor) for minor in step.because.facts.get("minors", ())]
    return found | ({"minors": minors} if minors else {})
