"""This module defines what stands side by side on a page that has the room: tables, words and a picture."""

from __future__ import annotations

from dataclasses import dataclass

from symdl.document.blocks import Block, Pictures, Table


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables side by side, at a scale at which they fit."""

    tables: tuple[Table, ...]
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Beside:
    """Blocks, and a picture beside them."""

    blocks: tuple[Arranged, ...]
    pictures: Pictures
    width: float  # of the picture, in em


Arranged = Block | Tables | Beside
