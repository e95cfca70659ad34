"""Pictures as operators of PDF: the same shapes at the same places as WeasyPrint draws from the SVG."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.document.blocks import Document, Formula, Math, Row
from symdl.rendering import pdf
from symdl.rendering.ink import Beyond, ink, outline
from symdl.rendering.theme import theme_named
from symdl.rendering.typeset import typeset

THEME = theme_named("paper")
TEX = (
    r"\frac{\partial L}{\partial w_{11}}=\sum_{i=1}^{n}x_i^2+\sqrt{a}",
    r"\begin{pmatrix}1&2\\3&4\\5&6\\7&8\\9&0\end{pmatrix}^{\top}",
    r"\left\{\begin{array}{c|c}1&2\\\hline 3&4\end{array}\right.",
    r"\underbrace{x+y+z+w+x+y+z}_{\text{گرادیان}}",
    r"\cancel{x}\textcolor{symdlaccent}{y}\boxed{z}\overline{abc}",
)


def places(path: str) -> list[tuple[float, float]]:
    """The ends of the steps of an outline."""
    ends = re.findall(r"(\S+) (\S+) [mlc]\b", path)
    return [(float(x), float(y)) for x, y in ends]


@pytest.mark.parametrize(
    ("path", "operators"),
    [
        ("M1 2L3 4", "1 2 m 3 4 l"),
        ("M1 2 3 4", "1 2 m 3 4 l"),
        ("M0 0V3H-2Z", "0 0 m 0 3 l -2 3 l h"),
        ("M0 0Q3 3 6 0T12 0", "0 0 m 2 2 4 2 6 0 c 8 -2 10 -2 12 0 c"),
        ("M0 0C1 1 2 1 3 0S5 -1 6 0", "0 0 m 1 1 2 1 3 0 c 4 -1 5 -1 6 0 c"),
        ("M0 0T4 0", "0 0 m 0 0 1.333 0 4 0 c"),
    ],
)
def test_steps_of_an_outline(path: str, operators: str) -> None:
    assert outline(path) == operators


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from("MLQT"), st.lists(st.integers(-99, 99), min_size=4, max_size=4)), min_size=1
    )
)
def test_every_step_ends_where_the_path_says(steps: list[tuple[str, list[int]]]) -> None:
    sizes = {"M": 2, "L": 2, "Q": 4, "T": 2}
    path = "M0 0" + "".join(
        letter + " ".join(map(str, numbers[: sizes[letter]])) for letter, numbers in steps
    )
    ends = [tuple(map(float, numbers[: sizes[letter]][-2:])) for letter, numbers in steps]
    assert places(outline(path)) == [(0.0, 0.0), *ends]


@pytest.mark.parametrize("path", ["M0 0A1 1 0 0 0 2 2", "m1 1", "M0", "L"])
def test_what_is_not_known_is_refused(path: str) -> None:
    with pytest.raises(Beyond):
        outline(path)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="1em" height="1em">{}</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        "<text>x</text>",
        '<image href="file:///etc/passwd"/>',
        '<use href="#nowhere"/>',
        '<rect width="1" height="1" fill="url(#a)"/>',
        '<rect width="1" height="1" style="fill:red"/>',
        '<g transform="rotate(3)"/>',
        '<svg width="4" height="4" viewBox="0 0 2 2"/>',
    ],
)
def test_pictures_beyond_formulas_are_left_to_weasyprint(inside: str) -> None:
    with pytest.raises(Beyond):
        ink(SVG.format(inside))


def test_states_are_put_back() -> None:
    for tex in TEX:
        words = ink(
            typeset(tex, display=True, colors=THEME.tex_colors).svg.replace("currentColor", "#000000")
        )
        depth = 0
        for word in words.operators.split():
            depth += {b"q": 1, b"Q": -1}.get(word, 0)
            assert depth >= 0
        assert depth == 0


def drawn(folder: Path, name: str) -> list[bytes]:
    document = Document(("t",), "en", "ltr", tuple(Formula((Row(None, "", Math(tex, "x")),)) for tex in TEX))
    (folder / f"{name}.pdf").write_bytes(pdf.portable_document(document, THEME))
    run(["pdftoppm", "-r", "60", "-gray", str(folder / f"{name}.pdf"), str(folder / name)], check=True)
    return [path.read_bytes() for path in sorted(folder.glob(f"{name}-*.pgm"))]


def test_the_page_looks_as_weasyprint_draws_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed")
    ours = drawn(tmp_path, "ours")

    def refuse(svg: str) -> None:
        raise Beyond(svg[:9])

    monkeypatch.setattr(pdf, "ink", refuse)
    theirs = drawn(tmp_path, "theirs")
    assert len(ours) == len(theirs) == 1
    differing = sum(abs(a - b) > 60 for a, b in zip(ours[0], theirs[0], strict=True))
    dark = sum(b < 128 for b in theirs[0])
    assert dark > 200 and differing < 0.02 * dark


def test_a_formula_is_kept_once() -> None:
    album: dict[str, object] = {}
    svg = SVG.format('<rect width="1" height="1"/>')
    first, second = (pdf._kept(svg, album) for _ in range(2))  # type: ignore[arg-type]
    assert first == second and len(album) == 1 and first.startswith("symdl:")
    assert pdf._kept(SVG.format("<text>x</text>"), album).startswith("data:")  # type: ignore[arg-type]
