"""This module turns the tables of a file, or of Python, into a `RawProblem`, or tells what is wrong.

What pydantic finds is told in our own words: each finding becomes a `Fault` at a key path, and with the
origin of the tables a `ProblemError` at a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError

from symdl.errors import ProblemError
from symdl.problems.reading import schema
from symdl.problems.reading.asks import MODELS, CompareRule
from symdl.problems.reading.chances import drawn
from symdl.problems.reading.consistency import inconsistencies
from symdl.problems.reading.faults import Fault, Path, one_or_several, preview, shown, visible
from symdl.problems.reading.fields import Table
from symdl.problems.reading.schema import Origin, RawProblem
from symdl.problems.reading.settings import Ask
from symdl.registry import nearest

Finding = tuple[Path, Fault]

MAX_ASKS = 200
MAX_FINDINGS = 50  # a file full of nonsense is not worth more time

_TABLES: Mapping[str, type[Table]] = {
    "conventions": schema.ConventionsTable,
    "rounding": schema.RoundingTable,
    "notation": schema.NotationTable,
    "network": schema.NetworkTable,
    "sheet": schema.SheetTable,
}
_SETTINGS = {key for model in MODELS.values() for key in model.model_fields}


def validated(tables: Mapping[str, Any], origin: Origin) -> RawProblem:
    """The problem, or one error that tells everything wrong with it, in the order of the file."""
    findings: list[Finding] = []
    asks = tuple(_asks(tables.get("ask", []), findings))
    rest = {key: table for key, table in tables.items() if key != "ask"}
    raw = _collected(RawProblem, {**rest, "ask": asks}, (), findings)
    if raw is not None and not findings:
        findings += inconsistencies(raw)
    if raw is not None and not findings and raw.draw:
        chance = drawn(raw.draw, raw.dims, raw.seed, findings)
        raw = raw.model_copy(update={"given": {**raw.given, **chance}})
    if raw is None or findings:
        raise one_or_several(_errors(findings, origin))
    problem: RawProblem = raw
    problem._origin = origin
    return problem


def _collected(model: type[Any], data: Any, base: Path, findings: list[Finding]) -> Any:
    """The validated model, or None with the findings noted below a base path."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = islice(error.errors(include_url=False), MAX_FINDINGS)
        findings += (_finding(dict(detail), data, base) for detail in details)
        return None


def _asks(tables: Any, findings: list[Finding]) -> Iterator[Ask]:
    """The asks that can be read; the others leave findings."""
    if not isinstance(tables, list | tuple):
        findings.append((("ask",), Fault("ask_section")))
        return
    if len(tables) > MAX_ASKS:
        findings.append((("ask",), Fault("too_many_asks", count=len(tables), limit=MAX_ASKS)))
        return
    for k, table in enumerate(tables):
        model = _model_of_ask(table, ("ask", k), findings)
        ask = _collected(model, table, ("ask", k), findings) if model else None
        if ask is not None:
            yield ask


def _model_of_ask(table: Any, path: Path, findings: list[Finding]) -> type[Ask] | None:
    if not isinstance(table, Mapping):
        findings.append((path, Fault("wrong_table", got=preview(table))))
        return None
    kinds = [key for key in table if key in MODELS]
    if len(kinds) == 1:
        return MODELS[kinds[0]]
    if kinds:
        findings.append(((*path, kinds[1]), Fault("two_kinds", first=kinds[0], second=kinds[1])))
        return None
    findings.append(_no_kind(table, path))
    return None


def _no_kind(table: Mapping[str, Any], path: Path) -> Finding:
    """An ask without a kind: the key that is almost one is to blame."""
    for key in table:
        near = None if key in _SETTINGS else nearest(str(key), list(MODELS))
        if near is not None:
            return (*path, key), Fault("unknown_kind", nearest=near)
    return path, Fault("no_kind", kinds=", ".join(MODELS))


def _finding(detail: Mapping[str, Any], data: Any, base: Path) -> Finding:
    """A finding of pydantic as a key path and a fault of ours."""
    path = (*base, *(part for part in detail["loc"] if part != "[key]"))
    fault = detail.get("ctx", {}).get("error")
    if isinstance(fault, Fault):
        return (*path, *fault.inside), fault
    match detail["type"]:
        case "extra_forbidden":
            return path, _unknown_key(path, data)
        case "missing":
            return path, _missing_key(path, data)
        case "literal_error":
            return path, _wrong_choice(detail)
        case "model_type" | "dict_type" | "model_attributes_type":
            return path, Fault("wrong_table", got=preview(detail["input"]))
        case "tuple_type":
            return path, Fault("wrong_list", got=preview(detail["input"]))
        case _:
            return path, Fault("wrong_value", got=preview(detail["input"]))


def _missing_key(path: Path, data: Any) -> Fault:
    _, kind = _model_at(path, data)
    if kind is not None:
        return Fault("missing_setting", kind=kind, key=path[-1])
    return Fault("missing_key", key=path[-1], table=_table(path[:-1]))


def _wrong_choice(detail: Mapping[str, Any]) -> Fault:
    options = re.findall("'([^']*)'", detail["ctx"]["expected"])
    near = nearest(str(detail["input"]), options)
    return Fault("wrong_choice", got=preview(detail["input"]), options=", ".join(options), nearest=near)


def _unknown_key(path: Path, data: Any) -> Fault:
    """A key that its table does not have: the nearest that it has, or all of them."""
    model, kind = _model_at(path, data)
    known = _keys(model)
    near = nearest(str(path[-1]), known)
    home = next((name for name, table in _TABLES.items() if str(path[-1]) in _keys(table)), None)
    if home is not None and kind is None:
        table = _table(path[:-1]) if len(path) > 1 else None
        return Fault("elsewhere" if table else "inside", key=str(path[-1]), table=table, home=f"[{home}]")
    what = "section" if len(path) == 1 else "setting" if kind is not None else "key"
    facts: dict[str, Any] = {"nearest": near} if near else {"known": ", ".join(known)}
    facts |= {"kind": kind, "table": _table(path[:-1]), "key": visible(str(path[-1]))}
    return Fault(f"unknown_{what}" if near else f"strange_{what}", **facts)


def _keys(model: type[Table]) -> list[str]:
    """The keys of a table, its own before those that it shares with others."""
    own = model.__annotations__
    fields = sorted(model.model_fields.items(), key=lambda item: item[0] not in own)
    return [field.alias or key for key, field in fields]


def _model_at(path: Path, data: Any) -> tuple[type[Table], str | None]:
    """The model of the table that holds a key, and the kind of the ask if it is one."""
    if path[0] != "ask":
        return (RawProblem if len(path) == 1 else _TABLES[str(path[0])]), None
    if len(path) > 3:
        return CompareRule, None
    kind = next(key for key in data if key in MODELS)
    return MODELS[kind], kind


def _table(path: Path) -> str:
    """A section as it is written in the file, `[rounding]`, or a table inside one."""
    return f"[{shown(path)}]" if len(path) == 1 else shown(path)


def _errors(findings: Iterable[Finding], origin: Origin) -> list[ProblemError]:
    """One error for each key path, in the order of the lines."""
    first: dict[Path, Fault] = {}
    for path, fault in findings:
        first.setdefault(path, fault)
    errors = [
        ProblemError(f"file.{fault.key}", place=origin.place(path), **({"name": shown(path)} | fault.facts))
        for path, fault in first.items()
    ]
    return sorted(errors, key=lambda error: (error.place and error.place.line) or 0)
