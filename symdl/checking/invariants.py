"""This module checks eigenvalues and minors by what does not depend on how they were found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def invariants_error(matrix: Any, eigenvalues: Any, minors: Iterable[Any] = ()) -> float:
    """How far eigenvalues are from the trace and the determinant of a matrix, and what should be its leading
    minors from these, relative to the largest of them.

    >>> invariants_error(np.array([[2.0, 1.0], [1.0, 2.0]]), [1, 3], [2, 3]) < 1e-15
    True
    """
    found = np.asarray(eigenvalues, dtype=float)
    scale = max(1.0, float(np.abs(found).max())) ** len(found)
    wrong = [abs(found.sum() - np.trace(matrix)), abs(found.prod() - np.linalg.det(matrix))]
    wrong += [abs(float(minor) - np.linalg.det(matrix[:k, :k])) for k, minor in enumerate(minors, start=1)]
    return float(max(wrong)) / scale
