"""This module composes pictures of runs: on the function that they go down, and its values step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label, places
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Mark, Math, Pictures, Place, Plot
from symdl.document.language import textual
from symdl.document.lines.values import number_node
from symdl.document.pictures.constraints import Border, borders_of, limited
from symdl.document.pictures.curves import (
    Overlay,
    finite_value,
    function_plot,
    progress_plot,
    reach_of,
    surface_plot,
)
from symdl.document.pictures.functions import function_of
from symdl.document.pictures.graphs import words
from symdl.document.pictures.side_by_side import Traits, side_by_side, traits_of
from symdl.document.sheet import Sheet
from symdl.formula.tree import Name

TOGETHER = 3  # paths on one surface
DRAWN = 10  # contestants of a comparison
CURVES = 6  # of a value after each step in one plot
FAR = 3.0  # times the first step or the way to the best point: beyond, a run leaves the picture
RUNS = ("update", "minimize", "root")


@dataclass(frozen=True)
class Run:
    """One run: the question it answers, its points in the parameters, the objective at each."""

    answer: Answer
    entries: tuple[tuple[str, tuple[int, ...]], ...]
    points: tuple[tuple[float, ...], ...]
    objectives: tuple[float, ...]
    name: Math | None = None


def contest_pictures(sheet: Sheet, answer: Answer) -> Iterator[Block]:
    """The contestants of a comparison on their function and step by step, in the order of the table."""
    runs = list(_contestants(sheet, answer))
    if runs:
        parts = [*_paths(sheet, answer.of, runs[0].entries, runs), *_objectives(sheet, answer.of, runs)]
        yield Pictures(tuple(parts))


def _contestants(sheet: Sheet, answer: Answer) -> Iterator[Run]:
    """The runs of a comparison whose path was kept, the best first where they are too many to draw."""
    records = [r for r in answer.table if len(r["trace"]) > 1 and "parameters" in r["trace"][0]]
    if len(records) > DRAWN:
        records = sorted(records, key=lambda r: r["best"] if np.isfinite(r["best"]) else np.inf)[:DRAWN]
    named = contest_names(sheet, answer)
    for record in records:
        entries, points = _path(record["trace"])
        objectives = tuple(float(point["objective"]) for point in record["trace"])
        yield Run(answer, entries, points, objectives, named[id(record)])


def contest_names(sheet: Sheet, answer: Answer) -> Mapping[int, Math]:
    """What each contestant is called beside the others, by the identity of its record."""
    names = side_by_side(sheet, [_traits(record) for record in answer.table])
    numbered = [name or textual(str(k)) for k, name in enumerate(names, start=1)]
    return {id(record): name for record, name in zip(answer.table, numbered, strict=True)}


def _traits(record: Mapping[str, Any]) -> Traits:
    extra = {
        key: record[key]
        for key in ("form", "epsilon_inside", "line_search", "batch_size")
        if record.get(key) is not None
    }
    return Traits(record["rule"], {**record["settings"], **extra}, record["start"], record["label"])


def _path(records: Sequence[Mapping[str, Any]]) -> tuple[Any, tuple[tuple[float, ...], ...]]:
    """The entries of the parameters, and their values in each record."""
    first = records[0]["parameters"]
    entries = tuple((name, place) for name, value in first.items() for place in places(np.shape(value)))
    points = tuple(
        tuple(float(np.asarray(record["parameters"][name])[place]) for name, place in entries)
        for record in records
    )
    return entries, points


def runs_of(sheet: Sheet) -> list[Run]:
    """The runs of a sheet, each once, whatever number of parameters were asked for."""
    answers = [a for a in sheet.derivation.answers if a.kind in RUNS and a.table]
    found = []
    for _, same in groupby(answers, key=lambda answer: id(answer.table[0]["parameters"])):
        answer = next(iter(same))
        entries, points = _path(answer.table)
        objectives = tuple(float(r["objective"]) for r in answer.table if r.get("objective") is not None)
        found.append(Run(answer, entries, points, objectives))
    return found


def run_pictures(sheet: Sheet) -> Iterator[Block]:
    """The runs on the function that they go down, where it has one or two variables, and its values step by
    step; runs of the same function are compared in one picture.
    """
    grouped: dict[tuple[str, Any, str], list[Run]] = {}
    for run in runs_of(sheet):
        if len(run.points) > 1 and (run.answer.kind != "root" or len(run.entries) == 1):
            held = str(run.answer.table[0].get("others"))
            grouped.setdefault((run.answer.of, run.entries, held), []).append(run)
    for (of, entries, _), runs in grouped.items():
        parts = [*_paths(sheet, of, entries, runs), *_objectives(sheet, of, runs)]
        if parts:
            yield Pictures(tuple(parts))


def _paths(sheet: Sheet, of: str, entries: Any, runs: Sequence[Run]) -> Iterator[Plot]:
    """The function under the runs: a curve for one variable, level lines for two."""
    held = runs[0].answer.table[0].get("others", {})
    function = function_of(sheet, of, entries, held) if len(entries) <= 2 else None
    if function is None:
        return
    axes = tuple(_entry(sheet, entry) for entry in entries)
    size = 1 if len(entries) == 1 and runs[0].name is None else TOGETHER
    for k in range(0, len(runs), size):
        some = runs[k : k + size]
        names = run_names(sheet, runs)[k : k + size]
        told = words(sheet.say("picture.told_runs", of=leaf(of))) + " " + _told(sheet, some)
        best = _best(runs)
        low = [bool(run.objectives) and run.objectives[-1] <= run.objectives[0] for run in some]
        columns = [
            _near([[p[i] for p in run.points] for run in some], best[i : i + 1], low)
            for i in range(len(entries))
        ]
        if len(entries) == 1:
            values = sheet.math(leaf(of))
            paths = [
                (name, [(x, finite_value(function, x)) for (x,) in run.points])
                for name, run in zip(names, some, strict=True)
            ]
            caption = sheet.say("picture.curve_runs", of=leaf(of))
            yield function_plot(
                [(None, function)], reach_of(columns[0]), (axes[0], values), told,
                Overlay(caption, paths, _ends(sheet, [path for _, path in paths])),
            )  # fmt: skip
        else:
            flat = [[(x, y) for x, y in run.points] for run in some]
            borders = _shared(sheet, some)
            key = "surface_runs" if all(each.equation for each in borders) else "surface_walled"
            drawn = surface_plot(
                function, (reach_of(columns[0]), reach_of(columns[1])), (axes[0], axes[1]), told,
                Overlay(
                    sheet.say(f"picture.{key}", of=leaf(of)),
                    list(zip(names, flat, strict=True)), _ends(sheet, flat),
                ),
            )  # fmt: skip
            yield limited(sheet, drawn, borders, entries)


def _shared(sheet: Sheet, runs: Sequence[Run]) -> list[Border]:
    """The constraints that all of some runs keep."""
    first, *rest = (borders_of(sheet, run.answer) for run in runs)
    return [border for border in first if all(border in other for other in rest)]


def _near(runs: Sequence[Sequence[float]], best: Sequence[float], low: Sequence[bool]) -> list[float]:
    """Values of runs, with the best of all; a run that flies off, and does not end low, leaves at the border.

    >>> _near([[3.0, -1.0, 5.0, 900.0]], [1.0], [False])
    [3.0, -1.0, 5.0, 1.0]
    """
    values = [value for run in runs for value in run]
    if not best or all(low):
        return values
    far = FAR * max(max(abs(run[0] - best[0]), abs(run[1] - run[0])) for run in runs)
    kept = [
        value for run, ends_low in zip(runs, low, strict=True) for value in run
        if ends_low or abs(value - best[0]) <= far
    ]  # fmt: skip
    return [*kept, *best]


def _best(runs: Sequence[Run]) -> tuple[float, ...]:
    """The lowest point of all runs, which every picture of them shows."""
    found = [
        (value, point)
        for run in runs
        for value, point in zip(run.objectives, run.points, strict=False)
        if np.isfinite(value)
    ]
    return min(found)[1] if found else ()


def _ends(sheet: Sheet, paths: Sequence[Sequence[Place]]) -> tuple[Mark, ...]:
    """The common start of some paths."""
    start = sheet.math(Name("t"))
    named = Math(f"{start.tex}=0", f"{start.plain} = 0")
    return tuple(Mark(point, named, "start") for point in dict.fromkeys(path[0] for path in paths if path))


def _objectives(sheet: Sheet, of: str, runs: Sequence[Run]) -> Iterator[Plot]:
    """The function after every step, run by run."""
    long = [run for run in runs if len(run.objectives) > 2]
    names = run_names(sheet, long)
    count = -(-len(long) // CURVES)
    for k in range(count):
        some, called = long[k::count], names[k::count]
        caption = sheet.say("picture.progress", of=leaf(of))
        told = words(sheet.say("picture.told_progress", of=leaf(of))) + " " + _told(sheet, some)
        shown = [(name, run.objectives) for name, run in zip(called, some, strict=True)]
        yield progress_plot(shown, (sheet.math(Name("t")), sheet.math(leaf(of))), told, caption)


def _entry(sheet: Sheet, entry: tuple[str, tuple[int, ...]]) -> Math:
    return sheet.math(leaf(str(entry_label(*entry))))


def run_names(sheet: Sheet, runs: Sequence[Run]) -> list[Math | None]:
    """The names of runs that are shown together."""
    if len(runs) < 2 or runs[0].name is not None:
        return [run.name for run in runs]
    asks = [ask for ask in sheet.problem.raw.asks if ask.kind in RUNS and not _is_stationary(ask)]
    known = dict(zip([run.answer.id for run in runs_of(sheet)], asks, strict=False))
    traits = [traits_of(known[run.answer.id], run.answer.table[0]["parameters"]) for run in runs]
    named = side_by_side(sheet, traits)
    return [name or textual(run.answer.id) for run, name in zip(runs, named, strict=True)]


def run_titles(sheet: Sheet) -> Mapping[str, Math]:
    """The names of the runs by their ids, where there are several."""
    runs = runs_of(sheet)
    named = zip(runs, run_names(sheet, runs), strict=True)
    return {run.answer.id: name for run, name in named if name is not None}


def _is_stationary(ask: Any) -> bool:
    """Whether an ask is for the conditions of a minimum, and nothing runs."""
    return ask.kind == "minimize" and bool(ask.subject_to) and ask.method is None


def _told(sheet: Sheet, runs: Sequence[Run]) -> str:
    """The runs in words: where each starts and ends."""
    parts = []
    for run, name in zip(runs, run_names(sheet, runs), strict=True):
        facts = {"count": len(run.points) - 1}
        ends = [
            sheet.language.joined([sheet.math(number_node(x, sheet.digits)) for x in point])
            for point in (run.points[0], run.points[-1])
            if len(point) <= 3
        ]
        if len(ends) == 2:
            start, stop = (words(tuple(end)) for end in ends)
            said = sheet.say("picture.told_path", **facts, start=Math("", start), stop=Math("", stop))
        else:
            said = sheet.say("picture.told_steps", **facts)
        parts.append((f"{name.plain}: " if name else "") + words(said))
    return " ".join(parts)
