"""This module composes the end of a sheet: its results, and the numeric check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from symdl.core.naming import array_node, leaf
from symdl.derivation.step import Answer, Step
from symdl.document.blocks import Block, Formula, Heading, Math, Paragraph, Row, Span, Spans, Table
from symdl.document.language import typeset
from symdl.document.lines.laying import LONG, SHORT, laid
from symdl.document.lines.powers import drawn_out
from symdl.document.lines.repetition import TERMS
from symdl.document.lines.shortening import too_broad
from symdl.document.lines.values import number_node, value_node
from symdl.document.pictures.functions import stationary_pictures
from symdl.document.rows import joined, rounded
from symdl.document.sheet import Sheet
from symdl.formula.series import gathered
from symdl.formula.tree import Array, Compare, Node, Partial, Transpose
from symdl.formula.walking import walk
from symdl.text import Text

LARGE = 6  # entries of a result whose numbers are not printed a second time
SHOWN = ("value", "gradient", "derivative", "jacobian", "hessian", "hessian_vector", "taylor")


def results(sheet: Sheet) -> Iterator[Block]:
    """Every result with its formula and its value; numbers of large ones stay where they were found."""
    rows = [
        row
        for answer in sheet.derivation.answers
        if answer.kind in SHOWN
        for row in joined(list(_answer_rows(sheet, answer)))
    ]
    lines = [
        (answer, line)
        for answer in sheet.derivation.answers
        if _is_cited(sheet, answer) and (line := _line_of(sheet, answer)) is not None
    ]
    if rows or (lines and sheet.very_long):
        yield Heading(2, sheet.say("phase.results"), "results")
    if rows:
        yield Formula(tuple(rows), flowing=True)
    if lines:
        yield Paragraph(_told_in(sheet, lines))


def _told_in(sheet: Sheet, lines: Sequence[tuple[Answer, str]]) -> Spans:
    """The lines that have the numbers of large results; which are which, where nothing else says it here."""
    if sheet.long:
        of = {answer.left.of if isinstance(answer.left, Partial) else None for answer, _ in lines}
        common = of.pop() if len(of) == 1 and len(lines) > 1 else None
        by_line: dict[str, list[Node]] = {}
        for answer, line in lines:
            by_line.setdefault(line, []).extend(_named(answer, alone=common is None))
        told = [
            Text("sheet.of_line", {"names": tuple(names), "line": line}) for line, names in by_line.items()
        ]
        if common is not None:
            return sheet.say("sheet.gradients_in", of=common, lines=tuple(told))
        return sheet.say("sheet.results_in", lines=tuple(told))
    found = tuple(map(sheet.language.prose_number, dict.fromkeys(line for _, line in lines)))
    if len(lines) == 1:
        return sheet.say("sheet.numbers_in_one", line=found[0])
    return sheet.say("sheet.numbers_in", lines=found)


def _named(answer: Answer, alone: bool) -> tuple[Node, ...]:
    """What a result is called, or where all are derivatives of one quantity that by which it is one."""
    if answer.left is None:
        return ()
    return (answer.left,) if alone or not isinstance(answer.left, Partial) else answer.left.by


def _line_of(sheet: Sheet, answer: Answer) -> str | None:
    """The number of the line that has the formula and the value of a result already."""
    if answer.kind != "gradient" or sheet.request.detail != "lecture":
        return None
    if not {sheet.request.view, "matrix", "scalar", "index"} & answer.formula.keys():
        return None
    id = f"backward.{answer.of}.{answer.by}"
    step = next((step for step in sheet.derivation.steps if step.id == id), None)
    known = step is not None and sheet.shows(step) and np.shape(step.value) == np.shape(answer.value)
    return sheet.numbers[id] if known else None


def _is_cited(sheet: Sheet, answer: Answer) -> bool:
    """Whether the line of a result is cited for its numbers: large ones, on very long sheets all."""
    return sheet.very_long or np.size(answer.value) > LARGE


def _answer_rows(sheet: Sheet, answer: Answer) -> Iterator[Row]:
    """The formula of a result and its value, as far as no line has them; on a long sheet the value only."""
    if answer.left is None:
        return
    found, large = _line_of(sheet, answer) is not None, _is_cited(sheet, answer)
    if found and sheet.long:
        if not large:
            yield from _value_row(sheet, answer, typeset(answer.left, sheet.plain_notation))
        return
    left = typeset(answer.left, sheet.plain_notation)
    views = (sheet.request.view, "matrix", "scalar", "index") if answer.kind != "value" else ()
    view = next((view for view in views if view in answer.formula), None)
    if view is not None and answer.value is not None and too_broad(answer.formula[view]):
        view = None
    if view is not None:
        yield Row(left, "=", sheet.math(_gathered(sheet, answer.formula[view])))
    if view in ("matrix", "scalar") and answer.composed is not None and _rests(answer.formula[view]):
        yield Row(None, "=", sheet.math(_gathered(sheet, answer.composed)))
    if not (found and large):
        said = None if view is None else sheet.math(answer.formula[view]).plain
        yield from _value_row(sheet, answer, left if view is None else None, said)


def _value_row(sheet: Sheet, answer: Answer, left: Math | None, said: str | None = None) -> Iterator[Row]:
    """The value of a result, unless its formula says it."""
    alone = answer.kind == "hessian" and np.size(answer.value) == 1  # a second derivative, not a matrix
    value = np.asarray(answer.value).item() if alone else answer.value
    result = value_node(value, sheet.digits, answer.exact)
    if result is not None and sheet.math(result).plain != said:
        relation = "≈" if answer.exact is None and rounded(result, value) else "="
        yield Row(left, relation, sheet.math(laid(drawn_out(result), least=SHORT if sheet.long else LONG)))


def _gathered(sheet: Sheet, node: Node) -> Node:
    """A formula with long sums of terms of one form as bound sums."""
    return node if sheet.thorough else gathered(node, sheet.letter, TERMS)


def _rests(formula: Node) -> bool:
    """Whether a formula rests on gradients of other lines, which can be put in."""
    return any(isinstance(part, Partial) for part in walk(formula, closed=(Partial,)))


def point_tables(sheet: Sheet) -> Iterator[Block]:
    """The stationary points of each function, with what they are, and where they lie."""
    for answer in sheet.derivation.answers:
        if answer.kind != "stationary" or not answer.table:
            continue
        if "multipliers" in answer.table[0]:
            keys: tuple[str, ...] = ("point", "value", "multipliers")
            rows = tuple(_kkt_row(sheet, row) for row in answer.table)
            yield Table(tuple(sheet.say(f"sheet.{key}") for key in keys), rows, align="lrl")
        else:
            alone = all(len(row["point"]) == len(row["eigenvalues"]) == 1 for row in answer.table)
            keys = ("point", "value", "second_derivative" if alone else "eigenvalues", "kind")
            rows = tuple(_point_row(sheet, row) for row in answer.table)
            yield Table(tuple(sheet.say(f"sheet.{key}") for key in keys), rows, align="lrrl")
        if sheet.request.detail != "answer":
            yield from stationary_pictures(sheet, answer)


def _point_row(sheet: Sheet, row: Mapping[str, Any]) -> tuple[Spans, ...]:
    entries = [float(v) for values in row["point"].values() for v in np.ravel(values)]
    point = Array(tuple(number_node(v, sheet.digits) for v in entries))
    values: list[Span] = [sheet.math(number_node(v, sheet.digits)) for v in row["eigenvalues"]]
    return (
        (sheet.math(point.items[0] if len(entries) == 1 else Transpose(point)),),
        (sheet.math(number_node(row["value"], sheet.digits)),),
        tuple(sheet.language.joined(values)), (sheet.language.word(f"function.{row['kind']}"),),
    )  # fmt: skip


def _kkt_row(sheet: Sheet, row: Mapping[str, Any]) -> tuple[Spans, ...]:
    """A point that satisfies the KKT conditions, with its multipliers."""
    point = array_node([number_node(v, sheet.digits) for v in row["point"].values()], (len(row["point"]),))
    multipliers: list[Span] = [
        sheet.math(Compare("=", leaf(name), number_node(value, sheet.digits)))
        for name, value in row["multipliers"].items()
    ]
    value = sheet.math(number_node(row["value"], sheet.digits))
    return (sheet.math(Transpose(point)),), (value,), tuple(sheet.language.joined(multipliers))


def likelihood_table(sheet: Sheet) -> Iterator[Block]:
    """Each of several distributions with its loss, its link, and the gradient behind the link."""
    asked = [answer for answer in sheet.derivation.answers if answer.kind == "likelihood"]
    if len(asked) < 2:
        return
    yield Heading(2, sheet.say("phase.likelihoods"), "likelihoods")
    lines = {step.id: step for step in sheet.derivation.steps}
    keys, rows = ("loss", "link", "gradient"), []
    for answer in asked:
        cells: list[Spans] = [(sheet.language.word(f"distribution.{answer.of}"),)]
        for key in keys:
            step = lines.get(f"{answer.id}.{key}")
            cells.append(() if step is None else (_statement(sheet, step),))
        rows.append(tuple(cells))
    header = tuple(sheet.say(f"sheet.{key}") for key in ("distribution", *keys))
    yield Table(header, tuple(rows), align="llll")


def _statement(sheet: Sheet, step: Step) -> Span:
    """The left side of a step and its last row."""
    assert step.left is not None
    return typeset(Compare("=", step.left, step.lines[-1][1]), sheet.plain_notation)


def check_tables(sheet: Sheet) -> Iterator[Block]:
    """Derived and numeric derivatives side by side."""
    for answer in sheet.derivation.answers:
        if answer.kind == "check" and answer.table:
            yield Heading(2, sheet.say("phase.check"), "check")
            yield Paragraph(sheet.say("phase.check_intro"))
            header = tuple(sheet.say(f"sheet.{key}") for key in ("entry", "derived", "numeric", "error"))
            yield Table(
                header, tuple(_check_row(sheet, answer.of, row) for row in answer.table if "entry" in row),
                align="lrrr",
            )  # fmt: skip
            swept = [row for row in answer.table if "h" in row]
            if swept:
                from symdl.document.pictures.sweeping import sweep_blocks  # which few problems ask for

                yield from sweep_blocks(sheet, swept)


def _check_row(sheet: Sheet, of: str, row: Mapping[str, Any]) -> tuple[Spans, ...]:
    names = [typeset(leaf(name), sheet.plain_notation) for name in (of, row["entry"])]
    entry = Math(  # on one line, as rows of a table are low
        r" / ".join(rf"\partial {name.tex}" for name in names), "/".join(f"∂{name.plain}" for name in names)
    )
    derived, numeric = (sheet.math(number_node(row[key], 7)) for key in ("derived", "numeric"))
    return (entry,), (derived,), (numeric,), (sheet.math(number_node(row["error"], 1)),)
