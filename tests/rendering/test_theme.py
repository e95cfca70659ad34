from __future__ import annotations

import pytest

from symdl.errors import OutputError
from symdl.rendering import theme as themes
from symdl.rendering.theme import by_night, contrast, theme_named
from symdl.resources import names_in, read_toml

NOT_TEXT = {"paper", "wash", "line"}


@pytest.mark.parametrize("key", names_in("themes"))
def test_text_stands_out_from_its_ground(key):
    colors = theme_named(key).colors
    for name in set(colors) - NOT_TEXT:
        for ground in ("paper", "wash"):
            assert contrast(colors[name], colors[ground]) >= 4.5, (name, ground)


@pytest.mark.parametrize("key", names_in("themes"))
def test_text_stands_out_from_a_dark_ground_as_well(key):
    """Everything on a dark page passes through one filter, so that the colors of formulas are there too."""
    colors = theme_named(key).colors
    for name in set(colors) - NOT_TEXT:
        for ground in ("paper", "wash"):
            assert contrast(by_night(colors[name]), by_night(colors[ground])) >= 4.5, (name, ground)
    assert contrast(by_night(colors["paper"]), "#000000") < 1.3  # dark it is


@pytest.mark.parametrize(
    ("color", "shown"), [("#ffffff", "#141414"), ("#1b1c1f", "#d2d3d6"), ("#124e89", "#85b7e9")]
)
def test_a_color_by_night_is_what_a_browser_paints(color, shown):
    """Read off pages that Chromium painted with these two filters."""
    assert by_night(color) == shown


@pytest.mark.parametrize("key", names_in("themes"))
def test_theme_has_what_templates_and_formulas_ask_for(key):
    theme = theme_named(key)
    assert {"symdlupstream", "symdllocal", "symdlchanged"} <= set(theme.tex_colors)
    assert {"gutter", "indent", "row", "step", "math"} <= set(theme.spacing)
    assert 30 < theme.measure < 60


def test_shipped_fonts_follow_the_direction(paper):
    assert {face.family for face in paper.shipped_faces("ltr")} == {"Symdl Serif", "Symdl Serif Greek"}
    assert "Vazirmatn" in {face.family for face in paper.shipped_faces("rtl")}


def test_unknown_theme_names_the_nearest():
    with pytest.raises(OutputError) as caught:
        theme_named("papier")
    assert caught.value.facts["nearest"] == "paper"


@pytest.mark.parametrize("value", ["red", "#12345", "#1234567", "url(x)", 7])
def test_only_plain_colors_are_taken(value, monkeypatch):
    entry = {"page": {"size": "A4"}, "fonts": {}, "colors": {"ink": value}, "sizes": {}, "spacing": {}}
    monkeypatch.setattr(themes, "read_toml", lambda kind, key: entry)
    with pytest.raises(OutputError):
        themes.theme_named.__wrapped__("paper")


def test_no_font_name_leaves_its_string(monkeypatch):
    fonts = {"text": ['x"; } body { display: none']}
    entry = {"page": {"size": "A4"}, "fonts": fonts, "colors": {}, "sizes": {}, "spacing": {}}
    monkeypatch.setattr(themes, "read_toml", lambda kind, key: entry)
    with pytest.raises(OutputError):
        themes.theme_named.__wrapped__("paper")


def test_contrast_is_that_of_the_standard():
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#ffffff") == 1


def test_a_theme_with_a_wrong_entry_is_told_by_its_name(monkeypatch):
    shipped = read_toml("themes", "paper")

    def refused(part, name, value):
        entry = {key: dict(lines) for key, lines in shipped.items()}
        if value is None:
            del entry[part][name]
        else:
            entry[part][name] = value
        entries = {"paper": shipped, "slides": entry}
        monkeypatch.setattr(themes, "read_toml", lambda kind, key: entries[key])
        with pytest.raises(OutputError) as caught:
            themes.theme_named.__wrapped__("slides")
        for language in ("en", "fa"):
            assert "{" not in caught.value.message(language)
        return caught.value

    assert refused("colors", "accent", "#ddeeff").key == "output.theme_contrast"
    assert refused("colors", "acent", "#000000").facts["nearest"] == "accent"
    assert refused("page", "width", None).facts["name"] == "page.width"
    assert [refused("sizes", "text", bad).key for bad in ("10", -1, 1e9)] == ["output.theme_number"] * 3
