"""Games of generator and discriminator whose judgments are numbers, columns, matrices, of any size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl

LET = {
    "v": "gan_value(r, f)",
    "s": "gan_saturating(f)",
    "n": "gan_non_saturating(f)",
    "c": "wgan_critic(r, f)",
}
LET |= {"L": "v + s + 2 n + 3 c"}
ASKS = [{"gradient": "L", "by": ["r", "f"]}]


@pytest.mark.parametrize(
    ("r", "f"), [(0.7, 0.2), ([0.7], [0.2, 0.4]), ([[0.7, 0.6]], [[0.2, 0.4], [0.3, 0.8]])]
)
def test_a_judgment_may_have_any_shape(r: Any, f: Any):
    solved = symdl.derive(symdl.problem(given={"r": r, "f": f}, let=LET, asks=ASKS))
    assert {check.outcome for check in solved.checks} == {"holds"}
    real, fake = np.asarray(r), np.asarray(f)
    assert np.allclose(solved.gradient["r"].numpy, (1 / real + 3) / real.size)
    assert np.allclose(solved.gradient["f"].numpy, (-2 / (1 - fake) - 2 / fake - 3) / fake.size)


@pytest.mark.parametrize("shape", [[], ["N"], ["N", "k"]])
def test_it_holds_for_all_sizes(shape: list[str]):
    solved = symdl.derive(symdl.problem(symbols={"r": shape, "f": shape}, let=LET, asks=ASKS))
    assert {check.outcome for check in solved.checks} == {"holds"}
