"""This module renders a document as a notebook file for Jupyter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from symdl.document.blocks import Code, Document, Heading, StepBlock
from symdl.rendering import markdown
from symdl.rendering.theme import Theme
from symdl.rendering.view import clean_lines


def notebook_file(document: Document, theme: Theme) -> str:
    """A document as a notebook: a cell for each step, program text as cells that run."""
    cells = [
        _cell(index, kind, markdown.directed(text, document.direction) if kind == "markdown" else text)
        for index, (kind, text) in enumerate(_cells(document, theme))
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cells(document: Document, theme: Theme) -> Iterator[tuple[str, str]]:
    """Kinds and texts of cells: a step stands alone, other blocks share a cell up to the next heading."""
    parts = markdown.top(document, theme)
    for block in document.blocks:
        runs = isinstance(block, Code) and block.language == "python"
        if parts and (runs or isinstance(block, Heading | StepBlock)):
            yield "markdown", "\n\n".join(parts)
            parts = []
        if isinstance(block, Code) and runs:
            yield "code", clean_lines(block.source)
        elif isinstance(block, StepBlock):
            yield "markdown", markdown.shown(block, document, theme)
        else:
            parts.append(markdown.shown(block, document, theme))
    parts += markdown.legend(document)
    if parts:
        yield "markdown", "\n\n".join(parts)


def _cell(index: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"symdl-{index}", "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell | {"source": text.splitlines(keepends=True)}
