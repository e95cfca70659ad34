"""Runs of problems as tables, and numbers as they stand in print, for comparison with books."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import symdl

Rows = list[dict[str, Any]]


def rows(given: Mapping[str, Any], let: Mapping[str, str], **ask: Any) -> Rows:
    found = symdl.derive(symdl.problem(given=dict(given), let=dict(let), asks=[ask]))
    table: Rows = json.loads(found.to_json())["answers"][0]["value"]
    return table


def column(table: Rows, *names: str) -> list[list[float]]:
    """The parameters of every row, in order."""
    return [[float(x) for name in names for x in np.ravel(row["parameters"][name])] for row in table]


def assert_printed(found: Iterable[float], digits: Sequence[str]) -> None:
    """Numbers as they stand on paper: rounded to as many places, or cut after them."""
    for value, text in zip(found, digits, strict=True):
        unit = Fraction(1, 10 ** len(text.partition(".")[2]))
        paper, exact = Fraction(text), Fraction(value)
        cut = 0 <= (exact - paper) * (1 if value > 0 else -1) < unit
        assert cut or abs(exact - paper) <= unit / 2 + Fraction(1, 10**15), (value, text)
