"""An update rule of one's own: one declaration gives numbers, formulas, worked lines, its page, its marks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.catalog import explain
from symdl.document.blocks import Formula, StepBlock
from symdl.errors import SymdlError
from symdl.models.optimizers import OPTIMIZERS

SLOPES = np.array([2.0, 6.0])


@pytest.fixture(autouse=True)
def _only_here() -> Iterator[None]:
    """What a test declares is gone after it."""
    before = set(OPTIMIZERS)
    yield
    for key in set(OPTIMIZERS) - before:
        OPTIMIZERS.remove(key)


def solved(rule: str, **ask: Any) -> symdl.Solved:
    asks = [{"update": rule, "of": "L", "by": "w", "steps": 5, **ask}]
    return symdl.derive(symdl.problem(given={"w": [1, -2]}, let={"L": "w[1]^2 + 3 w[2]^2"}, asks=asks))


def path(found: symdl.Solved) -> Any:
    rows = json.loads(found.to_json())["answers"][0]["value"]
    return np.array([row["parameters"]["w"] for row in rows])


def yogi() -> None:
    """Zaheer et al. 2018."""
    symdl.optimizer(
        "yogi", state="m v", settings={"learning_rate": "1/100", "beta1": "9/10", "beta2": "999/1000",
                                       "epsilon": "1/1000"},
        lines={
            "m": "beta1 m + (1 - beta1) g",
            "v": "v - (1 - beta2) sign(v - g^2) * g^2",
            "theta": "theta - learning_rate m / (sqrt(v) + epsilon)",
        },
        source="Zaheer et al. 2018",
    )  # fmt: skip


def test_yogi_gets_numbers_lines_and_checks() -> None:
    yogi()
    found = solved("yogi")
    w, m, v = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for row in path(found):
        assert row == pytest.approx(w, rel=1e-12)
        g = SLOPES * w
        m, v = 0.9 * m + 0.1 * g, v - 0.001 * np.sign(v - g**2) * g**2
        w = w - 0.01 * m / (np.sqrt(v) + 1e-3)
    checks = symdl.verify(found)
    assert {check.outcome for check in checks} == {"holds"}
    blocks = symdl.compose(found, checks).blocks
    rows = [row.right.tex for block in blocks if isinstance(block, StepBlock) for row in block.formula.rows]
    assert any(r"\beta" in tex and "sgn" in tex for tex in rows)
    for language in ("en", "fa"):
        assert symdl.compose(found, checks, language=language).blocks


def test_its_page_holds_its_equations() -> None:
    yogi()
    blocks = explain("yogi").blocks
    (formula,) = (block for block in blocks if isinstance(block, Formula))
    assert [row.left.plain for row in formula.rows if row.left] == ["m", "v", "θ"]
    text = str(blocks)
    assert "Zaheer" in text and "1/1000" in text


def test_adan_looks_at_two_gradients() -> None:
    """Xie et al. 2022, without restarts: the gradient before is a state like any other."""
    symdl.optimizer(
        "adan", state="m d n h", initial={"h": "0"},
        settings={"learning_rate": "1/100", "beta1": "98/100", "beta2": "92/100", "epsilon": "1/10^8",
                  "rho": "99/100"},
        lines={
            "c": "where(t > 1, g - h, 0 g)",
            "m": "beta1 m + (1 - beta1) g",
            "d": "beta2 d + (1 - beta2) c",
            "n": "rho n + (1 - rho) (g + beta2 c)^2",
            "h": "g",
            "theta": "theta - learning_rate (m + beta2 d) / (sqrt(n) + epsilon)",
        },
    )  # fmt: skip
    found = solved("adan")
    w, m, d, n, h = np.array([1.0, -2.0]), *np.zeros((4, 2))
    for t, row in enumerate(path(found)):
        assert row == pytest.approx(w, rel=1e-12)
        g = SLOPES * w
        c = g - h if t else np.zeros(2)
        m, d = 0.98 * m + 0.02 * g, 0.92 * d + 0.08 * c
        n, h = 0.99 * n + 0.01 * (g + 0.92 * c) ** 2, g
        w = w - 0.01 * (m + 0.92 * d) / (np.sqrt(n) + 1e-8)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_a_rule_over_rows_and_columns() -> None:
    """Shampoo's left half, with one step of Newton for the root: products of matrices in a rule."""
    symdl.optimizer(
        "half_shampoo", state="S", shaped={2: "matrix"}, settings={"learning_rate": "1/10"},
        initial={"S": "0 g g^T"}, form="vector",
        lines={"theta": "theta - learning_rate g"},
        forms={"matrix": {"S": "S + g g^T", "theta": "theta - learning_rate S g / |S|"}},
    )  # fmt: skip
    start = np.array([[1.0, 2.0, -1.0], [0.5, -0.3, 2.0]])
    asks = [{"update": "half_shampoo", "of": "L", "by": "W", "steps": 3}]
    found = symdl.derive(symdl.problem(given={"W": start.tolist()}, let={"L": "sum(W^2) / 2"}, asks=asks))
    rows = json.loads(found.to_json())["answers"][0]["value"]
    w, s = start, np.zeros((2, 2))
    for row in rows:
        assert np.allclose(row["parameters"]["W"], w, rtol=1e-12)
        s = s + w @ w.T
        w = w - 0.1 * s @ w / np.linalg.norm(s)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_a_setting_of_its_own_has_a_range() -> None:
    """Quasi-hyperbolic momentum (Ma & Yarats 2019): ν between the gradient alone and momentum alone."""
    symdl.optimizer(
        "qhm", state="b", settings={"learning_rate": "1/10", "momentum": "9/10", "nu": "7/10"},
        ranges={"nu": (0, 2)},
        lines={
            "b": "momentum b + (1 - momentum) g",
            "theta": "theta - learning_rate ((1 - nu) g + nu b)",
        },
    )  # fmt: skip
    found = solved("qhm", settings={"nu": "3/2"})
    w, b = np.array([1.0, -2.0]), np.zeros(2)
    for row in path(found):
        assert row == pytest.approx(w, rel=1e-12)
        g = SLOPES * w
        b = 0.9 * b + 0.1 * g
        w = w - 0.1 * (-0.5 * g + 1.5 * b)
    with pytest.raises(SymdlError, match="nu"):
        solved("qhm", settings={"nu": 2})
    page = str(explain("qhm").blocks)
    assert "[0, 2)" in page and "ν" in page


@pytest.mark.parametrize(
    "lines",
    [{"theta": "theta - learning_rate q"}, {"theta": "theta - (learning_rate g"}, {"v": "g"}],
    ids=["unknown name", "bracket", "no parameter"],
)
def test_a_mistake_is_told_where_the_declaration_is_made(lines: dict[str, str]) -> None:
    with pytest.raises(SymdlError):
        symdl.optimizer("broken", settings={"learning_rate": "1/10"}, state="v", lines=lines)
    assert "broken" not in OPTIMIZERS


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(SymdlError, match="adam"):
        symdl.optimizer("adam", settings={}, lines={"theta": "theta - g"})
