"""This module says whether a value agrees with the right one, in balls or, on large graphs, in floats."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.checking.probe import middle
from symdl.grading.judging.comparison import judged
from symdl.grading.values import Value

FLOAT_TOLERANCE = 1e-9


def agreement(value: Value, truth: Any, balls: bool) -> str:
    """Whether a value agrees with the right one: equal, different, unclear."""
    if value.status != "value":
        return "different" if value.status == "undefined" else "unclear"
    if balls:
        return judged(value, Value("value", truth))
    given, right = np.asarray(floats(value.ball)), np.asarray(truth, dtype=float)
    return "equal" if np.allclose(given, right, rtol=FLOAT_TOLERANCE, atol=0) else "different"


def first_off(value: Value, truth: Any, balls: bool) -> tuple[int, ...] | None:
    """The first entry that differs, counted from 1."""
    if value.status != "value" or not np.ndim(truth):
        return None
    for index in np.ndindex(np.shape(truth)):
        if agreement(Value("value", value.ball[index]), truth[index], balls) == "different":
            return tuple(k + 1 for k in index)
    return None


def floats(value: Any) -> Any:
    """Balls as floats; floats as they are."""
    if isinstance(value, np.ndarray):
        return np.array([middle(item) for item in value.flat]).reshape(value.shape)
    return middle(value)
