from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import click
import pytest
from markdown_it import MarkdownIt

from symdl import compose, render, solve
from symdl.cli import commands
from symdl.document.blocks import Document
from symdl.errors import OutputError


@pytest.fixture(scope="module")
def pictured() -> Document:
    return compose(solve("sin(x y) + x^2", at={"x": 1, "y": 2}))


def sources(text: str) -> list[str]:
    """The addresses of pictures as a viewer reads them."""
    bare = re.sub(r"\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$", "M", text, flags=re.DOTALL)
    page = MarkdownIt("commonmark").enable("table").render(bare)
    return re.findall('<img src="([^"]*)"', page)


@pytest.mark.parametrize("name", ["sheet.md", "my sheet (1).md", "برگه.markdown"])
def test_pictures_of_markdown_stand_beside_it(name: str, pictured: Document, tmp_path: Path) -> None:
    text = str(render(pictured, to=tmp_path / name))
    assert (tmp_path / name).read_text("utf-8") == text and "data:" not in text
    found = [tmp_path / unquote(source) for source in sources(text)]
    assert found and all(ElementTree.parse(path).getroot().tag.endswith("svg") for path in found)
    assert {path.parent.name for path in found} == {Path(name).stem + ".files"}
    assert set(found[0].parent.iterdir()) == set(found)


def test_a_sheet_made_twice_is_the_same_files(pictured: Document, tmp_path: Path) -> None:
    render(pictured, to=tmp_path / "sheet.md")
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    render(pictured, to=tmp_path / "sheet.md")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first


def test_without_a_file_pictures_stand_in_the_text(pictured: Document, tmp_path: Path) -> None:
    assert "](data:image/svg+xml;base64," in str(render(pictured, "md"))
    pipe = Path("/dev/null")
    if pipe.exists():
        assert "](data:image/svg+xml;base64," in str(render(pictured, "md", to=pipe))
        assert not pipe.with_name("null.files").exists()


def test_other_formats_leave_no_folder(pictured: Document, tmp_path: Path) -> None:
    render(pictured, to=tmp_path / "sheet.txt")
    render(Document(("t",), "en", "ltr", ()), to=tmp_path / "bare.md")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare.md", "sheet.txt"]


def test_the_command_keeps_pictures_beside_the_sheet(tmp_path: Path) -> None:
    sheet, page = tmp_path / "sheet.md", tmp_path / "relu.md"
    commands.main(["solve", "x^2 y", "--at", "x=1,y=2", "-o", str(sheet)], standalone_mode=False)
    commands.main(["explain", "relu", "-o", str(page)], standalone_mode=False)
    for path in (sheet, page):
        assert sources(path.read_text("utf-8"))
        assert all((tmp_path / unquote(source)).is_file() for source in sources(path.read_text("utf-8")))


def test_a_folder_that_cannot_be_made_is_told(pictured: Document, tmp_path: Path) -> None:
    (tmp_path / "sheet.files").write_text("taken")
    with pytest.raises(OutputError) as caught:
        render(pictured, to=tmp_path / "sheet.md")
    assert caught.value.key == "output.unwritable" and not (tmp_path / "sheet.md").exists()


def test_a_picture_has_a_ground_of_its_own(pictured: Document, tmp_path: Path) -> None:
    render(pictured, to=tmp_path / "sheet.md")
    for path in (tmp_path / "sheet.files").iterdir():
        ground = ElementTree.parse(path).getroot()[0]
        assert (
            ground.tag.endswith("rect") and ground.get("fill") == "#ffffff" and ground.get("width") == "100%"
        )


def test_pictures_of_an_earlier_sheet_go(pictured: Document, tmp_path: Path) -> None:
    """What a rerun no longer makes is removed; what somebody else put into the folder stays."""
    folder = tmp_path / "sheet.files"
    folder.mkdir()
    for name in ("figure-99.svg", "figure-x.svg", "photo.png"):
        (folder / name).write_text("old")
    text = str(render(pictured, to=tmp_path / "sheet.md"))
    kept = {Path(unquote(source)).name for source in sources(text)}
    assert {path.name for path in folder.iterdir()} == kept | {"figure-x.svg", "photo.png"}
    bare = Document(("t",), "en", "ltr", ())
    render(bare, to=tmp_path / "sheet.md")
    assert {path.name for path in folder.iterdir()} == {"figure-x.svg", "photo.png"}
    for path in folder.iterdir():
        path.unlink()
    render(pictured, to=tmp_path / "sheet.md")
    render(bare, to=tmp_path / "sheet.md")
    assert not folder.exists()


def test_marks_keep_their_pictures_beside_them_too(tmp_path: Path) -> None:
    problem, answers, page = (tmp_path / name for name in ("p.toml", "answers.csv", "report.md"))
    problem.write_text('[given]\nx = 2\n[let]\nf = "x^2"\n[[ask]]\ngradient = "f"\nby = ["x"]\n')
    rows = [f"s{k},gradient.f.x,{answer}" for k, answer in enumerate(["2x", "x", "x^2", "2", "x", "2x"])]
    answers.write_text("\n".join(["student,question,answer", *rows]))
    with suppress(click.exceptions.Exit, SystemExit):
        commands.main(["grade", str(problem), str(answers), "-o", str(page)], standalone_mode=False)
    text = page.read_text("utf-8")
    assert "data:" not in text and sources(text)
    assert all((tmp_path / unquote(source)).is_file() for source in sources(text))
