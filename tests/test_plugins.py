"""An installed package announces its declarations under the entry point group `symdl`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import symdl
from symdl.catalog import explain, listing
from symdl.core.function import FUNCTIONS
from symdl.errors import SymdlError
from symdl.models.layer import LAYERS
from symdl.registry import plugins

MODULE = """
import symdl

symdl.layer(
    "plugged_gate", params="x U", results="y", weights="U", shapes={"x": "n", "U": "n n"},
    lines={"g": "sigmoid(U x)", "y": "g * x"},
    words={"en": "Every entry passes as far as its gate is open.", "fa": "هر درایه از دروازه‌اش می‌گذرد."},
)
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package `plugged` as pip installs it; its module is still empty."""
    home = tmp_path / "plugged-1.0.dist-info"
    home.mkdir()
    (home / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n")
    (home / "entry_points.txt").write_text("[symdl]\ncourse = plugged\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins.cache_clear()
    yield tmp_path / "plugged.py"
    sys.modules.pop("plugged", None)
    plugins.cache_clear()
    if "plugged_gate" in LAYERS:
        LAYERS.remove("plugged_gate")
        FUNCTIONS.remove("plugged_gate")


def test_its_layer_is_listed_explained_and_used(installed: Path) -> None:
    installed.write_text(MODULE)
    assert "Every entry passes" in str(symdl.render(listing("layers"), "txt"))
    assert "هر درایه از دروازه‌اش می‌گذرد." in str(symdl.render(explain("plugged_gate", "fa"), "txt"))


def test_its_layer_is_known_to_problems(installed: Path) -> None:
    installed.write_text(MODULE)
    let = {"y": "plugged_gate(x, U)", "L": "sum(y)"}
    asks = [{"gradient": "L", "by": "U"}]
    given = {"x": [1, 2], "U": [["1/2", 0], [1, -1]]}
    found = symdl.derive(symdl.problem(given=given, let=let, asks=asks))
    assert {check.outcome for check in found.checks} == {"holds"}


@pytest.mark.parametrize("text", ["import nonesuch_at_all", "import symdl\nsymdl.layer('dense', params='x')"])
def test_one_that_cannot_be_loaded_is_named(installed: Path, text: str) -> None:
    installed.write_text(text)
    with pytest.raises(SymdlError, match=r"`plugged`.*`course`") as told:
        explain("plugged_gate")
    assert "plugged" in told.value.message("fa")


def test_words_ask_for_nothing_and_are_in_a_language() -> None:
    for words in ({"en": "{place}"}, {"xx": "gate"}, {"en": " "}, {}):
        with pytest.raises(SymdlError):
            symdl.layer("plugged_gate", params="x", results="y", lines={"y": "2 x"}, words=words)
        assert "plugged_gate" not in LAYERS
