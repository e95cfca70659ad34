"""This module holds one aligned formula: a left side, the forms that its right side takes, the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symdl.formula.tree import Node


@dataclass(frozen=True)
class Chain:
    """One aligned formula: a left side, the forms of its right side, each with what it is, its value."""

    left: Node
    rows: tuple[tuple[str, Node], ...]
    value: Any = None
