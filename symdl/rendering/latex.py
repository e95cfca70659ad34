"""This module renders a document as LaTeX source that a teacher can compile, read and edit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from symdl.document.blocks import Block, Document, Figure, Formula, Math, Pictures, Spans, StepBlock, Table
from symdl.rendering.abreast import Arranged
from symdl.rendering.layout import Line, SetRow, extended, note_room, set_rows
from symdl.rendering.optical import surplus
from symdl.rendering.pictures.scenes import scenes
from symdl.rendering.pictures.tikz import tikz
from symdl.rendering.tables import table_scale
from symdl.rendering.templating import fill
from symdl.rendering.theme import Theme
from symdl.rendering.view import View, alone, clean, page

SIZES = {10: 10.0, 11: 10.95, 12: 12.0}  # of the article class: the option, and the letters it gives

LEEWAY = 0.3  # em that a line may be too wide


def source(document: Document, theme: Theme, template: Path | None = None) -> str:
    """A document as LaTeX source, for pdflatex or lualatex, right-to-left ones for lualatex or xelatex."""
    size = min(SIZES, key=lambda option: abs(SIZES[option] - theme.sizes["text"]))
    view = page(document, _Speller(theme, SIZES[size])) | {"theme": _theme_view(theme, size)}
    if document.direction == "ltr":
        view = {key: _apart(part) for key, part in view.items()}
    return fill("latex", "sheet.tex", view | {"foreign": "\\symdlarabic" in str(view)}, own=template)


def fragment(document: Document, theme: Theme) -> str:
    """A document as a piece of LaTeX for the export of a notebook, whose page has amsmath and xcolor."""
    view = page(document, _Speller(theme, SIZES[11])) | {"theme": _theme_view(theme, 11)}
    return fill("latex", "fragment.tex", view)


def _apart(view: View) -> View:
    r"""A part of a view with what is in Arabic letters told as such: Latin fonts have none of them.

    >>> _apart(["به نام x", 3])
    ['\\symdlarabic{به نام} x', 3]
    """
    if isinstance(view, dict):
        return {key: _apart(part) for key, part in view.items()}
    if isinstance(view, list):
        return [_apart(part) for part in view]
    return _ARABIC.sub(_set_apart, view) if isinstance(view, str) else view


def _set_apart(run: re.Match[str]) -> str:
    """A run of Arabic letters; numbers in it are read from the left all the same."""
    return rf"\symdlarabic{{{_NUMBER.sub(_from_left, run[0])}}}"


def _from_left(number: re.Match[str]) -> str:
    return rf"\symdlnumber{{{number[0]}}}"


@dataclass(frozen=True, slots=True)
class _Speller:
    """Everything as TeX: text escaped, formulas between dollar signs or in aligned rows."""

    theme: Theme
    em: float

    def text(self, text: str) -> View:
        return escape(text)

    def spans(self, spans: Spans) -> View:
        return inline(spans)

    def cell(self, spans: Spans, rows: int) -> View:
        math = alone(spans)
        return rf"$\displaystyle {math.tex}$" if math else inline(spans)

    def formula(self, formula: Formula) -> View:
        width = self.theme.measure * self.theme.sizes["text"] / self.em - self.theme.spacing["indent"]
        rows = set_rows(formula, self.theme, width)
        beyond = _beyond(rows, self.theme, width)
        return aligned(rows if beyond <= LEEWAY else set_rows(formula, self.theme, width - beyond))

    def step(self, step: StepBlock) -> dict[str, View]:
        return {"formula": self.formula(step.formula), "beside": False}

    def arranged(self, blocks: tuple[Block, ...]) -> Sequence[Arranged]:
        return blocks

    def narrowed(self, width: float) -> _Speller:
        return self

    as_wide = narrowed

    def fit(self, table: Table) -> float:
        return table_scale(table, self.theme)

    def figure(self, figure: Figure) -> View:
        return ""

    def pictures(self, pictures: Pictures) -> View:
        size = self.theme.sizes["text"] / self.em
        return [
            [
                {
                    "tikz": tikz(scene.drawing, scene.scale * size),
                    "width": round(scene.room * size, 3),
                    "alt": escape(scene.alt),
                    "caption": inline(scene.caption),
                }
                for scene in row
            ]
            for row in scenes(pictures, self.theme)
        ]

    def code(self, source: str) -> View:
        return ["~".join(escape(word) for word in line.split(" ")) for line in source.splitlines()]


def _beyond(rows: Sequence[SetRow], theme: Theme, width: float) -> float:
    """How far rows that were laid out for a width reach beyond it in the letters of LaTeX, in em."""
    lefts = [row.before for row in rows if row.before]
    left = max((extended(math, theme).width + surplus(math.tex) for math in lefts), default=0.0)
    rights = [
        (extended(line.math, theme).width + surplus(line.math.tex)) * line.scale
        + (note_room(row.note, theme) if row.note else 0.0)
        for row in rows
        for line in row.right
    ]
    return left + max(rights, default=0.0) - width


def inline(spans: Spans) -> str:
    r"""Running text with its formulas as TeX.

    >>> inline(("50% of ", Math("x_1", "x1")))
    '50\\% of $x_1$'
    """
    return "".join(f"${span.tex}$" if isinstance(span, Math) else escape(span) for span in spans)


def beside(note: Spans) -> str:
    """A remark at the end of a row, as the commands of our own page set it."""
    return rf"\symdlremark{{{inline(note)}}}"


def aligned(rows: list[SetRow], remark: Callable[[Spans], str] = beside) -> str:
    """Rows as the inside of an `align`; where a line has no relation, its room is kept free."""
    free = r"\mathrel{\phantom{=}} " if any(row.relation.tex for row in rows) else ""
    return " \\\\\n".join(line for row in rows for line in _row(row, free, remark))


def _row(row: SetRow, free: str, remark: Callable[[Spans], str]) -> list[str]:
    first, *rest = [_scaled(line) for line in row.right]
    head = [f"& {_scaled(row.head)}"] if row.head else []
    left = f"{row.left.tex} " if row.left and row.left.tex else ""
    relation = f"{row.relation.tex} " if row.relation.tex else f" {free}"
    note = f" {remark(row.note)}" if row.note else ""
    return [*head, f"{left}&{relation}{first}{note}", *(f"& {free}{line}" for line in rest)]


def _scaled(line: Line) -> str:
    if line.scale == 1:
        return line.math.tex
    return rf"\scalebox{{{line.scale:.3f}}}{{$\displaystyle {line.math.tex}$}}"


def _theme_view(theme: Theme, size: int) -> dict[str, View]:
    colors: list[View] = [
        {"name": name, "hex": color[1:].upper()} for name, color in theme.tex_colors.items()
    ]
    return {"colors": colors, "size": size, "page": dict(theme.page), "spacing": dict(theme.spacing)}


# Free text. Everything that is not a formula of our own printers goes through `escape`, once.

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}", "\u200b": "", "\u200f": "", "\u2060": "", "\u00ad": r"\-",
    "\u202f": r"\,", "\u2009": r"\,",
}  # fmt: skip
_LETTERS = (
    "αalpha βbeta γgamma δdelta εvarepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho "
    "ςvarsigma σsigma τtau υupsilon φvarphi χchi ψpsi ωomega ϕphi ϵepsilon ΓGamma ΔDelta ΘTheta ΛLambda "
    "ΞXi ΠPi ΣSigma ΦPhi ΨPsi ΩOmega ∂partial ∇nabla ∑sum ∏prod ∫int √surd ∞infty ≈approx ≠neq ≤leq ≥geq "
    "≡equiv ≔coloneqq ∝propto →to ←leftarrow ↔leftrightarrow ⇒Rightarrow ⇔Leftrightarrow ↦mapsto ∈in ∉notin "
    "∀forall ∃exists ∘circ ⊙odot ⊗otimes ⊤top ‖Vert ⋅cdot −- ⋯cdots ⟨langle ⟩rangle ℝmathbb{R} ∅emptyset "
    "■blacksquare □square ✓checkmark ◊lozenge"
)
_AS_MATH = {entry[0]: f"\\{entry[1:]}" for entry in _LETTERS.split()} | {"−": "-"}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ", [*"0123456789+-", r"\mathsf{T}"], strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True))
_AS_MATH |= {c: f"^{{{tex}}}" for c, tex in _RAISED.items()}
_AS_MATH |= {c: f"_{{{tex}}}" for c, tex in _LOWERED.items()}
_HELD = re.compile("\u200e([^\u0600-\u06ff\u200e]+)\u200e")  # runs from the left in a page from the right
_ARABIC = re.compile("[\u0600-\u06ff]+(?:[ \u200c\u200d]+[\u0600-\u06ff]+)*")
_NUMBER = re.compile("[\u0660-\u0669\u06f0-\u06f9]+(?:[\u066b\u066c][\u0660-\u0669\u06f0-\u06f9]+)*")
_LIGATURES = re.compile(r"([-<>,'!?])(?=[-<>,'!?])")


def escape(text: str) -> str:
    r"""Free text as TeX: nothing in it is a command, and what pdflatex cannot print is a symbol or a box.

    >>> escape(r"50% of \alpha & σ")
    '50\\% of \\textbackslash{}alpha \\& \\symdlchar{\\sigma}{σ}'
    """
    letters = _LIGATURES.sub("\\1\u2060", clean(text).replace("\u2060", ""))
    return _HELD.sub(r"\\symdlltr{\1}", "".join(_character(c) for c in letters))


def _character(character: str) -> str:
    if character == "\u2060":
        return "{}"  # between two signs that TeX would join
    if character in _AS_MATH:
        return rf"\symdlchar{{{_AS_MATH[character]}}}{{{character}}}"
    return _SPECIAL.get(character, character)
