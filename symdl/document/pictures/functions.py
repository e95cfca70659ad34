"""This module composes pictures of functions: with their stationary points, with their derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from symdl.core.constants import number_at
from symdl.core.evaluation import compile_graph
from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Mark, Math, Pictures, Place, Plot, Spans
from symdl.document.language import textual, typeset
from symdl.document.lines.values import number_node
from symdl.document.pictures.constraints import borders_of, limited
from symdl.document.pictures.curves import Function, Overlay, finite_value, function_plot, surface_plot
from symdl.document.pictures.graphs import words
from symdl.document.sheet import Sheet
from symdl.formula.notation import Notation
from symdl.formula.tree import Name
from symdl.formula.tree import names as variables

MARKS = ("minimum", "maximum", "saddle")


def function_of(
    sheet: Sheet,
    of: str,
    entries: Sequence[tuple[str, tuple[int, ...]]],
    held: Mapping[str, Any] | None = None,
) -> Function | None:
    """A quantity as a function of some entries of the inputs, all else as given, or as `held` by an earlier
    run; None where it is not.
    """
    graph = sheet.problem.whole or sheet.problem.graph
    if of not in graph.by_name:
        graph = sheet.problem.graph
    known = {var.name: value for var, value in sheet.derivation.values.items()} | dict(held or {})
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


def stationary_pictures(sheet: Sheet, answer: Answer) -> Iterator[Block]:
    """A function of one or two variables with its stationary points, each marked by what it is, beside the
    table of them.
    """
    point = answer.table[0]["point"]
    entries = [(name, place) for name, value in point.items() for place in np.ndindex(np.shape(value))]
    function = function_of(sheet, answer.of, entries) if len(entries) <= 2 else None
    if function is not None:
        yield Pictures((_stationary(sheet, answer, entries, function),), beside=1)


def _stationary(
    sheet: Sheet, answer: Answer, entries: Sequence[tuple[str, tuple[int, ...]]], function: Function
) -> Plot:
    names = tuple(name for name, _ in entries)
    points = [
        tuple(float(v) for value in row["point"].values() for v in np.ravel(value)) for row in answer.table
    ]
    seen = [*points, *(() if any(place for _, place in entries) else tried(sheet, answer, names))]
    seen += _level_ends(sheet, answer)
    own = _own_box(sheet, answer)
    reaches = own or [_around([point[k] for point in seen]) for k in range(len(names))]
    axes = [sheet.math(leaf(str(entry_label(name, place)))) for name, place in entries]
    told = words(sheet.say("picture.told_stationary", of=leaf(answer.of)))
    kinds = [str(row["kind"]) for row in answer.table]
    told += " " + " ".join(_told_point(sheet, p, kind) for p, kind in zip(points, kinds, strict=True))
    marks = tuple(
        Mark(
            (p[0], p[1] if len(p) > 1 else finite_value(function, p[0])),
            textual(sheet.language.word(f"function.{kind}")) if len(points) <= 6 else None,
            kind if kind in MARKS else "point",  # type: ignore[arg-type]
        )
        for p, kind in zip(points, kinds, strict=True)
    )
    if len(names) == 1:
        caption = sheet.say("picture.curve_stationary", of=leaf(answer.of))
        value = sheet.math(leaf(answer.of))
        return function_plot(
            [(None, function)], reaches[0], (axes[0], value), told, Overlay(caption, marks=marks)
        )
    found = borders_of(sheet, answer)
    key = "stationary" if not found else "equations" if all(each.equation for each in found) else "feasible"
    caption = sheet.say(f"picture.surface_{key}", of=leaf(answer.of))
    drawn = surface_plot(
        function, (reaches[0], reaches[1]), (axes[0], axes[1]), told, Overlay(caption, marks=marks)
    )
    return limited(sheet, drawn, found, entries)


def _own_box(sheet: Sheet, answer: Answer) -> Sequence[Place]:
    """The box that the author names, the sides of the picture."""
    step = next((step for step in sheet.derivation.steps if step.id == f"{answer.id}.points"), None)
    own = None if step is None else step.because.facts.get("own")
    return () if own is None else tuple(own.box)


def _level_ends(sheet: Sheet, answer: Answer) -> list[tuple[float, ...]]:
    """The ends of the intervals on which a function of one variable is constant."""
    steps = [step for step in sheet.derivation.steps if step.id.startswith(f"{answer.id}.level")]
    return [(number_at(end)[0],) for step in steps for end in step.because.facts["ends"]]


def tried(sheet: Sheet, answer: Answer, names: Sequence[str]) -> Iterator[tuple[float, ...]]:
    """The points that the cases of a problem with constraints led to, solutions or not."""
    for step in sheet.derivation.steps:
        case = step.because.facts.get("case") if step.id.startswith(f"{answer.id}.case") else None
        values = [case.values[name] for name in names if name in case.values] if case is not None else []
        if len(values) == len(names) and not any(variables(value) - {"e", "pi"} for value in values):
            yield tuple(number_at(value)[0] for value in values)


def _around(values: Sequence[float]) -> Place:
    """A range around stationary points, which shows the function on either side of each."""
    low, high = min(values), max(values)
    air = max(0.55 * (high - low), 1.0)
    return low - air, high + air


def _told_point(sheet: Sheet, point: Sequence[float], kind: str) -> str:
    at = words(tuple(sheet.language.joined([sheet.math(number_node(x, sheet.digits)) for x in point])))
    return words(sheet.say("picture.told_mark", kind=kind, point=Math("", at)))


def activation_pictures(
    say: Callable[..., Spans], name: str, function: Function, slope: Function, reach: Place = (-5.0, 5.0),
    large: bool = True,
) -> Pictures:  # fmt: skip
    """A function of one variable with its derivative."""
    labels = (textual(name), textual(words(say("picture.slope"))))
    caption = say("picture.activation", name=name)
    x = typeset_name("x")
    plot = function_plot(
        [(labels[0], function), (labels[1], slope)],
        reach,
        (x, Math("", "")),
        words(caption),
    )
    return Pictures((plot,), beside=4, share=0.32 if large else 0.24)


def loss_pictures(
    say: Callable[..., Spans], name: str, function: Function, slope: Function, reach: Place
) -> Pictures:
    """A loss of one prediction with its derivative."""
    labels = (textual(name), textual(words(say("picture.slope"))))
    caption = say("picture.loss", name=name)
    curves = [(labels[0], function), (labels[1], slope)]
    return Pictures(
        (function_plot(curves, reach, (typeset_name("p"), Math("", "")), words(caption)),), beside=4
    )


def typeset_name(name: str) -> Math:
    """A bare name as a formula."""
    return typeset(Name(name), Notation())
