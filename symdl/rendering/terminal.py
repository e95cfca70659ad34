"""This module prints a document as text: for a terminal, in color where it may be, and for a text file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from symdl.document.blocks import (
    Block,
    Code,
    Diagram,
    Document,
    Figure,
    Formula,
    Heading,
    Math,
    Network,
    Note,
    Paragraph,
    Pictures,
    Row,
    Spans,
    StepBlock,
    Table,
)
from symdl.rendering import breaking
from symdl.rendering.tabulating import NARROWEST, table_of, text_of
from symdl.rendering.view import MARKS, clean, clean_lines, labels, plain, relation, strengths

GUTTER = 5  # columns for the number of a step
INDENT = 2  # of a formula

# Where a line may end that has no operator left: after a factor, else a row of a matrix, else an entry
_ENDS = tuple(map(re.compile, (r"(?<=[\])ᵀ]) (?=[\[(])", r"(?<=\],) (?=\[)", r"(?<=,) ")))

Cells = tuple[str, str, list[str], Text | None]  # left side, relation, lines of the right side, note

_NOTE_STYLES = {"result": "bold green", "warning": "bold red", "convention": "dim", "remark": "dim"}


def transcript(document: Document, width: int = 80, *, color: bool = False) -> str:
    """A document as text of so many columns; NO_COLOR in the environment wins over `color`."""
    colored = color and not os.environ.get("NO_COLOR")
    console = Console(
        file=StringIO(),
        width=max(width, NARROWEST),
        height=NARROWEST,  # nothing depends on it, but else the terminal is asked for it again and again
        force_terminal=colored,
        color_system="truecolor" if colored else None,
        legacy_windows=False,
        force_jupyter=False,  # else a notebook shows the text a second time
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        console.print(Group(*_top(document), *_blocks(document, console.width), *_legend(document)))
    return "\n".join(line.rstrip() for line in capture.get().strip("\n").split("\n")) + "\n"


def _top(document: Document) -> list[RenderableType]:
    lines = [(document.header, "dim"), (document.title, "bold"), (document.source, "dim")]
    return [text_of(spans, style) for spans, style in lines if spans]


def _legend(document: Document) -> list[RenderableType]:
    words = labels(document)
    grid = Grid.grid(padding=(0, 2))
    for strength in strengths(document):
        name = f"{MARKS[strength].plain} {words.get(strength, strength)}"
        grid.add_row(Text(name), Text(words.get(f"{strength}_means", "")), style="dim")
    title = Text(words.get("strengths", ""), style="dim bold")
    return ["", Rule(style="dim"), title, grid] if grid.rows else []


def _blocks(document: Document, width: int) -> list[RenderableType]:
    words = labels(document)
    return [_block(block, words, width) for block in without_drawings(document.blocks)]


def without_drawings(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without drawn graphs, which say what the lines say, and without headings left alone."""
    kept = [
        block
        for block in blocks
        if not (isinstance(block, Pictures) and all(isinstance(p, Diagram | Network) for p in block.parts))
    ]
    following = [*kept, Heading(1, ())][1:]
    return [block for block, after in zip(kept, following, strict=True) if not _is_alone(block, after)]


def _is_alone(block: Block, after: Block) -> bool:
    """Whether nothing stands below a heading."""
    return isinstance(block, Heading) and isinstance(after, Heading) and after.level <= block.level


def _block(block: Block, words: dict[str, str], width: int) -> RenderableType:
    match block:
        case Heading():
            return _heading(block)
        case Paragraph(spans):
            return Group("", text_of(spans))
        case Formula():
            return Group("", _formula(block, width))
        case StepBlock():
            return _step(block, words, width)
        case Table():
            return Group("", table_of(block, width))
        case Note(kind, title, spans):
            return Group("", Panel(text_of(spans), title=_title(title, kind), title_align="left"))
        case Figure(_, alt, caption):
            return Group("", Text(f"[{clean(alt)}]", style="italic"), text_of(caption, "dim"))
        case Pictures(parts, caption):
            return Group(*(_picture(part.alt, part.caption) for part in parts), text_of(caption, "dim"))
        case Code(_, source):
            return Group("", Padding(Text(clean_lines(source)), (0, 0, 0, 4)))


def _picture(alt: str, caption: Spans) -> RenderableType:
    """A picture in words, those of its caption where it says the same."""
    below = text_of(caption, "dim")
    return Group("", below) if below.plain == clean(alt) else Group("", Text(clean(alt)), below)


def _heading(heading: Heading) -> RenderableType:
    text = text_of(heading.spans, "bold")
    if heading.level > 1:
        return Group("", text)
    return Group("", "", text, Text("─" * max(1, text.cell_len), style="dim"))


def _title(spans: Spans, kind: str) -> Text | None:
    return text_of(spans, _NOTE_STYLES[kind]) if spans else None


def _step(step: StepBlock, words: dict[str, str], width: int) -> RenderableType:
    """Number, rule and check on one line where they fit; sentence and formula below, indented."""
    check = Text(f"{MARKS[step.strength].plain} {words.get(step.strength, step.strength)}", style="dim")
    if step.check:
        check.append(f" · {plain(step.check)}")
    number = clean(step.number)
    rule = Text.assemble((f"{number:>{GUTTER - 2}}  ", "bold blue"), text_of(step.title, "bold"))
    room = width - rule.cell_len - check.cell_len
    first = [Text.assemble(rule, " " * room, check)] if room > 1 else [rule, _indented(check, width)]
    sentence = [_indented(text_of(step.sentence), width)] if step.sentence else []
    return Group("", *first, *sentence, _formula(step.formula, width, GUTTER))


def _indented(text: Text, width: int) -> RenderableType:
    """Moved to the right; what fits into a line simply with blanks in front, which is far quicker."""
    if text.cell_len + GUTTER <= width:
        return Text.assemble(" " * GUTTER, text)
    return Padding(text, (0, 0, 0, GUTTER))


def _formula(formula: Formula, width: int, indent: int = 0) -> RenderableType:
    """Rows aligned at their relation, long right sides broken at operators. A left side that takes half the
    line gets a line of its own.
    """
    widest = max((cell_len(_plain(row.left)) for row in formula.rows), default=0)
    inner = width - indent - INDENT
    apart = widest > (inner + INDENT) // 2
    room = inner - (0 if apart else widest) - max((_sign_width(row) for row in formula.rows), default=0)
    cells: list[Cells] = []
    for row in formula.rows:
        if apart and row.left:
            cells.append(("", "", [_plain(row.left)], None))
        right = _broken(row.right.plain, max(room, NARROWEST // 2))
        note = Text.assemble("   ", text_of(row.note, "dim")) if row.note else None
        cells.append(("" if apart else _plain(row.left), relation(row.relation).plain, right, note))
    if any(row.note for row in formula.rows):
        return Padding(_grid(cells), (0, 0, 0, indent + INDENT))
    text = _lines(cells, indent + INDENT)
    fits = all(cell_len(line) <= width for line in text.plain.split("\n"))
    return text if fits else Padding(_lines(cells, 0), (0, 0, 0, indent + INDENT))


def _grid(cells: list[Cells]) -> Grid:
    """Rows in columns, where a note may have to be broken."""
    grid = Grid.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column()
    grid.add_column()
    for left, sign, lines, note in cells:
        right = Text("\n".join(lines), style="cyan")
        if note is not None:
            right.append_text(note)
        grid.add_row(Text(left, style="cyan"), sign, right)
    return grid


def _lines(cells: list[Cells], indent: int) -> Text:
    """The same without notes, as plain lines: far quicker than columns."""
    widest = max((cell_len(left) for left, *_ in cells), default=0)
    widest_sign = max((cell_len(sign) for _, sign, *_ in cells), default=0)
    text, start = Text(), "\n" + " " * indent
    blank = start + " " * (widest + widest_sign + 2)
    for left, sign, lines, _ in cells:
        text.append(start if text else start[1:]).append(" " * (widest - cell_len(left)) + left, style="cyan")
        text.append(f" {sign}{' ' * (widest_sign - cell_len(sign))} ")
        text.append(blank.join(lines), style="cyan")
    return text


def _plain(math: Math | None) -> str:
    return clean(math.plain) if math else ""


def _sign_width(row: Row) -> int:
    """What the relation takes from the line, with a blank on either side."""
    return cell_len(relation(row.relation).plain) + 2


def _broken(formula: str, room: int) -> list[str]:
    """A formula in plain letters as lines; one drawn over several lines stays as it is."""
    drawn = clean_lines(formula).split("\n")
    if len(drawn) > 1:
        return drawn
    lines = breaking.lines(clean(formula), room, cell_len, start="")
    return [part for line in lines for part in _folded(line, room)]


def _folded(line: str, room: int) -> list[str]:
    """A line that has no operator left to break at, as lines within their room."""
    parts = []
    while cell_len(line) > room:
        spots = ([found.end() for found in end.finditer(line)] for end in _ENDS)
        fitting = ([spot for spot in ends if cell_len(line[:spot].rstrip()) <= room] for ends in spots)
        last = next((ends[-1] for ends in fitting if ends), 0)
        if not last:
            break
        parts.append(line[:last].rstrip())
        line = line[last:]
    return [*parts, line]
