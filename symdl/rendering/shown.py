"""This module lets a document show itself in a notebook, as the derivation does that it was composed from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from symdl.document.blocks import Document


@dataclass(frozen=True, slots=True, repr=False)
class Shown(Document):
    """A document that shows itself: HTML, LaTeX and plain text."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from symdl.rendering.bundle import mime_bundle

        return mime_bundle(self)


def shown(document: Document) -> Shown:
    """The same document as one that shows itself."""
    return Shown(**{field.name: getattr(document, field.name) for field in fields(document)})
