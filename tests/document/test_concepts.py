"""The concepts of the course: the same in both languages, with formulas that can be read."""

from __future__ import annotations

import re

import pytest

import symdl
from symdl.catalog import explain
from symdl.core.function import FUNCTIONS
from symdl.document.concepts import concepts, words_of
from symdl.models.minimizers import MINIMIZERS
from symdl.models.optimizers import OPTIMIZERS
from symdl.resources import names_in, read_toml

LATIN = {"word2vec"}  # a name that stays as it is


def test_every_language_has_them_all():
    assert names_in("concepts") == ("en", "fa")
    for language in names_in("concepts"):
        assert list(read_toml("concepts", language)) == list(concepts())


@pytest.mark.parametrize("key", concepts())
@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_concept_is_explained(key: str, language: str):
    if key in FUNCTIONS or key in OPTIMIZERS or key in MINIMIZERS:
        pytest.skip("the library explains it")
    page = symdl.render(explain(key, language), "txt")
    assert words_of(key, language)["name"] in page
    assert len(page.splitlines()) >= 5


@pytest.mark.parametrize("key", concepts())
def test_what_stands_with_a_concept(key: str):
    entry, persian = concepts()[key], words_of(key, "fa")
    assert re.fullmatch(r"00[0-4]:\d+-\d+|00[0-4]:\d+", entry["notes"])
    assert "see" not in entry or entry["see"] in (*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS)
    assert all(words_of(key, language)["what"].endswith(".") for language in ("en", "fa"))
    assert re.match("[آ-ی]", persian["what"])
    assert key in LATIN or re.match("[آ-ی]", persian["name"])
    assert not re.search("[يكىةۀ\u0660-\u0669]|[0-9]|ه\u200cی ", persian["what"])
    assert not re.search(r"(?<![آ-ی\u200c])ن?می [آ-ی]| ها[ی ]", persian["what"])


def test_a_misspelt_concept_finds_its_neighbor():
    with pytest.raises(symdl.SymdlError, match="taylor_series"):
        explain("tailor_series")
