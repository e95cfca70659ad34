from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zlib
from dataclasses import replace

import pytest

try:
    import weasyprint  # noqa: F401
except OSError:
    pytest.skip("the system libraries of WeasyPrint are missing", allow_module_level=True)

from symdl.document.blocks import Formula, Math, Row
from symdl.errors import OutputError
from symdl.rendering.html import whole_page
from symdl.rendering.pdf import Fetcher, portable_document, printed
from symdl.rendering.theme import Theme
from symdl.resources import PACKAGE, folder
from tests.rendering.hostile import nasty_document
from tests.rendering.sample import sample

PIXEL = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E"


@pytest.fixture(scope="module")
def data(sheet, paper) -> bytes:
    return portable_document(sheet, paper)


def objects(data: bytes) -> bytes:
    """The file with its compressed streams laid open, as far as they are."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    opened = [data]
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(opened)


def test_it_is_tagged_named_and_has_bookmarks(data):
    inside = objects(data)
    assert data.startswith(b"%PDF-")
    assert b"pdfuaid" in inside
    assert b"/Lang (en)" in inside or b"/Lang(en)" in inside
    assert b"/MarkInfo" in inside and b"/StructTreeRoot" in inside
    assert b"/Outlines" in inside
    assert b"/Alt" in inside
    assert b"/FontFile" in inside and b"Symdl-Serif" in inside


@pytest.mark.slow
def test_like_pages_give_like_bytes_in_any_process(data):
    program = (
        "import sys\n"
        "from tests.rendering.sample import sample\n"
        "from symdl.rendering.renderer import render\n"
        "sys.stdout.buffer.write(render(sample(extra=2), 'pdf'))\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment)
    assert run.stdout == data
    assert run.stderr == b""


def told(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_text_pages_and_fonts(data, tmp_path):
    file = tmp_path / "sheet.pdf"
    file.write_bytes(data)
    pages = told("pdftotext", "-layout", file, "-").split("\f")[:-1]
    assert "Backpropagation through a 2-2-2 network" in pages[0]
    assert [f"Page {k} of {len(pages)}" in page for k, page in enumerate(pages, 1)] == [True] * len(pages)
    assert all("Deep learning, exercise 3" in page for page in pages)
    fonts = told("pdffonts", file).splitlines()[2:]
    assert fonts and all(re.search(r"\byes yes (yes|no)\b", line) for line in fonts)


@pytest.mark.parametrize(
    "body",
    [
        "<img src='file:///etc/passwd'>",
        "<img src='FILE:///etc/passwd'>",
        "<img src='http://127.0.0.1:9/x.png'>",
        "<link rel=stylesheet href='http://127.0.0.1:9/x.css'>",
        "<link rel=attachment href='file:///etc/passwd'>",
        "<a rel=attachment href='file:///etc/passwd'>x</a>",
        "<style>@import 'file:///etc/passwd';</style>",
        "<style>@font-face { font-family: x; src: url(file:///etc/passwd) }</style><p style='font: 9pt x'>",
    ],
)
def test_no_other_file_or_address_is_read(body):
    with pytest.raises(OutputError) as caught:
        printed(f"<html lang=en><title>x</title><body>{body}")
    assert caught.value.key == "output.pdf_address"


@pytest.mark.parametrize(
    "body",
    ["<img src='//127.0.0.1/x.png'>", "<svg><image href='file:///etc/hostname' width='9' height='9'/></svg>"],
)
def test_what_is_no_address_at_all_is_left_out(body):
    assert b"/Subtype /Image" not in objects(printed(f"<html lang=en><title>x</title><body>{body}"))


def test_what_a_page_carries_and_the_assets_are_served(tmp_path):
    assert Fetcher().fetch(PIXEL).read().startswith(b"<svg")
    font = next((folder("assets") / "fonts").glob("*.woff2"))
    assert Fetcher().fetch(font.as_uri()).read() == font.read_bytes()


@pytest.mark.parametrize(
    "path", ["fonts/../../errors.py", "fonts/%2e%2e/%2e%2e/errors.py", "missing", "fonts"]
)
def test_no_way_out_of_the_assets(path):
    with pytest.raises(BaseException, match="file:") as caught:
        Fetcher().fetch(f"{folder('assets').as_uri()}/{path}")
    assert type(caught.value).__name__ == "FatalURLFetchingError"


def test_a_page_too_deep_is_one_error():
    with pytest.raises(OutputError) as caught:
        printed("<html lang=en><title>x</title><body>" + "<div>" * 3000 + "x")
    assert caught.value.key == "output.pdf_too_deep"


def test_hostile_text_makes_a_pdf(paper):
    assert printed(whole_page(nasty_document(), paper)).startswith(b"%PDF-")


def test_only_the_pdf_module_makes_pages_and_no_template_is_unescaped():
    for file in PACKAGE.rglob("*.py"):
        source = file.read_text("utf-8")
        if file.name != "pdf.py":
            assert not re.search(r"\b(HTML|CSS)\(", source), file
        assert "autoescape=False" not in source and "Markup(" not in source, file
    for file in folder("templates").rglob("*.*ml"):
        assert not re.search(r"\|\s*safe\b|autoescape false", file.read_text("utf-8")), file


def lines(count: int, head: str = "symdl", height: int = 10) -> str:
    """A page of so many lines, fifty to a sheet of paper, lower where it is set tight."""
    style = "@page { size: 100pt 500pt; margin: 0 } body, p { margin: 0 }"
    style += f" p {{ height: {height}pt }} .tight p {{ height: {height - 1}pt }}"
    return f'<html lang="en"><style>{style}</style><main class="{head}">{"<p>line</p>" * count}</main></html>'


def pages(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", objects(data)))


def test_a_few_lines_on_a_last_page_are_brought_onto_the_page_before():
    assert pages(printed(lines(53))) == 2 and pages(fitted(53)) == 1


def fitted(count: int) -> bytes:
    """The page where there is the same one in smaller letters."""
    return printed(lines(count), small=lambda letters: lines(count, height=round(9 * letters)))


def test_more_than_four_pages_are_set_as_tight_as_spares_one():
    assert pages(printed(lines(240))) == 5 and pages(fitted(240)) == 4


def test_more_than_four_pages_are_set_in_small_letters_where_that_spares_one():
    assert pages(printed(lines(280))) == 6 and pages(fitted(280)) == 4


@pytest.mark.parametrize("count", [48, 62, 80, 190])  # a full page, too much to bring back, well filled pages
def test_other_sheets_are_left_as_they_are(count):
    assert fitted(count) == printed(lines(count))


def elements(data: bytes, kind: bytes) -> list[bytes]:
    """The structure elements of a kind, each as it stands in the file."""
    return re.findall(
        rb"<</Type /StructElem/S /" + kind + rb"/K \[[^]]*\].*?>>(?:\s|(?=<<)|$)", objects(data)
    )


def test_every_picture_that_is_content_has_words_and_formulas_are_formulas(data: bytes) -> None:
    formulas, figures = elements(data, b"Formula"), elements(data, b"Figure")
    assert len(formulas) > len(figures) > 0
    assert all(b"/Alt" in element for element in [*formulas, *figures])
    inside = objects(data)
    assert len(re.findall(rb"/S /(?:Figure|Formula)\b", inside)) == len(formulas) + len(figures)


def test_further_lines_and_margins_are_no_content(paper: Theme) -> None:
    long = Math("+".join(f"x_{{{k}}}" for k in range(90)), "a long sum")
    document = sample(extra=4)
    formula = Formula((Row(Math("s", "s"), "=", long),))
    data = portable_document(replace(document, blocks=(*document.blocks, formula)), paper)
    inside = objects(data)
    pages = int(re.findall(rb"/Count (\d+)", inside)[0])
    assert inside.count(b"/Artifact\n<</Type /Pagination>>\nBDC") >= 2 * pages - 1  # titles, numbers of pages
    assert inside.count(b"a long sum") == 1 < inside.count(b"/Artifact\n\nBMC")
    numbers = [int(n) for n in re.findall(rb"/MCID (\d+)", inside)]
    kids = [int(n) for n in re.findall(rb"/K \[(\d+)\]", inside)]
    assert sorted(numbers) == sorted(kids)  # every part of a page belongs to an element
    assert not re.search(rb"/S /(?:Span|Div|NonStruct|P)/K \[\]", inside)


def test_pictures_of_a_template_that_are_no_formulas_stay_figures() -> None:
    page = f"<html lang=en><title>x</title><body><img alt='a square' src=\"{PIXEL}\"><p>words"
    data = printed(page)
    assert len(elements(data, b"Figure")) == 1 and not elements(data, b"Formula")
    assert b"/S /P/K [" in objects(data)
