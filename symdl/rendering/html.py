"""This module renders a document as one HTML file that needs nothing from outside: style, fonts and
formulas are in it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from symdl.document.blocks import Block, Document, Figure, Formula, Math, Pictures, Spans, StepBlock, Table
from symdl.rendering.abreast import Arranged
from symdl.rendering.arranging import APART, arranged, narrowed
from symdl.rendering.formula_images import Address, picture, row_views
from symdl.rendering.layout import SetRow, inline_parts, set_rows
from symdl.rendering.pictures.scenes import Scene, scenes
from symdl.rendering.pictures.svg import svg
from symdl.rendering.placing import placed, words_column
from symdl.rendering.tables import table_scale
from symdl.rendering.templating import fill
from symdl.rendering.theme import NIGHT, POINTS_PER_MM, Face, Theme, by_night
from symdl.rendering.typeset import data_uri
from symdl.rendering.view import View, alone, clean, page
from symdl.resources import folder
from symdl.text import parted

SHORT_TABLE = 0.28  # of a page: tables that no page ends inside
ROW = 1.65  # em of a row of a table
FEW = 5  # rows of a table in which formulas stand as on lines of their own
ASCENT = {"ltr": 1.0, "rtl": 0.9}  # em of a line above its baseline, in the fonts of the two directions
_BEFORE = re.compile(r"[^\s]*\Z")  # what clings to a formula from the left: an opening bracket
_AFTER = re.compile(r"\A[^\s\w]+")  # and from the right: a comma, a full stop


def whole_page(
    document: Document, theme: Theme, template: Path | None = None, address: Address = data_uri
) -> str:
    """A document as a self-contained HTML page, which prints well and is what the PDF is made from.

    `address` says where the page finds a picture given as SVG: in itself, if nothing else is said.
    """
    speller = _Speller(theme, document.direction, address)
    view = page(document, speller) | {"theme": theme_view(theme, document.direction)}
    return fill("html", "page.html", view, own=template, filters={"css": css_string})


def fragment(document: Document, theme: Theme) -> str:
    """A document as an HTML element with its own style, for a notebook."""
    view = page(document, _Speller(theme, document.direction)) | {
        "theme": theme_view(theme, document.direction, embed=False)
    }
    return fill("html", "fragment.html", view, filters={"css": css_string})


@dataclass(frozen=True, slots=True)
class _Speller:
    """Text as it is (the template escapes it), formulas as pictures."""

    theme: Theme
    direction: str = "ltr"
    address: Address = data_uri

    def text(self, text: str) -> View:
        return text

    def code(self, source: str) -> View:
        return source

    def spans(self, spans: Spans) -> View:
        room = self.theme.measure / self.theme.spacing["math"]
        parts = [part for span in spans for part in inline_parts(span, self.theme, room)]
        return _glued([view for part in parts for view in self._span(part)])

    def cell(self, spans: Spans, rows: int) -> View:
        math = alone(spans) if rows <= FEW else None
        return list(self._span(math, display=True)) if math else self.spans(spans)

    def formula(self, formula: Formula) -> View:
        line = (self.theme.measure - self.theme.spacing["indent"]) / self.theme.spacing["math"]
        return list(self._rows(set_rows(formula, self.theme, line)))

    def step(self, step: StepBlock) -> dict[str, View]:
        found = placed(step, self.theme)
        rows = self._rows(found.rows)
        line = ASCENT[self.direction]
        ascent = float(str(rows[0]["ascent"])) if found.beside and rows else line
        drop, rise = (
            round(max(0.0, min(ascent - line, found.spare)), 4),
            round(max(0.0, line - ascent), 4),
        )
        formula: list[View] = list(rows)
        own = found.beside and found.column != words_column(self.theme)
        place: dict[str, View] = {"beside": found.beside, "tall": found.tall, "drop": drop, "rise": rise}
        return {"formula": formula, "column": round(found.column, 3) if own else 0, **place}

    def _rows(self, rows: list[SetRow]) -> list[dict[str, View]]:
        return [
            view for row in rows for view in row_views(row, self.spans(row.note), self.theme, self.address)
        ]

    def arranged(self, blocks: tuple[Block, ...]) -> Sequence[Arranged]:
        return arranged(blocks, self.theme)

    def narrowed(self, width: float) -> _Speller:
        return replace(self, theme=narrowed(self.theme, width + APART))

    def as_wide(self, width: float) -> _Speller:
        return replace(self, theme=narrowed(self.theme, self.theme.measure - width))

    def fit(self, table: Table) -> float:
        return table_scale(table, self.theme)

    def figure(self, figure: Figure) -> View:
        encoded = base64.b64encode(figure.svg.encode("utf-8")).decode("ascii")
        return f"data:image/svg+xml;base64,{encoded}"

    def pictures(self, pictures: Pictures) -> View:
        return [_row(row, self) for row in scenes(pictures, self.theme)]

    def scene(self, scene: Scene, high: float) -> View:
        """One picture of a row that is so high, at its bottom."""
        return {
            "address": self.address(svg(scene.drawing, self.theme)),
            "alt": clean(scene.alt),
            "width": round(scene.width, 3),
            "room": round(scene.room, 3),
            "height": round(scene.drawing.height * scene.scale, 3),
            "drop": round(high - scene.drawing.height * scene.scale, 3),
            "caption": self.spans(scene.caption),
        }

    def _span(self, span: str | Math, *, display: bool = False) -> list[dict[str, View]]:
        if not isinstance(span, Math):
            return self._words(clean(span))
        shown = picture(span, self.theme, display=display, address=self.address)
        return [{"kind": "math", "before": "", "after": ""} | shown.view()]

    def _words(self, text: str) -> list[dict[str, View]]:
        """Running text. From right to left, a phrase in Latin letters is set apart, for the printer finds the
        direction of every line by itself: broken after "et al.", its full stop would come out before "et".
        """
        parts = [(text, False)] if self.direction == "ltr" else parted(text)
        return [{"kind": "text", "text": part, "ltr": apart} for part, apart in parts]


def _row(row: list[Scene], speller: _Speller) -> View:
    high = max(scene.drawing.height * scene.scale for scene in row)
    return [speller.scene(scene, high) for scene in row]


def _glued(spans: list[dict[str, View]]) -> View:
    """Running text in which a bracket before a formula and a comma after it stay on its line."""
    for k, span in enumerate(spans):
        if span["kind"] != "math":
            continue
        if k and _plain(spans[k - 1]):
            spans[k - 1]["text"], span["before"] = _split(_BEFORE, str(spans[k - 1]["text"]))
        if k + 1 < len(spans) and _plain(spans[k + 1]):
            spans[k + 1]["text"], span["after"] = _split(_AFTER, str(spans[k + 1]["text"]))
    return list(spans)


def _plain(span: dict[str, View]) -> bool:
    return span["kind"] == "text" and not span["ltr"]


def _split(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The text without what the pattern takes from its end or beginning, and what it takes."""
    found = pattern.search(text)
    if found is None:
        return text, ""
    return text[: found.start()] + text[found.end() :], found.group()


def css_string(text: str) -> str:
    r"""Text for between the quotes of a CSS string: all but letters and digits by number.

    >>> css_string('a"b')
    'a\\22 b'
    """
    return "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):x} " for c in text)


def theme_view(theme: Theme, direction: str, *, embed: bool = True) -> dict[str, View]:
    """A theme as a template sees it, with the fonts a page of this direction carries in itself."""
    use = "text" if direction == "ltr" else "rtl"
    faces = theme.shipped_faces(direction) if embed else ()
    return {
        "colors": dict(theme.colors),
        "night": {name: by_night(color) for name, color in theme.colors.items()},
        "inverted": NIGHT,
        "dark": theme.dark,
        "page": {"size": theme.paper, **theme.page},
        "edges": _edges(theme, direction),
        "sizes": dict(theme.sizes),
        "spacing": dict(theme.spacing),
        "measure": round(theme.measure, 3),
        "words": round(words_column(theme), 3),
        "short_table": round(SHORT_TABLE * _page_height(theme) / ROW),
        "text_family": _family(theme.families[use]),
        "code_family": _family(theme.families["code"]),
        "faces": [_face(face) for face in faces],
    }


def _page_height(theme: Theme) -> float:
    """The height of the text of a page in em."""
    free = theme.page["height"] - theme.page["top"] - theme.page["bottom"]
    return free * POINTS_PER_MM / theme.sizes["text"]


def _edges(theme: Theme, direction: str) -> dict[str, View]:
    """The side margins in millimeters; the gutter on the side where lines begin belongs to the sheet."""
    gutter = round(theme.spacing["gutter"] * theme.sizes["text"] / POINTS_PER_MM, 2)
    start, end = theme.page["left"] - gutter, theme.page["right"]
    if direction == "ltr":
        return {"left": start, "right": end, "gutter_left": gutter, "gutter_right": 0}
    return {"left": end, "right": start, "gutter_left": 0, "gutter_right": gutter}


_GENERIC = ("serif", "sans-serif", "monospace")


def _family(names: tuple[str, ...]) -> list[View]:
    return [{"name": name, "generic": name in _GENERIC} for name in names]


def _face(face: Face) -> dict[str, View]:
    data = (folder("assets") / "fonts" / face.file).read_bytes()
    kind = Path(face.file).suffix[1:]
    address = f"data:font/{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return {"family": face.family, "weight": face.weight, "style": face.style, "address": address}
