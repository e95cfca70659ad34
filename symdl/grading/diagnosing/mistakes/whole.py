"""This module declares mistakes in an answer as a whole: its sign, a constant factor, the layout."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from symdl.grading.diagnosing.misconceptions import Turn, turning

LN2, LN10 = math.log(2), math.log(10)


def _scaled(factor: float) -> Turn:
    return Turn(lambda truth, _: truth * factor, {"factor": f"{factor:.6g}"})


def _sizes(power: int, factor: float = 1) -> Turn:
    def turn(truth: Any, facts: Mapping[str, Any]) -> Any:
        count = facts.get("count")
        return None if not count or count < 2 else truth * factor * float(count) ** power

    return Turn(turn)


def _transposed(truth: Any, facts: Mapping[str, Any]) -> Any:
    square = np.ndim(truth) == 2 and np.shape(truth)[0] == np.shape(truth)[1]
    return np.asarray(truth).T if square and not facts.get("hessian") else None


turning("sign", _scaled(-1))
turning("factor_two", _scaled(2), _scaled(1 / 2), _scaled(-2), _scaled(-1 / 2))
turning("average", _sizes(1), _sizes(-1), _sizes(1, 2), _sizes(-1, 2), _sizes(1, 1 / 2), _sizes(-1, 1 / 2))
turning("factor", _scaled(3), _scaled(1 / 3), _scaled(4), _scaled(1 / 4))
turning("log_base", _scaled(LN10), _scaled(1 / LN10), _scaled(LN2), _scaled(1 / LN2))
turning("transposed", Turn(_transposed), convention=True)
