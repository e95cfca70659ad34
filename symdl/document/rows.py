"""This module sets the lines of a step as rows: left side, relation, right side, short rows joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symdl.core.indexing import evaluate
from symdl.derivation.explanation import FACTORS
from symdl.derivation.step import Step
from symdl.document.blocks import Formula, Math, Row
from symdl.document.language import typeset
from symdl.document.lines.arithmetic import exact
from symdl.document.lines.chain import Chain
from symdl.document.lines.equal import told_equal
from symdl.document.lines.folding import outlined
from symdl.document.lines.laying import LONG, SHORT, height, laid
from symdl.document.lines.likewise import is_block
from symdl.document.lines.picking import (
    ALONE,
    CROWDED,
    FEW,
    LETTERS,
    MOST,
    NUMBERS,
    is_heavy,
    is_numberless,
    lightened,
    unvalued,
)
from symdl.document.lines.powers import drawn_out
from symdl.document.lines.repetition import gathered
from symdl.document.lines.shortening import GAP, too_broad
from symdl.document.lines.values import shaped
from symdl.document.lines.working import brief, told_shortly
from symdl.document.notation import function_spellings
from symdl.document.sheet import Sheet
from symdl.formula.notation import Notation
from symdl.formula.tree import Array, Marked, Node, Product, Sum

SHAPED = frozenset({"rule.affine", *FACTORS, *(f"{rule}_inside" for rule in FACTORS)})
SYMBOLIC = frozenset({"chain", "paths", "common"})  # rows of derivative symbols: no δ in them
OWN = ("lesson", "finding")  # phases in the notation of the library
SIGNS = {"<": "<", ">": ">", "<=": "≤", ">=": "≥", "~": "≈"}  # of rows that bring their own
TEX_SIGNS = {"≈": r"\approx", "≤": r"\le", "≥": r"\ge"}
ROOM = 46  # letters of plain text that share a row


def step_formula(sheet: Sheet, step: Step) -> Formula:
    """All rows of a step, one chain of equalities after another, short ones side by side; an entry that is
    worked stands beside a line without remarks, if that is short.
    """
    rows = list(step_rows(sheet, step))
    chains = sum(row.left is not None for row in rows)
    beside = sheet.long and chains > 1 and len(rows) <= chains + 1 and not any(row.note for row in rows)
    return Formula(tuple(rows), flowing=beside and step.phase in ("forward", "backward"))


def step_rows(sheet: Sheet, step: Step) -> Iterator[Row]:
    """All rows of a step."""
    for chain in _told(sheet, step):
        yield from joined(list(_chain_rows(sheet, step, chain)))


def short_rows(sheet: Sheet, steps: Sequence[Step]) -> Iterator[Row]:
    """The rows of lines that go like others, without remarks and sizes; columns stand beside matrices."""
    told = [(step, chain) for step in steps for chain in _told(sheet, step)]
    tallest = height(node for _, chain in told for kind, node in chain.rows if kind == "result")
    for step, chain in told:
        yield from (replace(row, note=()) for row in _chain_rows(sheet, step, chain, tallest))


def _told(sheet: Sheet, step: Step) -> Iterator[Chain]:
    """The chains of a step as far as the sheet tells them."""
    for chain in sheet.writer.chains(step):
        if step.id in sheet.equals:
            yield told_equal(chain, sheet.equals[step.id])
            continue
        if sheet.tabled is not None and sheet.tabled.has(step):
            named = unvalued(chain)
            yield replace(named, rows=named.rows[:1]) if step.claim.out == sheet.tabled.states else named
            continue
        if not sheet.thorough:
            chain = gathered(chain, sheet.letter)
        if step.id in sheet.unworked:
            chain = told_shortly(chain, step.phase == "forward", step.id not in sheet.valueless)
        if sheet.request.detail == "outline":
            chain = outlined(chain)
        yield from _eased(sheet, step, chain) if sheet.long else (chain,)


def _eased(sheet: Sheet, step: Step, chain: Chain) -> Iterator[Chain]:
    """A chain of a long sheet; one entry is worked instead of many, and stands for a large array."""
    chain = brief(chain)
    if step.id in sheet.valueless and step.id not in sheet.unworked:
        formulas = unvalued(chain)
        room = ALONE if is_block(step) else NUMBERS
        yield formulas
        yield from sheet.writer.picked(step, room) if formulas != chain else ()
        return
    few, most = (FEW, CROWDED) if sheet.very_long else (MOST, MOST)
    first = step.id not in sheet.unworked and (step.phase == "forward" or not sheet.very_long)
    wanted = (is_heavy(chain, few) or (first and is_numberless(chain))) and not _was_worked(sheet, step)
    picked = tuple(sheet.writer.picked(step, NUMBERS if sheet.very_long else LETTERS)) if wanted else ()
    yield lightened(chain) if picked or is_heavy(chain, most) else chain
    yield from picked


def _was_worked(sheet: Sheet, step: Step) -> bool:
    """Whether a gradient of a very long sheet comes by a rule that was worked with numbers before."""
    return sheet.very_long and step.phase == "backward" and sheet.first_uses[step.because.key] != step.id


def _chain_rows(sheet: Sheet, step: Step, chain: Chain, tallest: int = 0) -> Iterator[Row]:
    left: Math | None = _left(sheet, step, chain.left)
    before: Math | None = None
    if isinstance(chain.left, Array):
        tallest = len(chain.left.items)  # a column stands by a column
    for kind, node in chain.rows:
        approximate = (
            kind == "result"
            and sheet.derivation.conventions.rounding == "show"
            and rounded(node, chain.value)
        )
        sized = sheet.request.view == "matrix" and step.id not in sheet.unworked
        if kind == "line" and sized and step.because.key in SHAPED:
            node = shaped(node, sheet.writer.shapes)
        if kind == "chain" and step.phase == "backward":
            node = gradients_marked(node, sheet.gradient_names(step))
        if kind != "result" and chain.value is not None and too_broad(node):
            continue  # its entries have lines of their own
        shown = laid(drawn_out(node), tallest, SHORT if sheet.long else LONG, sheet.notation.longest)
        right = typeset(shown, notation(sheet, step, kind))
        if before is not None and right.plain == before.plain:
            continue  # no row where nothing changes
        if kind == "numbers" and GAP in right.plain:
            continue  # numbers that are left out say nothing
        note = sheet.say(f"move.{kind}") if sheet.language.has(f"move.{kind}") else ()
        sign = "≈" if approximate else SIGNS.get(kind, "=")
        yield Row(left, sign, right, note)
        left, before = None, right


def notation(sheet: Sheet, step: Step, kind: str = "") -> Notation:
    """The notation of a row: that of the problem; of the library in what holds for every problem."""
    if step.phase in OWN:
        return Notation(functions=function_spellings(), local=True)
    return sheet.plain_notation if kind in SYMBOLIC else sheet.notation


def gradients_marked(node: Node, names: tuple[str | None, str | None]) -> Node:
    """Upstream times local gradient in their colors, and the first of them with their names below."""
    if isinstance(node, Sum):
        first, *rest = node.terms
        others = tuple(gradients_marked(term, (None, None)) for term in rest)
        return Sum((gradients_marked(first, names), *others))
    if isinstance(node, Product) and len(node.factors) == 2:
        upstream, local = node.factors
        marked = (Marked(upstream, "upstream", names[0]), Marked(local, "local", names[1]))
        return Product(marked, node.styles)
    return node


def _left(sheet: Sheet, step: Step, node: Node) -> Math:
    """The left side; an adjoint with a name of its own is introduced by it."""
    if step.phase in OWN:
        return typeset(node, notation(sheet, step))
    named, plain = typeset(node, sheet.notation), typeset(node, sheet.plain_notation)
    if step.phase == "backward" and named.tex != plain.tex:
        return Math(f"{named.tex} = {plain.tex}", f"{named.plain} = {plain.plain}")
    return plain if step.phase == "likelihood" else named


def joined(rows: list[Row]) -> Iterator[Row]:
    """Rows put side by side while they are short: `a = x² = 2² = 4`."""
    current: Row | None = None
    for row in rows:
        if current is None:
            current = row
        elif not current.note and len(current.right.plain) + len(row.right.plain) <= ROOM and not row.note:
            current = Row(current.left, current.relation, beside(current.right, row))
        else:
            yield current
            current = row
    if current is not None:
        yield current


def beside(left: Math, row: Row) -> Math:
    """A right side followed by the next row's."""
    sign = TEX_SIGNS.get(row.relation, row.relation)
    return Math(f"{left.tex} {sign} {row.right.tex}", f"{left.plain} {row.relation} {row.right.plain}")


def rounded(node: Node, value: Any) -> bool:
    """Whether a result as printed differs from the value."""
    if value is None:
        return False
    printed = [evaluate(exact(item)) for item in entries(node)]
    values = np.ravel(np.asarray(value, dtype=float))
    if len(printed) != len(values):
        return True
    return any(
        p is None or abs(float(p) - v) > 1e-12 * max(1.0, abs(v))
        for p, v in zip(printed, values, strict=True)
    )


def entries(node: Node) -> Iterator[Node]:
    """The entries of an array literal, row by row."""
    if isinstance(node, Array):
        for item in node.items:
            yield from entries(item)
    else:
        yield node
