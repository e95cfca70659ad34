"""This module prints measurements as the rows of a Markdown table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.timing import Growth, Measurement


@dataclass(frozen=True)
class Table:
    """Columns with their widths, and what stands in them."""

    columns: tuple[tuple[str, int], ...]
    cells: Callable[[Any], tuple[str, ...]]

    def head(self) -> str:
        """The names of the columns and the rule below them."""
        rule = "|".join("-" * (width + 2) for _, width in self.columns)
        return f"{self._line(tuple(name for name, _ in self.columns))}\n|{rule}|"

    def row(self, item: Any) -> str:
        """One row."""
        return self._line(self.cells(item))

    def _line(self, cells: tuple[str, ...]) -> str:
        padded = (cell.ljust(width) for cell, (_, width) in zip(cells, self.columns, strict=True))
        return f"| {' | '.join(padded)} |"


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them.

    >>> duration(0.00123)
    '1.23 ms'
    """
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def _compared(found: Measurement) -> tuple[str, ...]:
    if found.other is None:
        return found.what, duration(found.seconds), found.peer, "not installed", "", found.aim, ""
    ratio = found.other / found.seconds
    times = f"{ratio:.3g}x faster" if ratio >= 1 else f"{1 / ratio:.3g}x slower"
    seconds, other = duration(found.seconds), duration(found.other)
    return found.what, seconds, found.peer, other, times, found.aim, found.verdict


def _grown(growth: Growth) -> tuple[str, ...]:
    times = ", ".join(
        f"{size}: {duration(seconds)}" for size, seconds in zip(growth.sizes, growth.seconds, strict=True)
    )
    return growth.what, growth.by, f"{growth.power:.2f}", times


table = Table(
    (("what", 46), ("symdl", 8), ("beside", 30), ("takes", 13), ("symdl is", 13), ("aim", 24), ("", 6)),
    _compared,
)
growth_table = Table((("what", 30), ("by", 6), ("power", 5), ("times", 64)), _grown)
