"""This module composes curves and level lines: runs of a minimizer on its function, stationary points, a
function with its derivative.

`function_plot`, `surface_plot` and `progress_plot` take plain functions and numbers, so that any sheet can
draw with them; the other functions read what they need off a derivation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from symdl.core.evaluation import compile_graph
from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label, places
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Curve, Mark, Math, Pictures, Place, Plot, Spans, Surface
from symdl.document.graphs import words
from symdl.document.language import typeset
from symdl.document.sheet import Sheet
from symdl.document.values import number_node
from symdl.errors import SymdlError
from symdl.formula.tree import Name

GRID = 61  # points of a surface along each axis
FINE = 161  # points of a curve
TOGETHER = 3  # paths on one surface
DRAWN = 6  # contestants of a comparison
RUNS = ("update", "minimize")
AIR = 0.22  # around what is shown, of its extent
MARKS = ("minimum", "maximum", "saddle")
Function = Callable[..., float]


# From functions and numbers


def function_plot(
    curves: Sequence[tuple[Math | None, Function]],
    reach: Place,
    axes: tuple[Math, Math],
    alt: str,
    *,
    caption: Spans = (),
    paths: Sequence[tuple[Math | None, Sequence[Place]]] = (),
    marks: Sequence[Mark] = (),
) -> Plot:
    """Functions of one variable over a range, with points of runs and marked points on them."""
    xs = np.linspace(*reach, FINE)
    smooth = tuple(
        Curve(tuple((float(x), _finite(function, float(x))) for x in xs), name) for name, function in curves
    )
    dotted = tuple(Curve(tuple(points), name, dotted=True) for name, points in paths)
    return Plot((*smooth, *dotted), *axes, alt, caption, tuple(marks))


def surface_plot(
    function: Function,
    reach: tuple[Place, Place],
    axes: tuple[Math, Math],
    alt: str,
    *,
    caption: Spans = (),
    paths: Sequence[tuple[Math | None, Sequence[Place]]] = (),
    marks: Sequence[Mark] = (),
) -> Plot:
    """The level lines of a function of two variables, with the paths of runs and marked points."""
    xs, ys = (np.linspace(*ends, GRID) for ends in reach)
    values = tuple(tuple(_finite(function, float(x), float(y)) for x in xs) for y in ys)
    surface = Surface(tuple(map(float, xs)), tuple(map(float, ys)), values)
    dotted = tuple(Curve(tuple(points), name, dotted=True) for name, points in paths)
    return Plot(dotted, *axes, alt, caption, tuple(marks), surface)


def progress_plot(
    runs: Sequence[tuple[Math | None, Sequence[float]]],
    axes: tuple[Math, Math],
    alt: str,
    caption: Spans = (),
) -> Plot:
    """A quantity after each step of some runs; in powers of ten where it spans more than two."""
    values = [value for _, run in runs for value in run if np.isfinite(value)]
    wide = bool(values) and min(values) > 0 and max(values) > 100 * min(values)
    curves = tuple(
        Curve(tuple((float(t), float(v)) for t, v in enumerate(run) if np.isfinite(v)), name)
        for name, run in runs
    )
    return Plot(curves, *axes, alt, caption, logarithmic=wide)


def _finite(function: Function, *at: float) -> float:
    """A value, not a number where there is none."""
    try:
        value = float(function(*at))
    except (ArithmeticError, ValueError, SymdlError):
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def reach_of(values: Sequence[float], air: float = AIR) -> Place:
    """A range around numbers; those far outside the bulk of them are left to the border.

    >>> reach_of([0.0, 1.0])
    (-0.22, 1.22)
    """
    array = np.asarray(values, float)
    array = array[np.isfinite(array)]
    low, high = float(array.min()), float(array.max())
    inner = float(np.ptp(np.quantile(array, (0.0, 0.7)))) if array[0] <= array[-1] else 0.0
    inner = max(inner, float(np.ptp(array[: max(2, int(0.7 * len(array)))])))
    if high - low > 8 * inner > 0:
        start = array[: max(2, int(0.7 * len(array)))]
        low, high = float(start.min()), float(start.max())
    width = max(high - low, 0.1 * max(1.0, abs(low)))
    return float(f"{low - air * width:.6g}"), float(f"{high + air * width:.6g}")


# From a derivation


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
    rules = [record["rule"] for record in records]
    for record in records:
        entries, points = _path(record["trace"])
        objectives = tuple(float(point["objective"]) for point in record["trace"])
        twice = rules.count(record["rule"]) > 1
        yield Run(answer, entries, points, objectives, _contestant(sheet, record, twice))


def _contestant(sheet: Sheet, record: Mapping[str, Any], twice: bool) -> Math:
    """A contestant's own name, its step length where others follow the same rule, or its rule."""
    if record.get("label"):
        return textual(sheet.localized(record["label"]))
    rate = record["settings"].get("learning_rate")
    if twice and rate is not None:
        return _rate(sheet, rate)
    return textual(sheet.language.word(f"function.{record['rule']}"))


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
    grouped: dict[tuple[str, Any], list[Run]] = {}
    for run in runs_of(sheet):
        if len(run.points) > 1:
            grouped.setdefault((run.answer.of, run.entries), []).append(run)
    for (of, entries), runs in grouped.items():
        parts = [*_paths(sheet, of, entries, runs), *_objectives(sheet, of, runs)]
        if parts:
            yield Pictures(tuple(parts))


def _paths(sheet: Sheet, of: str, entries: Any, runs: Sequence[Run]) -> Iterator[Plot]:
    """The function under the runs: a curve for one variable, level lines for two."""
    function = function_of(sheet, of, entries) if len(entries) <= 2 else None
    if function is None:
        return
    axes = tuple(_entry(sheet, entry) for entry in entries)
    size = 1 if len(entries) == 1 and runs[0].name is None else TOGETHER
    for k in range(0, len(runs), size):
        some = runs[k : k + size]
        names = run_names(sheet, runs)[k : k + size]
        told = words(sheet.say("picture.told_runs", of=leaf(of))) + " " + _told(sheet, some)
        best = _best(runs)
        columns = [
            [*(p[i] for run in some for p in run.points), *best[i : i + 1]] for i in range(len(entries))
        ]
        if len(entries) == 1:
            values = _value(sheet, of)
            paths = [
                (name, [(x, _finite(function, x)) for (x,) in run.points])
                for name, run in zip(names, some, strict=True)
            ]
            caption = sheet.say("picture.curve_runs", of=leaf(of))
            yield function_plot(
                [(None, function)], reach_of(columns[0]), (axes[0], values), told,
                caption=caption, paths=paths, marks=_ends(sheet, [path for _, path in paths]),
            )  # fmt: skip
        else:
            flat = [[(x, y) for x, y in run.points] for run in some]
            yield surface_plot(
                function, (reach_of(columns[0]), reach_of(columns[1])), (axes[0], axes[1]), told,
                caption=sheet.say("picture.surface_runs", of=leaf(of)),
                paths=list(zip(names, flat, strict=True)), marks=_ends(sheet, flat),
            )  # fmt: skip


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
    if long:
        names = run_names(sheet, long)
        caption = sheet.say("picture.progress", of=leaf(of))
        told = words(sheet.say("picture.told_progress", of=leaf(of))) + " " + _told(sheet, long)
        shown = [(name, run.objectives) for name, run in zip(names, long, strict=True)]
        yield progress_plot(shown, (sheet.math(Name("t")), _value(sheet, of)), told, caption)


def _value(sheet: Sheet, of: str) -> Math:
    return sheet.math(leaf(of))


def _entry(sheet: Sheet, entry: tuple[str, tuple[int, ...]]) -> Math:
    return sheet.math(leaf(str(entry_label(*entry))))


def run_names(sheet: Sheet, runs: Sequence[Run]) -> list[Math | None]:
    """The names of runs that are shown together: their rules, or their step lengths under one rule."""
    if len(runs) < 2 or runs[0].name is not None:
        return [run.name for run in runs]
    asks = {ask.id: ask for ask in sheet.problem.raw.asks if getattr(ask, "id", None)}
    found = [asks.get(run.answer.id) or asks.get(run.answer.id.rpartition(".")[0]) for run in runs]
    rules = [str(getattr(ask, "rule", None) or getattr(ask, "method", None) or "") for ask in found]
    rates = [getattr(ask, "learning_rate", None) for ask in found]
    if len(set(rules)) < len(rules) and len(set(map(str, rates))) == len(rates) and None not in rates:
        return [_rate(sheet, rate) for rate in rates]
    if len(set(rules)) < len(rules) or "" in rules:
        return [textual(run.answer.id) for run in runs]
    return [textual(sheet.language.word(f"function.{rule}")) for rule in rules]


def _rate(sheet: Sheet, rate: Any) -> Math:
    name, value = sheet.math(Name("eta")), sheet.math(number_node(getattr(rate, "value", rate), sheet.digits))
    return Math(f"{name.tex}={value.tex}", f"{name.plain} = {value.plain}")


def textual(text: str) -> Math:
    """Words as a label in a picture."""
    safe = "".join(rf"\{c}" if c in "&%$#_{}" else " " if c in "\\^~" else c for c in text)
    return Math(rf"\text{{{safe}}}", text)


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


def function_of(sheet: Sheet, of: str, entries: Sequence[tuple[str, tuple[int, ...]]]) -> Function | None:
    """A quantity as a function of some entries of the inputs, all else as given; None where it is not."""
    graph = sheet.problem.whole or sheet.problem.graph
    if of not in graph.by_name:
        graph = sheet.problem.graph
    known: Mapping[Any, Any] = {var.name: value for var, value in sheet.derivation.values.items()}
    moving = {name for name, _ in entries}
    inputs = [str(var.name) for var in graph.inputs]
    if of not in graph.by_name or not moving <= set(inputs):
        return None
    shapes = {str(var.name): var.shape for var in graph.inputs}
    if any(name not in known and (name not in moving or shapes[name]) for name in inputs):
        return None
    fixed: dict[str, Any] = {n: np.array(known.get(n, 0.0), dtype=float) for n in inputs}
    run = compile_graph(graph, [graph.by_name[of]])

    def value(*at: float) -> float:
        point = dict(fixed)
        for (name, place), x in zip(entries, at, strict=True):
            if place:
                point[name] = point[name] if point[name] is not fixed[name] else fixed[name].copy()
                point[name][place] = x
            else:
                point[name] = np.float64(x)
        with np.errstate(all="ignore"):
            (result,) = run(*(point[n] if np.ndim(point[n]) else float(point[n]) for n in inputs))
        return float(result)

    return value


def stationary_pictures(sheet: Sheet) -> Iterator[Block]:
    """Functions of one or two variables with their stationary points, each marked by what it is."""
    for answer in sheet.derivation.answers:
        if answer.kind == "stationary" and answer.table and len(answer.table[0]["point"]) <= 2:
            names = tuple(answer.table[0]["point"])
            function = function_of(sheet, answer.of, [(name, ()) for name in names])
            if function is not None:
                yield Pictures((_stationary(sheet, answer, names, function),))


def _stationary(sheet: Sheet, answer: Answer, names: Sequence[str], function: Function) -> Plot:
    points = [tuple(float(v) for v in row["point"].values()) for row in answer.table]
    reaches = [_around([point[k] for point in points]) for k in range(len(names))]
    axes = [sheet.math(leaf(name)) for name in names]
    told = words(sheet.say("picture.told_stationary", of=leaf(answer.of)))
    kinds = [str(row["kind"]) for row in answer.table]
    told += " " + " ".join(_told_point(sheet, p, kind) for p, kind in zip(points, kinds, strict=True))
    marks = tuple(
        Mark(
            (p[0], p[1] if len(p) > 1 else _finite(function, p[0])),
            textual(sheet.language.word(f"function.{kind}")) if len(points) <= 6 else None,
            kind if kind in MARKS else "point",  # type: ignore[arg-type]
        )
        for p, kind in zip(points, kinds, strict=True)
    )
    if len(names) == 1:
        caption = sheet.say("picture.curve_stationary", of=leaf(answer.of))
        value = _value(sheet, answer.of)
        return function_plot(
            [(None, function)], reaches[0], (axes[0], value), told, caption=caption, marks=marks
        )
    caption = sheet.say("picture.surface_stationary", of=leaf(answer.of))
    return surface_plot(
        function, (reaches[0], reaches[1]), (axes[0], axes[1]), told, caption=caption, marks=marks
    )


def _around(values: Sequence[float]) -> Place:
    """A range around stationary points, which shows the function on either side of each."""
    low, high = min(values), max(values)
    air = max(0.55 * (high - low), 1.0)
    return low - air, high + air


def _told_point(sheet: Sheet, point: Sequence[float], kind: str) -> str:
    at = words(tuple(sheet.language.joined([sheet.math(number_node(x, sheet.digits)) for x in point])))
    return words(sheet.say("picture.told_mark", kind=kind, point=Math("", at)))


def activation_pictures(
    say: Callable[..., Spans], name: str, function: Function, slope: Function, reach: Place = (-5.0, 5.0)
) -> Pictures:
    """A function of one variable with its derivative."""
    labels = (textual(name), Math(r"\text{" + name.replace("_", r"\_") + r"}'", f"{name}'"))
    caption = say("picture.activation", name=name)
    x = typeset_name("x")
    plot = function_plot(
        [(labels[0], function), (labels[1], slope)], reach, (x, Math("", "")), words(caption), caption=caption
    )
    return Pictures((plot,))


def typeset_name(name: str) -> Math:
    """A bare name as a formula."""
    from symdl.formula.notation import Notation

    return typeset(Name(name), Notation())
