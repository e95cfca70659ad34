"""These tests list and explain everything the library has, in every language and by its command."""

from __future__ import annotations

import subprocess
import sys

import pytest

from symdl.catalog import KINDS, all_misconceptions, explain, listing
from symdl.document.blocks import Table
from symdl.errors import SymdlError
from symdl.rendering.terminal import transcript

LANGUAGES = ("en", "fa")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed(kind, language):
    (table,) = listing(kind, language).blocks
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == [(key,) for key in KINDS[kind]()]
    assert table.rows


def test_a_kind_is_listed_by_a_process_that_has_not_marked_before():
    listed = subprocess.run(
        [sys.executable, "-m", "symdl", "list", "misconceptions"], capture_output=True, text=True, check=True
    )
    assert "transposed" in listed.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_misconception_is_explained(language):
    for key in all_misconceptions():
        page = transcript(explain(key, language))
        assert "{" not in page
        assert len(page.split("\n")) > 4


def test_nothing_to_explain_names_the_nearest():
    with pytest.raises(SymdlError) as caught:
        explain("tranposed")
    assert caught.value.facts["nearest"] == "transposed"
