"""The page of all worked examples links what it shows, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from symdl.cli import gallery
from symdl.errors import OutputError
from symdl.rendering import renderer
from symdl.resources import folder

NAMES = ("chain_rule_polynomial", "optimal_discriminator")


def made(into, names):
    page, failures = gallery.gallery(into, names)
    assert failures == []
    return page.read_text("utf-8")


def test_the_gallery_shows_every_sheet_in_every_language(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "KINDS", ("html", "tex"))
    page = made(tmp_path / "gallery", ["chain_rule_polynomial"])
    linked = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert linked == {
        f"chain_rule_polynomial.{lang}.{kind}" for lang in ("en", "fa") for kind in ("html", "tex")
    }
    assert all((tmp_path / "gallery" / name).is_file() for name in linked)
    assert "قاعدهٔ زنجیره‌ای" in page


def test_sheets_are_found_by_language_and_by_what_is_in_them(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "KINDS", ("html",))
    page = made(tmp_path, NAMES)
    cards = dict(re.findall(r'<article id="([^"]+)" lang="[a-z]+" data-contents="([^"]*)"', page))
    assert set(cards) == {f"{n}.{lang}" for n in NAMES for lang in ("en", "fa")}
    assert "calculus" in cards["chain_rule_polynomial.fa"].split()
    found = cards["optimal_discriminator.en"].split()
    assert "lesson" in found and "forward" in found and "calculus" not in found
    offered = set(re.findall(r'<option value="([a-z]+)">', page))
    assert {"en", "fa"} | {part for parts in cards.values() for part in parts.split()} <= offered
    assert {"search", "language", "contents", "previous", "next"} <= set(re.findall(r'id="([a-z]+)"', page))


def test_the_page_asks_nothing_of_the_network(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "KINDS", ("html",))
    page = made(tmp_path, ["chain_rule_polynomial"])
    assert "http" not in page and "@import" not in page


def test_an_example_that_fails_is_told_and_the_others_are_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gallery, "KINDS", ("html", "tex"))
    for name in ("wrong", NAMES[0]):
        (tmp_path / "given" / name).mkdir(parents=True)
        shipped = (folder("worked_examples") / NAMES[0] / "problem.toml").read_text("utf-8")
        text = shipped if name in NAMES else 'title = "t"\n[let]\ny = "x^2"\n'
        (tmp_path / "given" / name / "problem.toml").write_text(text, "utf-8")
    places = {"worked_examples": tmp_path / "given"}
    monkeypatch.setattr("symdl.cli.gallery.folder", places.__getitem__)
    monkeypatch.setattr("os.cpu_count", lambda: 1)

    def render(document, kind, to):
        if kind == "tex":
            raise OutputError("output.pdf_libraries", reason="pango")
        return renderer.render(document, kind, to=to)

    monkeypatch.setattr("symdl.cli.gallery.render", render)
    assert gallery.main([str(tmp_path / "out")]) == 1
    told = capsys.readouterr()
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert told.out.strip() == str(tmp_path / "out" / "index.html")
    assert f"{NAMES[0]}.en.html" in page and '.tex"' not in page and "wrong" not in page
    assert f"{NAMES[0]}.fa.tex: " in told.err and "wrong: " in told.err and "Traceback" not in told.err


def test_a_search_finds_words_as_they_are_typed_on_any_keyboard(tmp_path, monkeypatch):
    quickjs = pytest.importorskip("quickjs")
    monkeypatch.setattr(gallery, "KINDS", ("html",))
    page = made(tmp_path, ["chain_rule_polynomial"])
    (plain,) = re.findall(r"^const plain = .*;$", page, re.MULTILINE)
    context = quickjs.Context()
    context.eval(plain)
    for shown, typed in (("قاعدهٔ زنجیره‌ای", "قاعده زنجيرهای"), ("Kullback–Leibler é", "leibler e")):
        found = context.eval(f"plain({json.dumps(shown)}).includes(plain({json.dumps(typed)}))")
        assert found is True
