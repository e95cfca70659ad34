"""This module makes what a derivation shows of itself in a notebook: one document in several formats."""

from __future__ import annotations

from symdl.document.blocks import Document
from symdl.rendering import html, latex
from symdl.rendering.terminal import transcript
from symdl.rendering.theme import theme_named


def mime_bundle(document: Document, theme: str = "paper") -> dict[str, str]:
    """A document by media type: HTML to look at, LaTeX for an export to PDF, plain text for a console."""
    style = theme_named(theme)
    return {
        "text/html": html.fragment(document, style),
        "text/latex": latex.fragment(document, style),
        "text/plain": transcript(document),
    }
