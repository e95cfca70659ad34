"""This module names assumptions about quantities that several places ask for."""

from __future__ import annotations

COLUMNS = "distribution-columns"  # each column of a matrix is a distribution
WEIGHTS = frozenset({"distribution", COLUMNS, "one-hot"})  # no entry is negative, and certain ones sum to one
