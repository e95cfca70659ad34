from __future__ import annotations

from pathlib import Path

import pytest

import symdl
from symdl.document.blocks import Document
from symdl.errors import OutputError, SymdlError
from symdl.rendering.theme import theme_named
from symdl.rendering.theme_file import SIZES, theme_of

NIGHT = """
[colors]
paper = "#14161a"
ink = "#eceef2"
quiet = "#b0b4bd"
accent = "#8fc4ff"
line = "#4a4f59"
wash = "#22262d"
upstream = "#8fc4ff"
local = "#ffb27a"
changed = "#ff9ccf"
warning = "#ff9d8a"
growth = "#7fe0b0"
contour = "#a8afbb"
"""


@pytest.fixture
def sheet() -> Document:
    return symdl.compose(symdl.solve("x^2", at={"x": 3}))


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_says_only_what_is_unlike_a_theme_of_the_library(tmp_path: Path) -> None:
    own = theme_of(written(tmp_path, '[colors]\naccent = "#7a1f1f"\n[sizes]\ntext = 11.5\n'))
    paper = theme_named("paper")
    assert (own.colors["accent"], own.sizes["text"]) == ("#7a1f1f", 11.5)
    assert {**own.colors, "accent": ""} == {**paper.colors, "accent": ""}
    assert (own.page, own.faces, own.paper) == (paper.page, paper.faces, paper.paper)


def test_a_file_may_extend_any_theme_of_the_library(tmp_path: Path) -> None:
    own = theme_of(written(tmp_path, 'extends = "slides"\n[colors]\naccent = "#7a1f1f"\n'))
    assert own.page == theme_named("slides").page


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("across", [False, True])
def test_a_paper_is_told_by_its_name(name: str, across: bool, tmp_path: Path) -> None:
    own = theme_of(written(tmp_path, f'[page]\nsize = "{name}{" landscape" if across else ""}"\n'))
    sides = (own.page["width"], own.page["height"])
    assert sides == (SIZES[name][::-1] if across else SIZES[name])
    assert own.paper == f"{SIZES[name][across]}mm {SIZES[name][not across]}mm"


def test_a_width_alone_changes_the_paper_too(tmp_path: Path) -> None:
    own = theme_of(written(tmp_path, "[page]\nwidth = 190.5\n"))
    assert (own.page["width"], own.page["height"], own.paper) == (190.5, 297, "190.5mm 297mm")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[colors]\nacent = "#123456"', "output.theme_unknown"),
        ('[colours]\naccent = "#123456"', "output.theme_unknown"),
        ("size = 3", "output.theme_unknown"),
        ('extends = "papier"', "output.unknown_theme"),
        ("extends = 3", "output.unknown_theme"),
        ('[colors]\naccent = "#fefefe"', "output.theme_contrast"),
        ('[colors]\nwash = "#333333"', "output.theme_contrast"),
        ('[colors]\naccent = "red; } body { display: none"', "output.theme_value"),
        ('[page]\nsize = "A9"', "output.theme_paper"),
        ("[page]\nsize = 4", "output.theme_paper"),
        ('[page]\nwidth = "wide"', "output.theme_number"),
        ("[page]\nwidth = 50", "output.theme_page"),
        ("[page]\nheight = 40", "output.theme_page"),
        ("[page]\nwidth = nan", "output.theme_number"),
        ("[sizes]\ntext = 0", "output.theme_size"),
        ("[sizes]\nsmall = 1", "output.theme_size"),
        ('[fonts]\ntext = "Georgia"', "output.theme_value"),
        ("[fonts]\ntext = [3]", "output.theme_value"),
        ('[fonts]\ntext = ["a\\"; } x"]', "output.theme_value"),
        ('[fonts]\nfaces = [{file = "../../x"}]', "output.theme_value"),
        ('[fonts]\nfaces = [{family = "F", file = "../../x"}]', "output.theme_value"),
        ('[fonts]\nfaces = [{family = "F", file = "x", url = "y"}]', "output.theme_value"),
        ("[fonts]\nfaces = 3", "output.theme_value"),
        ("[colors", "file.toml_header"),
        ("[colors]\naccent = blue", "file.toml_value"),
    ],
)
def test_what_no_page_can_be_set_in_is_told(text: str, key: str, tmp_path: Path) -> None:
    with pytest.raises(SymdlError) as caught:
        theme_of(written(tmp_path, text))
    assert caught.value.key == key
    for language in ("en", "fa"):
        assert "{" not in caught.value.message(language).replace("{ display", "").replace("{'", "")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SymdlError) as caught:
        theme_of(tmp_path / "mine.toml")
    assert caught.value.key == "file.not_found"
    with pytest.raises(OutputError):
        theme_of("mine")


def test_a_dark_theme_stays_dark_where_the_reader_asks_for_the_dark(tmp_path: Path, sheet: Document) -> None:
    page = symdl.render(sheet, "html", theme=written(tmp_path, NIGHT))
    assert "hue-rotate" not in page and "background: #14161a" in page
    assert "hue-rotate" in symdl.render(sheet, "html")


def test_own_colors_reach_formulas_and_latex(tmp_path: Path, sheet: Document) -> None:
    path = written(tmp_path, NIGHT)
    source = str(symdl.render(sheet, "tex", theme=path))
    assert r"\definecolor{symdlink}{HTML}{ECEEF2}" in source and r"\pagecolor{symdlpaper}" in source
    assert r"\pagecolor" not in str(symdl.render(sheet, "tex"))
