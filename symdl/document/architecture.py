"""This module tabulates a network: every line with its shape, how the shape comes about, what is learned."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.graph import Graph
from symdl.core.naming import dim_node, leaf
from symdl.derivation.architecture import Part, parts, windows
from symdl.derivation.step import Answer
from symdl.document.blocks import Block, Heading, Math, Span, Spans, Table
from symdl.document.sheet import Sheet
from symdl.formula.tree import Compare, Node, Number, number, plus, times


def architecture(sheet: Sheet, answer: Answer) -> Iterator[Block]:
    """The table of a network; a bias and an activation stand with the line before."""
    graph = sheet.problem.graph
    known = {row["name"] for row in answer.table if row["role"] == "parameter"}
    of = graph.by_name.get(answer.of, graph.output)
    groups = list(_grouped(graph, parts(graph, of, sheet.problem.lines, known)))
    keys = ("quantity", "computation", "shape", "size", "learned")
    rows = [_row(sheet, group) for group in groups]
    shown = [True, True, True, any(row[3] for row in rows), bool(known)]
    if known:
        total = answer.formula["matrix"]
        rows.append(((sheet.language.word("sheet.total"),), (), (), (), (sheet.math(total),)))
    yield Heading(2, sheet.say("sheet.architecture"), "architecture")
    yield Table(
        _kept(tuple(sheet.say(f"sheet.{key}") for key in keys), shown),
        tuple(_kept(row, shown) for row in rows),
        align="".join(letter for letter, kept in zip("llclr", shown, strict=True) if kept),
    )


def _kept(cells: tuple[Spans, ...], shown: list[bool]) -> tuple[Spans, ...]:
    return tuple(cell for cell, kept in zip(cells, shown, strict=True) if kept)


def _grouped(graph: Graph, listed: list[Part]) -> Iterator[list[Part]]:
    group: list[Part] = []
    for part in listed:
        if group and not _continues(graph, group[-1], part):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _continues(graph: Graph, last: Part, part: Part) -> bool:
    """Whether a line only adds a bias to the line before, or applies a function to it."""
    others = set(graph.leaves[part.var]) - set(part.learned)
    biases = all(len(var.shape) <= 1 for var in part.learned)
    return part.var.shape == last.var.shape and biases and others == {last.var}


def _row(sheet: Sheet, group: list[Part]) -> tuple[Spans, ...]:
    names = _listed([sheet.math(leaf(part.var.label)) for part in group])
    formulas = _listed([sheet.math(part.formula) for part in group if part.formula is not None])
    learned: Spans = ()
    if any(part.learned for part in group):
        sizes = [_product(var.shape) for part in group for var in part.learned]
        total = sum((part.count for part in group), start=0)
        written = sizes[0] if len(sizes) == 1 else plus(*sizes)
        plain = all(isinstance(size, Number) for size in sizes) and len(sizes) == 1
        count = dim_node(total)
        whole = count if plain or not isinstance(total, int) else Compare("=", written, count)
        learned = (sheet.math(whole),)
    return names, formulas, (sheet.shape(group[-1].var.shape),), _sizes(sheet, group), learned


def _sizes(sheet: Sheet, group: list[Part]) -> Spans:
    """The number of windows along each axis, once where the axes are alike."""
    found: dict[Node, None] = {}
    for part in group:
        for axis, window in windows(sheet.problem.graph, part.formula):
            size = part.var.shape[axis] if len(part.var.shape) >= -axis else None
            if isinstance(size, int):
                found[Compare("=", window.formula, number(size))] = None
            elif size is not None:
                found[window.formula] = None
    return _listed([sheet.math(node) for node in found])


def _product(shape: tuple[object, ...]) -> Node:
    factors = [dim_node(size) for size in shape]
    return times(*factors, style="star") if factors else number(1)


def _listed(items: list[Math]) -> Spans:
    spans: list[Span] = []
    for item in items:
        spans.extend((", ", item) if spans else (item,))
    return tuple(spans)
