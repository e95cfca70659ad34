"""The page of all worked examples links what it shows, and nothing else."""

from __future__ import annotations

import re

from symdl.cli import gallery


def test_the_gallery_shows_every_sheet_in_every_language(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "KINDS", ("html", "tex"))
    page = gallery.gallery(tmp_path / "gallery", ["chain_rule_polynomial"]).read_text("utf-8")
    linked = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert linked == {
        f"chain_rule_polynomial.{lang}.{kind}" for lang in ("en", "fa") for kind in ("html", "tex")
    }
    assert all((tmp_path / "gallery" / name).is_file() for name in linked)
    assert "قاعدهٔ زنجیره‌ای" in page
