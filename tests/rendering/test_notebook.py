from __future__ import annotations

import json

import pytest

from symdl.rendering.bundle import mime_bundle
from symdl.rendering.notebook import notebook_file
from tests.rendering.hostile import nasty_document


@pytest.fixture(scope="module")
def notebook(sheet, paper):
    return json.loads(notebook_file(sheet, paper))


def test_a_step_is_a_cell_and_code_runs(notebook, sheet):
    kinds = [cell["cell_type"] for cell in notebook["cells"]]
    assert kinds.count("code") == 1
    texts = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert sum(text.startswith("**") and "$$" in text for text in texts) >= 11
    assert texts[kinds.index("code")].startswith("def gradient")
    assert [cell["id"] for cell in notebook["cells"]] == [f"symdl-{k}" for k in range(len(kinds))]


def test_the_file_is_a_valid_notebook(sheet, persian, paper):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is an extra")
    for document in (sheet, persian, nasty_document()):
        assert nbformat.validator.isvalid(nbformat.reads(notebook_file(document, paper), as_version=4))


def test_cells_of_a_persian_notebook_run_from_the_right(persian, paper):
    cells = json.loads(notebook_file(persian, paper))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert all(text.startswith('<div dir="rtl">\n\n') for text in texts)
    assert all(text.endswith("\n\n</div>") for text in texts)


def test_what_an_object_shows_of_itself(sheet, capfd):
    bundle = mime_bundle(sheet)
    assert set(bundle) == {"text/html", "text/latex", "text/plain"}
    assert "<main" in bundle["text/html"] and "data:image/svg+xml" in bundle["text/html"]
    assert r"\begin{align*}" in bundle["text/latex"] and r"\documentclass" not in bundle["text/latex"]
    assert "\x1b" not in bundle["text/plain"]
    assert capfd.readouterr() == ("", "")
