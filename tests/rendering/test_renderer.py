from __future__ import annotations

import subprocess
import sys

import pytest

from symdl.errors import OutputError
from symdl.rendering.renderer import FORMATS, format_of, render


def test_formats_and_the_endings_they_answer_to():
    assert {"html", "pdf", "tex", "txt", "md", "ipynb", "terminal"} <= set(FORMATS)
    for key in FORMATS:
        assert all(format_of(f"Sheet{suffix.upper()}") == key for suffix in FORMATS[key].suffixes)


@pytest.mark.parametrize("name", ["sheet.docx", "sheet", "", ".pdf"])
def test_unknown_ending(name):
    with pytest.raises(OutputError) as caught:
        format_of(name)
    assert caught.value.key == "output.unknown_format"


def test_unknown_format_names_the_nearest(sheet):
    with pytest.raises(OutputError) as caught:
        render(sheet, "htlm")
    assert caught.value.facts["nearest"] == "html"
    assert "html" in caught.value.message()


@pytest.mark.parametrize("key", ["html", "tex", "txt", "md", "ipynb", "terminal"])
def test_the_same_document_gives_the_same_text(sheet, persian, key):
    for document in (sheet, persian):
        text = render(document, key)
        assert isinstance(text, str)
        assert text == render(document, key)
        assert text.endswith("\n") and "\r" not in text


def test_format_follows_from_the_file_name(sheet, tmp_path):
    text = render(sheet, to=tmp_path / "sheet.md")
    assert (tmp_path / "sheet.md").read_text("utf-8") == text


def test_importing_the_renderer_loads_nothing_heavy():
    program = (
        "import sys, symdl.rendering.renderer\n"
        "heavy = ('weasyprint', 'jinja2', 'rich', 'quickjs', 'sympy', 'numpy')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_missing_system_libraries_are_one_clear_error():
    program = (
        "import sys\n"
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'weasyprint':\n"
        "            raise OSError('cannot load library libgobject-2.0-0')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "from tests.rendering.sample import sample\n"
        "from symdl.errors import OutputError\n"
        "from symdl.rendering.renderer import render\n"
        "render(sample(0), 'html'), render(sample(0), 'tex')\n"
        "try:\n"
        "    render(sample(0), 'pdf')\n"
        "except OutputError as error:\n"
        "    print(error.key, error.hint())\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("output.pdf_libraries") and "apt-get install" in run.stdout
