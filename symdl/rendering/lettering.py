r"""This module sets words in Arabic script inside formulas, as outlines of Vazirmatn shaped by HarfBuzz.

MathJax has no such letters and would leave them to the page's font, unjoined and in reverse. So each word
is shaped here, the formula keeps room for it with `\symdlword{number}{width}{height}{depth}`, and the
engine draws the outline there, in the color and size of that place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from symdl.resources import folder

if TYPE_CHECKING:
    from uharfbuzz import Font, GlyphInfo, GlyphPosition

LETTER = "\u0620-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"
DIGIT = "0-9\u0660-\u0669\u06f0-\u06f9"
ARABIC = re.compile(f"[{LETTER}\u0600-\u061f\u0660-\u066d\u06f0-\u06f9]")
LETTERS = re.compile(f"[{LETTER}]")
BARE = re.compile(rf"{ARABIC.pattern}(?:[\u200c\u200d ]*{ARABIC.pattern})*")
COMMAND = re.compile(
    r"\\(text|textrm|textnormal|textit|textbf|mbox|mathrm|mathit|mathbf|operatorname\*?)\s*\{"
)
# What runs left to right in a line of Arabic script: words in other letters, and single numbers.
LEFT_TO_RIGHT = re.compile(
    rf"[^\W\d_{LETTER}](?:[^{LETTER}]*[^\W_{LETTER}])?|[+\u2212-]?[{DIGIT}]+(?:[.,:/\u066b\u066c][{DIGIT}]+)*[%\u066a]?"
)
ESCAPED = re.compile(r"\\([%_&#{} ])|\\[A-Za-z]+|\\[,;:!]|([{}])|~")
STRUT = (0.75, 0.25)  # height and depth that every word has, so that lines and rows keep their distance
SPACE = r"\ "


def outlined(tex: str) -> tuple[str, tuple[str, ...]]:
    r"""The formula with its Arabic-script words replaced by room for them, and the outlines of the words.

    >>> outlined(r"x^2")
    ('x^2', ())
    >>> formula, outlines = outlined(r"\text{اگر } x > 0")
    >>> formula.startswith(r"{\symdlword{0}"), formula.endswith(r"}\  x > 0"), len(outlines)
    (True, True, 1)
    """
    if not ARABIC.search(tex):
        return tex, ()
    outlines: list[str] = []
    formula = "".join(_pieces(tex, outlines))
    return formula, tuple(outlines)


def _pieces(tex: str, outlines: list[str]) -> Iterator[str]:
    position = 0
    for command in COMMAND.finditer(tex):
        stop = _closing_brace(tex, command.end())
        if stop < 0 or command.start() < position or not ARABIC.search(tex, command.end(), stop):
            continue
        yield _bare(tex[position : command.start()], outlines)
        yield _set(command[1], tex[command.end() : stop], outlines)
        position = stop + 1
    yield _bare(tex[position:], outlines)


def _closing_brace(tex: str, start: int) -> int:
    """Where the brace before `start` closes, -1 if never; MathJax then says so."""
    depth = 1
    for brace in re.finditer(r"\\.|([{}])", tex[start:], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace[1], 0)
        if depth == 0:
            return start + brace.start()
    return -1


def _bare(tex: str, outlines: list[str]) -> str:
    return BARE.sub(lambda run: "{" + _room(run[0], False, outlines) + "}", tex)


def _set(command: str, content: str, outlines: list[str]) -> str:
    body = _label(content.strip(), command.endswith("bf"), outlines)
    if command.startswith("operatorname"):
        return rf"\mathop{{{body}}}" + ("" if command.endswith("*") else r"\nolimits ")
    # Spaces around the whole label part it from the formula, which runs left to right.
    before, after = content[:1].isspace(), content[-1:].isspace()
    return f"{SPACE if before else ''}{body}{SPACE if after else ''}"


def _label(content: str, bold: bool, outlines: list[str]) -> str:
    """Words with formulas between dollar signs; the whole is read from the right."""
    parts = content.split("$")
    placed = [part if k % 2 else _words(part, bold, outlines) for k, part in enumerate(parts)]
    return "".join(f"{{{part}}}" for part in reversed(placed))


def _words(part: str, bold: bool, outlines: list[str]) -> str:
    words = ESCAPED.sub(lambda found: found[1] or ("" if found[2] else " "), part)
    if not words.strip():
        return SPACE if words else ""
    before, after = words[:1].isspace(), words[-1:].isspace()
    room = _room(words.strip(), bold, outlines)
    return f"{SPACE if after else ''}{room}{SPACE if before else ''}"


def _room(words: str, bold: bool, outlines: list[str]) -> str:
    lettering = shape(words, bold=bold)
    outlines.append(lettering.path)
    return (
        rf"\symdlword{{{len(outlines) - 1}}}{{{lettering.width:.4f}}}"
        rf"{{{lettering.height:.4f}}}{{{lettering.depth:.4f}}}"
    )


@dataclass(frozen=True, slots=True)
class Lettering:
    """Shaped words: the outline as an SVG path in thousandths of an em, y upwards; sizes in em."""

    path: str
    width: float
    height: float
    depth: float


@lru_cache(maxsize=1024)
def shape(words: str, *, bold: bool = False) -> Lettering:
    """Words of Arabic script, with numbers and words in other letters among them, shaped and joined.

    >>> shape("خطا").width > shape("خط").width
    True
    """
    font = _font(bold)
    pen = _Pen(1000 / font.face.upem)
    for run, direction in runs(words):
        for glyph, position in _shaped(font, run, direction):
            pen.offset = (pen.x + position.x_offset, position.y_offset)
            font.draw_glyph_with_pen(glyph.codepoint, pen)
            pen.x += position.x_advance
    high, low = pen.top * pen.scale / 1000, pen.bottom * pen.scale / 1000
    width = pen.x * pen.scale / 1000
    strut = STRUT if LETTERS.search(words) else (0.0, 0.0)  # a number is as high as its digits
    return Lettering("".join(pen.commands), width, max(strut[0], high), max(strut[1], -low))


def runs(words: str) -> list[tuple[str, str]]:
    """The runs of one direction, `rtl` or `ltr`, from left to right as they are drawn.

    >>> runs("لایه ReLU 2")
    [('ReLU 2', 'ltr'), ('لایه ', 'rtl')]
    """
    found: list[tuple[str, str]] = []
    position = 0
    for run in LEFT_TO_RIGHT.finditer(words):
        found += [(words[position : run.start()], "rtl"), (run[0], "ltr")]
        position = run.end()
    found.append((words[position:], "rtl"))
    return [run for run in reversed(found) if run[0]]


def _shaped(font: Font, run: str, direction: str) -> Iterator[tuple[GlyphInfo, GlyphPosition]]:
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(run)
    buffer.direction = direction
    buffer.script = "Arab"
    buffer.language = "fa"
    uharfbuzz.shape(font, buffer)
    return zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)


@cache
def _font(bold: bool) -> Font:
    import uharfbuzz

    path = folder("assets") / "fonts" / f"Vazirmatn-{'Bold' if bold else 'Regular'}.ttf"
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path)))


@dataclass(slots=True)
class _Pen:
    """Collects the outlines that HarfBuzz draws, in font units, as commands of an SVG path.

    HarfBuzz calls the methods by these names.
    """

    scale: float
    x: int = 0
    offset: tuple[int, int] = (0, 0)
    top: float = 0
    bottom: float = 0
    commands: list[str] = field(default_factory=list)

    def moveTo(self, point: tuple[float, float]) -> None:
        self._draw("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:
        self._draw("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:
        self._draw("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:
        self._draw("C", *points)

    def closePath(self) -> None:
        self.commands.append("Z")

    def _draw(self, command: str, *points: tuple[float, float]) -> None:
        placed = [(x + self.offset[0], y + self.offset[1]) for x, y in points]
        self.top = max(self.top, *(y for _, y in placed))
        self.bottom = min(self.bottom, *(y for _, y in placed))
        self.commands.append(
            command + " ".join(f"{x * self.scale:.0f} {y * self.scale:.0f}" for x, y in placed)
        )
