"""This module renders a document as Markdown with TeX between dollar signs, as GitHub and Jupyter read it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import replace

from symdl.document.blocks import (
    Block,
    Code,
    Document,
    Figure,
    Formula,
    Heading,
    Math,
    Note,
    Paragraph,
    Pictures,
    Spans,
    StepBlock,
    Table,
)
from symdl.rendering.formula_images import Address
from symdl.rendering.latex import aligned
from symdl.rendering.layout import Line, SetRow, set_rows
from symdl.rendering.pictures.scenes import scenes
from symdl.rendering.pictures.svg import svg
from symdl.rendering.theme import Theme
from symdl.rendering.view import MARKS, clean, clean_lines, labels, strengths
from symdl.rendering.viewers import safe

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|$~&])")
_LEADING = re.compile(r"\A(\d{1,9}(?=[.)])|(?=[-+=]))")
_COMMANDS = re.compile(r"[\\{}$%#&_^~]")
_OUTERMOST = re.compile(r"<svg\b[^>]*>")
_ALIGN = {"l": ":--", "c": ":-:", "r": "--:"}


def embedded(svg: str) -> str:
    """The address of a picture that stands in the text itself."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def markdown_text(document: Document, theme: Theme, address: Address = embedded) -> str:
    """A document as Markdown; `address` says where it finds a picture given as SVG."""
    parts = [*top(document, theme), *(shown(block, document, theme, address) for block in document.blocks)]
    return directed("\n\n".join([*parts, *legend(document)]), document.direction) + "\n"


def directed(text: str, direction: str) -> str:
    """Markdown that runs from the right where it must: viewers take every page for one from the left."""
    return f'<div dir="rtl">\n\n{text}\n\n</div>' if direction == "rtl" else text


def escape(text: str) -> str:
    r"""Text in which nothing means anything to Markdown or HTML.

    >>> escape("a_b < 2*c")
    'a\\_b \\< 2\\*c'
    """
    return _SPECIAL.sub(r"\\\1", clean(text))


def top(document: Document, theme: Theme) -> list[str]:
    """Course, title, source."""
    header = [_running(document.header, theme)] if document.header else []
    source = [_running(document.source, theme)] if document.source else []
    return [*header, f"# {_spans(document.title, theme)}", *source]


def legend(document: Document) -> list[str]:
    """What the marks of the steps mean."""
    words = labels(document)
    entries = [
        f"- {MARKS[strength].plain} {escape(words.get(strength, strength))}: "
        f"{escape(words.get(f'{strength}_means', ''))}"
        for strength in strengths(document)
    ]
    return ["---", f"**{escape(words.get('strengths', ''))}**", "\n".join(entries)] if entries else []


def shown(block: Block, document: Document, theme: Theme, address: Address = embedded) -> str:
    """One block."""
    match block:
        case Heading(level, spans):
            return f"{'#' * min(1 + max(1, level), 6)} {_spans(spans, theme)}"
        case Paragraph(spans):
            return _running(spans, theme)
        case Formula():
            return _formula(block, theme)
        case StepBlock():
            return _step(block, labels(document), theme)
        case Table():
            return _table(block, theme)
        case Note(_, title, spans):
            name = f"**{_spans(title, theme)}** " if title else ""
            return f"> {name}{_spans(spans, theme)}"
        case Figure(picture, alt, caption):
            return _pictured(picture, alt, caption, theme, address)
        case Pictures(_, caption):
            shown_parts = [scene for row in scenes(block, theme) for scene in row]
            parts = [_pictured(svg(s.drawing, theme), s.alt, s.caption, theme, address) for s in shown_parts]
            return "\n\n".join([*parts, *([_running(caption, theme)] if caption else [])])
        case Code(language, source):
            code = _fenced(language, clean_lines(source))
            return f'<div dir="ltr">\n\n{code}\n\n</div>' if document.direction == "rtl" else code


def _pictured(picture: str, alt: str, caption: Spans, theme: Theme, address: Address) -> str:
    """A picture on the ground of its theme, as viewers may have a dark one, and its caption."""
    ground = f'<rect width="100%" height="100%" fill="{theme.colors["paper"]}"/>'
    grounded = _OUTERMOST.sub(lambda found: found[0] + ground, picture, count=1)
    image = f"![{escape(alt)}]({address(grounded)})"
    return "\n\n".join([image, *([_running(caption, theme)] if caption else [])])


def _spans(spans: Spans, theme: Theme) -> str:
    return "".join(
        f"${safe(span.tex, theme.colors).strip()}$" if isinstance(span, Math) else escape(span)
        for span in spans
    )


def _running(spans: Spans, theme: Theme) -> str:
    """A paragraph, which must not begin like a list."""
    return _LEADING.sub(r"\1\\", _spans(spans, theme).strip())


def _formula(formula: Formula, theme: Theme) -> str:
    rows = [_unscaled(row) for row in set_rows(formula, theme, theme.measure)]
    body = safe(aligned(rows, _beside), theme.colors)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _beside(note: Spans) -> str:
    """A remark at the end of a row: its words as letters between its formulas."""
    parts = [span.tex if isinstance(span, Math) else _letters(span) for span in note]
    return rf"\qquad {' '.join(parts)}"


def _letters(words: str) -> str:
    return rf"\text{{{_COMMANDS.sub(' ', clean(words))}}}"


def _unscaled(row: SetRow) -> SetRow:
    """A row at full size: viewers scroll, and know no `scalebox`."""
    head = Line(row.head.math) if row.head else None
    return replace(row, head=head, right=tuple(Line(line.math) for line in row.right))


def _step(step: StepBlock, words: dict[str, str], theme: Theme) -> str:
    strength = f"{MARKS[step.strength].plain} {escape(words.get(step.strength, step.strength))}"
    how = f" · {_spans(step.check, theme)}" if step.check else ""
    first = f"**{escape(step.number)}. {_spans(step.title, theme)}** ({strength}{how})"
    sentence = [_running(step.sentence, theme)] if step.sentence else []
    formula = [_formula(step.formula, theme)] if step.formula.rows else []
    return "\n\n".join([first, *sentence, *formula])


def _table(table: Table, theme: Theme) -> str:
    columns = max([len(table.header), *(len(row) for row in table.rows)])
    align = (table.align + "l" * columns)[:columns]
    header = table.header or ((),) * columns
    lines = [_line(header, theme), _cells(_ALIGN[letter] for letter in align)]
    caption = [_running(table.caption, theme)] if table.caption else []
    return "\n\n".join([*caption, "\n".join([*lines, *(_line(row, theme) for row in table.rows)])])


def _line(cells: Iterable[Spans], theme: Theme) -> str:
    return _cells(_spans(cell, theme) for cell in cells)


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _fenced(language: str, source: str) -> str:
    """Program text between fences longer than any in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", source)), default=0))
    return f"{fence}{re.sub('[^A-Za-z0-9]', '', language)}\n{source}\n{fence}"
