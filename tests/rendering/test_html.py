from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from symdl.document.blocks import Document, Formula, Math, Paragraph, Row, StepBlock, Table
from symdl.rendering.html import css_string, fragment, whole_page
from symdl.rendering.theme import NIGHT, Theme, by_night, theme_named
from tests.rendering.hostile import NASTY, nasty_document
from tests.rendering.sample import sample

VOID = {"img", "meta", "br", "link", "hr"}


class Reader(HTMLParser):
    """What a page is made of: tags with attributes, text outside of styles, and whether tags match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def page(sheet, paper) -> str:
    return whole_page(sheet, paper)


@pytest.fixture(scope="module")
def read(page) -> Reader:
    return Reader(page)


def test_the_page_is_well_formed_and_says_its_language(read):
    assert read.open == []
    assert read.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert len(read.all("main")) == len(read.all("h1")) == len(read.all("title")) == 1
    assert {"section", "figure", "caption", "aside", "footer"} <= {tag for tag, _ in read.tags}
    assert {cell["scope"] for cell in read.all("th")} == {"col"}


def test_headings_leave_no_level_out(read):
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_nothing_comes_from_outside(page, read):
    addresses = [a[name] for _, a in read.tags for name in ("src", "href", "data", "srcset") if name in a]
    assert addresses and all(address.startswith("data:") for address in addresses)
    assert all(re.match(r'["\']?data:font/', address) for address in re.findall(r"url\(([^)]*)", page))
    assert "@import" not in page and not read.all("script") and not read.all("link")


def test_every_picture_has_words_and_a_size(read):
    formulas = [image for image in read.all("img") if image.get("class") == "math"]
    assert len(formulas) > 50
    for image in formulas:
        assert image["alt"] is not None
        assert re.search(r"width:[\d.]+em;height:[\d.]+em", image["style"])
    spoken = [image["alt"] for image in read.all("img")]
    assert "the loss" in spoken and "A square and an arrow." in spoken


def test_inline_formulas_sit_on_the_baseline_and_keep_their_commas(page):
    assert re.search(r"vertical-align:-0\.\d+em", page)
    assert re.search(r'<span class="glued">\(<img [^>]*></span>', page) or "glued" in page
    assert re.search(r'<span class="glued"><img [^>]*>,</span>', page)


def test_strength_is_a_mark_and_a_word(read, page):
    text = " ".join(" ".join(read.text).split())
    for word in ("definition", "proved", "checked", "convention", "undecided"):
        assert word in text
    legend = page.partition('class="legend"')[2]
    assert re.findall(r'class="math"[^>]*alt="([^"]*)"', legend)[:5] == [""] * 5  # the word beside it says it


def test_identifiers_are_unique(read):
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    described = [a["aria-labelledby"] for _, a in read.tags if "aria-labelledby" in a]
    assert described and set(described) <= set(ids)


def test_theme_values_reach_the_style(page, paper):
    for color in ("ink", "accent", "quiet", "wash", "warning"):
        assert paper.colors[color] in page
    assert "size: A4" in page and "counter(pages)" in page and "break-inside: avoid" in page


def test_colors_of_formulas_come_from_the_theme(page, paper):
    assert paper.colors["upstream"][1:] in page.replace("%23", "#") and "symdlupstream" not in page


def test_a_right_to_left_page(persian, paper):
    read = Reader(whole_page(persian, paper))
    assert read.all("html") == [{"lang": "fa", "dir": "rtl"}]
    assert all(a["dir"] == "ltr" for t, a in read.tags if (a.get("class") or "").startswith("formula"))
    assert "counter(page, persian)" in whole_page(persian, paper)
    assert "Vazirmatn" in whole_page(persian, paper)


def test_free_text_stays_text(paper):
    page = whole_page(nasty_document(), paper)
    clean = whole_page(sample(0), paper)
    read = Reader(page)
    assert {tag for tag, _ in read.tags} <= {tag for tag, _ in Reader(clean).tags} | {"sup", "br"}
    handlers = [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert handlers == []
    assert not set(page) & set("\x00\x07\x1b\u202e\ud800")
    assert 'alert("x")' in "".join(read.text)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style and "alert(" not in style[1] and "/etc/passwd" not in style[1]


def test_a_fragment_styles_nothing_but_itself(sheet, paper):
    page = fragment(sheet, paper)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    rules = re.sub(r"/\*.*?\*/|@font-face \{[^}]*\}", "", style[1], flags=re.DOTALL)
    for selectors in re.findall(r"([^{}]+)\{", rules):
        assert all(part.strip().startswith(".symdl") for part in selectors.split(",")), selectors
    assert "@page" not in page and "<html" not in page


def test_css_strings_hold_anything():
    assert re.fullmatch(r"[A-Za-z0-9\\ ]*", css_string(NASTY.replace("\ud800", "")))
    assert css_string("Page 1") == r"Page\20 1"


def test_running_heads_are_bounded_whatever_course_and_title_are(paper):
    long = "words without end " * 50
    document = replace(sample(0), header=(long,), title=(long,))
    page = whole_page(document, paper)
    heads = re.findall(r'@top-\w+ \{ content: "([^"]*)"', page)
    assert len(heads) == 2
    assert all(0 < len(re.findall(r"\\[0-9a-f]+ |\w", head)) <= 80 for head in heads)


def test_a_dark_screen_gets_a_dark_page_and_paper_does_not(page, paper):
    """One filter over the sheet, for screens alone; the ground around it has the color that white becomes."""
    (dark,) = re.findall(r"@media screen and \(prefers-color-scheme: dark\) \{(.*?\})\s*\}", page, re.DOTALL)
    assert f"background: {by_night(paper.colors['paper'])}" in dark
    assert f"invert({NIGHT})" in dark and "hue-rotate(180deg)" in dark
    assert page.count("prefers-color-scheme") == 1 and ":focus-visible" in page


@pytest.mark.parametrize(
    ("theme", "rows", "whole"), [("paper", 12, True), ("slides", 10, False), ("slides", 3, True)]
)
def test_a_table_is_kept_whole_where_it_is_short_for_its_page(theme, rows, whole):
    """On a slide ten rows are half the page: kept whole they left their heading alone on the slide before."""
    table = Table((("n",), ("words",)), tuple(((str(k),), ("word " * 12,)) for k in range(rows)))
    document = Document(("t",), "en", "ltr", (table,))
    assert ('<table class="short"' in whole_page(document, theme_named(theme))) == whole


def test_words_in_latin_letters_keep_their_direction_on_a_page_from_right_to_left() -> None:
    """The printer finds the direction of every line by itself: "Ng et al." broken before the year came out as
    ".Ng et al".
    """
    said = Paragraph(("منبع: Maas, Hannun & Ng et al. 2013، بخش x و ReLU.",))
    persian = whole_page(Document(("برگه",), "fa", "rtl", (said,), ()), theme_named("paper"))
    assert 'منبع: <bdi dir="ltr">Maas, Hannun &amp; Ng et al. 2013</bdi>، بخش x و ReLU.' in persian
    english = whole_page(Document(("Sheet",), "en", "ltr", (said,), ()), theme_named("paper"))
    assert "<bdi" not in english


def test_a_broad_left_side_stands_above_the_rows_and_does_not_push_them_aside(paper: Theme) -> None:
    broad = Math("+".join(f"x_{{{k}}}" for k in range(16)), "a broad side")
    formula = Formula((Row(broad, "=", Math("y", "y")), Row(None, "=", Math("z", "z"))))
    page = whole_page(replace(sample(), blocks=(formula,)), paper)
    inside = re.search(r'<div class="formula" dir="ltr">(.*?)</main>', page, re.DOTALL)
    assert inside is not None
    marks = re.findall(r'<div class="(\w+)">|(</div>)', inside[1])
    opened: list[str] = []
    for name, _ in marks:
        if name == "head":
            assert opened == []  # beside the table of rows, not in it
        if name == "row":
            assert opened == ["rows"]
        opened.append(name) if name else opened and opened.pop()
    assert [name for name, _ in marks if name] == ["head", "rows", "row"]  # short links share a row


def test_a_step_without_a_formula_is_well_formed(paper: Theme) -> None:
    step = next(block for block in sample().blocks if isinstance(block, StepBlock))
    document = replace(sample(), blocks=(replace(step, formula=Formula(())),))
    assert Reader(whole_page(document, paper)).open == []


def test_the_last_table_of_a_page_is_closed_and_none_is_empty(page: str) -> None:
    assert not re.search(r'<div class="rows">\s*</div>', page)


def test_on_a_narrow_screen_no_table_grows_with_the_formulas_in_it(sheet, paper):
    page = whole_page(sheet, paper)
    found = re.search(r"@media screen and \(max-width: 64em\) \{(.*?)\n\}", page, re.DOTALL)
    assert found is not None
    narrow = dict(re.findall(r"\n  ([^{}]+) \{ ?([^}]*)\}", found[1]))
    growing = re.findall(r"\n(\.symdl [^{}\n]+?) \{[^}]*display: table;", page)
    assert len(growing) >= 3
    for selector in growing:
        holders = [
            selector[: space or None] for space in (0, selector.rfind(" "))
        ]  # itself, what it stands in
        rules = [rule for names, rule in narrow.items() if set(holders) & set(names.split(", "))]
        assert any("display: block" in rule or "display: grid" in rule for rule in rules), selector
