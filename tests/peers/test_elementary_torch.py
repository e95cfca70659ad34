"""Elementary functions, the determinant and the inverse against PyTorch: values and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdl

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers

LINES: dict[str, Callable[[Any, Any], Any]] = {
    "det(A)": lambda a, b: torch.det(a),
    "logdet(A)": lambda a, b: torch.slogdet(a)[1],
    "trace(B inv(A))": lambda a, b: torch.trace(b @ torch.inverse(a)),
    "sum(hypot(A, B))": lambda a, b: torch.hypot(a, b).sum(),
    "sum(atan2(A, B))": lambda a, b: torch.atan2(a, b).sum(),
    "sum(log1p(A * A) + expm1(A))": lambda a, b: (torch.log1p(a * a) + torch.expm1(a)).sum(),
    "sum(sech(A) + coth(A) + csch(A))": lambda a, b: (
        1 / torch.cosh(a) + 1 / torch.tanh(a) + 1 / torch.sinh(a)
    ).sum(),
    "sum(log2(A * A + 1) + log10(A * A + 2))": lambda a, b: (
        torch.log2(a * a + 1) + torch.log10(a * a + 2)
    ).sum(),
    "sum(sec(A) + csc(A) + cot(A))": lambda a, b: (
        1 / torch.cos(a) + 1 / torch.sin(a) + 1 / torch.tan(a)
    ).sum(),
}


@pytest.mark.parametrize("text", LINES)
def test_values_and_gradients_are_those_of_torch(text: str) -> None:
    rng = np.random.default_rng(3)
    a, b = (rng.normal(size=(4, 4)) for _ in "AB")
    asks = [{"gradient": "L", "by": ["A"]}]
    given = {"A": a.tolist(), "B": b.tolist()}
    solved = symdl.derive(symdl.problem(given=given, let={"L": text}, asks=asks))
    theirs = torch.tensor(a, requires_grad=True)
    value = LINES[text](theirs, torch.tensor(b))
    value.backward()
    assert solved.values["L"] == pytest.approx(value.item(), rel=1e-10)
    assert np.allclose(solved.answers["gradient.L.A"].numpy, theirs.grad.numpy(), rtol=1e-9, atol=1e-10)
