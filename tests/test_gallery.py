"""The page of all worked examples links what it shows, and nothing else."""

from __future__ import annotations

import re

from symdl.cli import gallery

NAMES = ("chain_rule_polynomial", "optimal_discriminator")


def test_the_gallery_shows_every_sheet_in_every_language(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "KINDS", ("html", "tex"))
    page = gallery.gallery(tmp_path / "gallery", ["chain_rule_polynomial"]).read_text("utf-8")
    linked = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert linked == {
        f"chain_rule_polynomial.{lang}.{kind}" for lang in ("en", "fa") for kind in ("html", "tex")
    }
    assert all((tmp_path / "gallery" / name).is_file() for name in linked)
    assert "قاعدهٔ زنجیره‌ای" in page


def test_sheets_are_found_by_language_and_by_what_is_in_them(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "KINDS", ("html",))
    page = gallery.gallery(tmp_path, NAMES).read_text("utf-8")
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
    page = gallery.gallery(tmp_path, ["chain_rule_polynomial"]).read_text("utf-8")
    assert "http" not in page and "@import" not in page
