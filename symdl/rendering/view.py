"""This module defines what a template may see: a document as plain strings, numbers, lists and dicts.

A template is a teacher's file, or a file from the web, so no object with methods reaches it. What a span or
a formula becomes differs by format; a format gives a `Speller`, and the rest is walked here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

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
    Strength,
    Table,
)
from symdl.rendering.abreast import Arranged, Beside, Tables
from symdl.resources import names_in, read_toml

View = str | int | float | bool | list["View"] | dict[str, "View"]

# A mark is read with its word, beside it or in the legend, and differs in shape, never in color alone.
MARKS: dict[Strength, Math] = {
    "definition": Math(r"\coloneqq", "≔"),
    "proved": Math(r"\blacksquare", "■"),
    "checked": Math(r"\checkmark", "✓"),
    "convention": Math(r"\lozenge", "◊"),
    "undecided": Math(r"\square", "□"),
}

RUNNING = {"title": 66, "header": 44}  # characters in the running head of a page, on one line
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACES = re.compile(r"[ \t\n\u2028\u2029]+")

_RELATIONS = {
    "≈": r"\approx", "≠": r"\neq", "≤": r"\leq", "≥": r"\geq", "≔": r"\coloneqq", "→": r"\to",
    "←": r"\leftarrow", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "≡": r"\equiv", "∈": r"\in",
    "∝": r"\propto",
}  # fmt: skip
_PLAIN_RELATIONS = {tex: plain for plain, tex in _RELATIONS.items()}


def clean(text: str) -> str:
    r"""Text without control characters and without marks that reorder what is read.

    >>> clean("a\u202eb\x07\n c")
    'ab c'
    """
    return _SPACES.sub(" ", _UNSEEN.sub("", text))


def clean_lines(text: str) -> str:
    """Program text without control characters, its line ends and indentation kept."""
    return "\n".join(_UNSEEN.sub("", line).expandtabs(4) for line in text.splitlines())


def relation(sign: str) -> Math:
    r"""A relation sign in TeX and in plain text, whichever of the two it was given in.

    >>> relation("≈").tex, relation(r"\leq").plain
    ('\\approx', '≤')
    """
    return Math(_RELATIONS.get(sign, sign), _PLAIN_RELATIONS.get(sign, sign))


def plain(spans: Spans) -> str:
    """Running text with its formulas in plain letters."""
    return clean("".join(span.plain if isinstance(span, Math) else span for span in spans))


def shortened(text: str, room: int = RUNNING["title"]) -> str:
    """What of a text stands in the running head of a page; it ends with a whole word.

    >>> shortened("a title of some words", 16), shortened("short"), len(shortened("x" * 1000))
    ('a title of some…', 'short', 66)
    """
    if len(text) <= room:
        return text
    cut = text[: room - 1] if text[room - 1].isspace() else text[: room - 1].rpartition(" ")[0]
    return (cut or text[: room - 1]).rstrip(" ,;:.–-،؛") + "…"


def alone(spans: Spans) -> Math | None:
    """The formula that is all there is, or none."""
    return spans[0] if len(spans) == 1 and isinstance(spans[0], Math) else None


def spoken(math: Math) -> str:
    """A formula for readers who listen."""
    return clean(math.plain if math.spoken is None else math.spoken)


def labels(document: Document) -> dict[str, str]:
    """The fixed words of a page: English ones, over them the language's, over them the document's own."""
    words: dict[str, str] = {}
    for language in ("en", document.language):
        if language in names_in("languages"):
            entry = read_toml("languages", language).get("label", {})
            words |= {key: word for key, word in entry.items() if isinstance(word, str)}
    return {key: clean(word) for key, word in (words | dict(document.labels)).items()}


def strengths(document: Document) -> tuple[Strength, ...]:
    """The strengths of check that the steps of a document carry, strongest first."""
    used = {block.strength for block in document.blocks if isinstance(block, StepBlock)}
    return tuple(strength for strength in MARKS if strength in used)


_SIGNS = ("*", "†", "‡", "§", "¶")  # the printer's order of footnotes, in no language


def footnotes(document: Document) -> dict[Spans, str]:
    """Remarks on checks that several steps share, each with its sign; they are printed once, at the end."""
    remarks = Counter(
        block.check for block in document.blocks if isinstance(block, StepBlock) and block.check
    )
    shared = [remark for remark, count in remarks.items() if count > 1]
    return {remark: _SIGNS[k % 5] * (1 + k // 5) for k, remark in enumerate(shared)}


class Speller(Protocol):
    """How one format writes the small parts of a page."""

    def text(self, text: str) -> View:
        """Plain text."""
        ...

    def spans(self, spans: Spans) -> View:
        """Running text with formulas in it."""
        ...

    def cell(self, spans: Spans, rows: int) -> View:
        """A cell of a table; a formula alone in one of few rows has the room of a displayed one."""
        ...

    def formula(self, formula: Formula) -> View:
        """A displayed formula."""
        ...

    def step(self, step: StepBlock) -> dict[str, View]:
        """The formula of a step, and whether its words stand `beside` it."""
        ...

    def arranged(self, blocks: tuple[Block, ...]) -> Sequence[Arranged]:
        """The blocks as they stand on a page of this format."""
        ...

    def narrowed(self, width: float) -> Speller:
        """The same for a page that is so many em narrower."""
        ...

    def as_wide(self, width: float) -> Speller:
        """The same for a page that is so many em wide."""
        ...

    def fit(self, table: Table) -> float:
        """How much smaller a table is set, so that it fits the page."""
        ...

    def figure(self, figure: Figure) -> View:
        """A picture, without its caption."""
        ...

    def pictures(self, pictures: Pictures) -> View:
        """Rows of pictures, each with its caption."""
        ...

    def code(self, source: str) -> View:
        """Program text."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a step needs of the document around it."""

    words: dict[str, str]
    footnotes: dict[Spans, str]


def page(document: Document, speller: Speller) -> dict[str, View]:
    """A whole document as a template sees it."""
    words = labels(document)
    notes = footnotes(document)
    return {
        "title": speller.spans(document.title),
        "title_plain": speller.text(plain(document.title)),
        "title_short": speller.text(shortened(plain(document.title))),
        "language": document.language,
        "direction": document.direction,
        "header": speller.spans(document.header),
        "header_plain": speller.text(plain(document.header)),
        "header_short": speller.text(shortened(plain(document.header), RUNNING["header"])),
        "source": speller.spans(document.source),
        "labels": {key: speller.text(word) for key, word in words.items()},
        "legend": [_legend(strength, words, speller) for strength in strengths(document)],
        "footnotes": [
            {"sign": speller.text(sign), "spans": speller.spans(note)} for note, sign in notes.items()
        ],
        "sections": _sections(document.blocks, Context(words, notes), speller),
    }


def _legend(strength: Strength, words: dict[str, str], speller: Speller) -> View:
    return {
        "key": strength,
        "mark": speller.spans((replace(MARKS[strength], spoken=""),)),  # the word says it
        "word": speller.text(words.get(strength, strength)),
        "meaning": speller.text(words.get(f"{strength}_means", "")),
    }


def _sections(blocks: tuple[Block, ...], context: Context, speller: Speller) -> list[View]:
    """Blocks nested under their headings, so that a section is one element; no level is left out."""
    levels = sorted({block.level for block in blocks if isinstance(block, Heading)})
    top = _section(None, 0, speller)
    path = [(0, top)]
    for block in speller.arranged(blocks):
        if isinstance(block, Heading):
            depth = 1 + levels.index(block.level)
            while path[-1][0] >= depth:
                path.pop()
            section = _section(block, len(path), speller)
            _append(path[-1][1], "sections", section)
            path.append((depth, section))
        else:
            _append(path[-1][1], "blocks", _block(block, context, speller))
    return [top]


def _append(section: dict[str, View], key: str, entry: View) -> None:
    entries = section[key]
    assert isinstance(entries, list)
    entries.append(entry)


def _section(heading: Heading | None, level: int, speller: Speller) -> dict[str, View]:
    spans = heading.spans if heading else ()
    return {
        "heading": speller.spans(spans),
        "heading_plain": speller.text(plain(spans)),
        "level": level,
        "anchor": slug(heading.anchor) if heading else "",
        "blocks": [],
        "sections": [],
    }


def slug(name: str) -> str:
    """A name as an identifier in a page.

    >>> slug("gradient.L.W1[2,1]")
    'gradient-L-W1-2-1'
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def _block(block: Arranged, context: Context, speller: Speller) -> View:
    match block:
        case Paragraph(spans):
            return {"kind": "paragraph", "spans": speller.spans(spans)}
        case Formula():
            return {"kind": "formula", "formula": speller.formula(block)}
        case StepBlock():
            return _step(block, context, speller)
        case Table():
            return _table(block, speller)
        case Tables(tables, scale):
            views: list[View] = [_table(table, speller) for table in tables]
            return {"kind": "tables", "tables": views, "scale": round(scale, 3)}
        case Beside(blocks, pictures, width):
            words = [_block(part, context, speller.narrowed(width)) for part in blocks]
            picture = _block(pictures, context, speller.as_wide(width))
            return {"kind": "beside", "blocks": words, "picture": picture, "width": round(width, 3)}
        case Note(kind, title, spans):
            words_in_it = {"title": speller.spans(title), "spans": speller.spans(spans)}
            return {"kind": "note", "note": kind, **words_in_it}
        case Figure(_, alt, caption):
            words_for_it = {"alt": speller.text(clean(alt)), "caption": speller.spans(caption)}
            return {"kind": "figure", "figure": speller.figure(block), **words_for_it}
        case Pictures(_, caption):
            rows = speller.pictures(block)
            return {"kind": "pictures", "rows": rows, "caption": speller.spans(caption)}
        case Code(language, source):
            return {"kind": "code", "language": slug(language), "source": speller.code(clean_lines(source))}
        case Heading():
            raise AssertionError(block)


def _step(step: StepBlock, context: Context, speller: Speller) -> View:
    """A step; where the sheet says of no line how it was checked, the mark stands without its word."""
    sign = context.footnotes.get(step.check, "")
    word = context.words.get(step.strength, step.strength)
    return {
        "kind": "step",
        "id": slug(step.id),
        "number": speller.text(clean(step.number)),
        "title": speller.spans(step.title),
        "sentence": speller.spans(step.sentence),
        "strength": step.strength,
        "mark": speller.spans((replace(MARKS[step.strength], spoken=None if step.check else word),)),
        "word": speller.text(word if step.check else ""),
        "check": speller.spans(() if sign else step.check),
        "sign": speller.text(sign),
        **speller.step(step),
    }


def _table(table: Table, speller: Speller) -> View:
    columns = max([len(table.header), *(len(row) for row in table.rows)])
    align = (table.align + "l" * columns)[:columns]
    return {
        "kind": "table",
        "caption": speller.spans(table.caption),
        "align": list(align),
        "scale": round(speller.fit(table), 3),
        "header": [speller.spans(cell) for cell in table.header],
        "rows": [[speller.cell(cell, len(table.rows)) for cell in row] for row in table.rows],
    }
