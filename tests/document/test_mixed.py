"""Titles and remarks of a teacher, where Persian, other letters, numbers and formulas stand side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdl
from symdl.document.blocks import Math
from symdl.document.language import language_named, quoting
from symdl.errors import OutputError
from symdl.text import MARK, held, parted
from tests.helpers.bidi import seen

CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PERSIAN = st.sampled_from(["گرادیان", "تابع", "می‌شود", "لایهٔ"])
OTHER = st.sampled_from(
    ["Adam", "Deep Learning", "(4, -1)", "x² + 3xy", "W[1,2]", "2 × 3", "Géron", "e^{-2x}"]
)
NUMBER = st.sampled_from(["۱۴۰۴", "۲٫۵", "۱۰"])
POINT = st.sampled_from(["", "", "،", "؛", ":"])
RUNS = st.lists(st.tuples(st.one_of(PERSIAN, OTHER, NUMBER), POINT), min_size=1, max_size=6)


def joined(runs: list[tuple[str, str]]) -> str:
    """The runs with a Persian word before each pair of neighbors that would be one phrase."""
    words: list[str] = ["متن"]
    for run, point in runs:
        if (
            not re.search("[آ-ی]", run)
            and words[-1][-1] not in "،؛:"
            and not re.search("[آ-ی۰-۹]", words[-1])
        ):
            words.append("و")
        words.append(run + point)
    return " ".join(words)


def before(left: str, right: str, line: str) -> bool:
    """Whether one of two runs stands to the left of the other."""
    return 0 <= line.find(left) < line.find(right)


@given(RUNS)
def test_phrases_stand_in_the_order_of_the_sentence(runs: list[tuple[str, str]]) -> None:
    """Whatever stands side by side, each run reads its own way, and they follow each other from the right."""
    text = joined(runs)
    line = seen(held(text))
    at = len(line)
    for word in re.findall(r"[آ-ی‌ٔ]+|[۰-۹٫]+|[^آ-ی‌ٔ۰-۹٫،؛: ][^آ-ی‌ٔ۰-۹٫،؛]*[^آ-ی‌ٔ۰-۹٫،؛:\s]|x", text):
        shown = word[::-1].replace("\u200c", "") if re.match("[آ-ی]", word) else word
        place = line.rfind(shown, 0, at)
        assert place >= 0, (text, line, word)
        at = place
    assert seen(held(held(text))) == line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("از Géron، Hands-On ML", "Hands-On ML ،Géron زا"),
        ("عمیق (Deep Learning) ۱۴۰۴", "۱۴۰۴ (Deep Learning) قیمع"),
        ("نقطهٔ (4, -1) است", "تسا (4, -1) ٔهطقن"),
    ],
)
def test_what_a_reader_sees(text: str, shown: str) -> None:
    assert seen(held(text)) == shown
    assert seen(text) != shown  # without marks


def test_a_phrase_set_apart_on_a_page_keeps_its_place() -> None:
    """The page isolates a phrase of several words; what stands around it does not move."""
    parts = parted(held("از Géron، Hands-On ML ۲۰۱۹ است"))
    phrase = next(part for part, apart in parts if apart)
    line = seen("".join("\ufffc" if apart else part for part, apart in parts))
    assert phrase == "Hands-On ML"
    assert before("۲۰۱۹", "\ufffc", line) and before("\ufffc", "Géron", line)


PROBLEM = f"""
title = "نقطهٔ (4, -1) از {CONTROLS}Adam، SGD ۱۴۰۴: x² + 3xy"
source = "از Géron، Hands-On ML (2019)"
[sheet]
course = "یادگیری عمیق (Deep Learning) ۱۴۰۴"
teacher = "دکتر\u202e آریا"
[given]
x = 3
[let]
f = "x^2"
[[ask]]
minimize = "f"
method = "newton"
by = ["x"]
steps = 1
remark = "با\u2067 `x + 1` و GAN، LSTM (مثلاً 2 × 3)\u2069 و (4, -1)."
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> symdl.Document:
    path: Path = tmp_path_factory.mktemp("mixed") / "problem.toml"
    path.write_text(PROBLEM, encoding="utf-8")
    derivation = symdl.derive(symdl.load(path))
    document: symdl.Document = symdl.compose(derivation, symdl.verify(derivation), language="fa")
    return document


@pytest.mark.parametrize("form", ["html", "tex", "md", "txt"])
def test_no_control_of_direction_comes_through(document: symdl.Document, form: str) -> None:
    """Marks of our own are all that steers the direction of a page."""
    page = str(symdl.render(document, form))
    assert re.findall(f"[{CONTROLS}]", page) == []
    for word in ("Adam", "SGD", "GAN", "LSTM", "Géron", "آریا"):
        assert word in page


@pytest.mark.parametrize("form", ["md", "txt"])
def test_the_lines_of_a_text_read_as_they_were_written(document: symdl.Document, form: str) -> None:
    page = str(symdl.render(document, form)).replace("\\", "")
    lines = {
        key: seen(line.strip("# *│")) for line in page.split("\n") for key in ("Adam", "LSTM") if key in line
    }
    assert before("SGD", "Adam", lines["Adam"]) and before("۱۴۰۴", "SGD", lines["Adam"])
    assert "(4, -1)" in lines["Adam"] and "x² + 3xy" in lines["Adam"]
    assert before("LSTM", "GAN", lines["LSTM"]) and "2 × 3" in lines["LSTM"]


def test_a_page_of_latex_turns_the_direction_at_every_run(document: symdl.Document) -> None:
    tex = str(symdl.render(document, "tex"))
    for run in ("(4, -1)", "Adam", "SGD", "(Deep Learning)", "Géron", "LSTM"):
        assert re.search(rf"\\symdlltr\{{{re.escape(run)}", tex), run
    assert "\u200e" not in tex and "\u200f" not in tex


def test_a_page_of_html_sets_phrases_apart(document: symdl.Document) -> None:
    page = str(symdl.render(document, "html"))
    assert '<bdi dir="ltr">(Deep Learning)</bdi>' in page
    assert re.search(r"<title>[^<]*Adam[^<]*</title>", page)


def test_a_pdf_of_it(document: symdl.Document) -> None:
    try:
        page = symdl.render(document, "pdf")
    except OutputError as error:
        pytest.skip(error.message())
    assert isinstance(page, bytes) and page.startswith(b"%PDF-")


@pytest.mark.parametrize("code", ["en", "fa"])
def test_what_is_quoted_is_set_as_it_was_typed(code):
    said = language_named(code).running("نام `x_1` تعریف نشده، `k` و «`نام`».")
    spans = quoting(said)
    assert [span.plain for span in spans if isinstance(span, Math)] == ["`x_1`", "`k`"]
    shown = "".join(span if isinstance(span, str) else span.plain for span in spans)
    assert shown.replace(MARK, "") == said.replace(MARK, "")
    assert quoting("one ` alone") == ("one ` alone",)
