"""Sparsemax against its algorithm, cross-entropy by class number against that of one-hot targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl


def projected(z: Any) -> Any:
    """The nearest point of the simplex, by the published algorithm (Martins & Astudillo 2016)."""
    ordered = np.sort(z)[::-1]
    counts = np.arange(1, len(z) + 1)
    support = counts[1 + counts * ordered > np.cumsum(ordered)][-1]
    return np.maximum(0, z - (np.sum(ordered[:support]) - 1) / support)


@pytest.mark.parametrize("seed", range(6))
def test_sparsemax_is_the_projection_on_the_simplex(seed: int) -> None:
    random = np.random.default_rng(seed)
    z, a = random.normal(size=5).round(3), random.normal(size=5).round(3)
    given = {"z": [str(v) for v in z], "a": [str(v) for v in a]}
    solved = symdl.derive(
        symdl.problem(
            given=given, let={"p": "sparsemax(z)", "L": "a^T p"}, asks=[{"gradient": "L", "by": "z"}]
        )
    )
    p = projected(z)
    assert np.allclose(np.asarray(solved.values["p"], dtype=float), p)
    inside = p > 0
    expected = np.where(inside, a - a[inside].mean(), 0)
    assert np.allclose(solved.gradient["z"].numpy, expected)
    assert {check.outcome for check in solved.checks} == {"holds"}


@pytest.mark.parametrize(
    ("loss", "classes"),
    [("sparse_cross_entropy(softmax(z), k)", 3), ("sparse_softmax_cross_entropy(z, k)", 3)],
)
def test_a_class_number_is_its_one_hot_target(loss: str, classes: int) -> None:
    z = np.array([0.5, -1.25, 2.0])
    asks = [{"gradient": "L", "by": "z"}]
    given = {"z": z.tolist()}
    found = symdl.derive(symdl.problem(given={**given, "k": 2}, let={"L": loss}, asks=asks))
    p = np.exp(z) / np.exp(z).sum()
    assert float(found.values["L"]) == pytest.approx(-np.log(p[1]))
    assert np.allclose(found.gradient["z"].numpy, p - [0, 1, 0])
    assert {check.outcome for check in found.checks} == {"holds"}


def test_a_batch_of_class_numbers() -> None:
    z = np.array([[0.5, -1.25, 2.0], [0.0, 1.0, -1.0]])
    given = {"z": z.tolist(), "k": [3, 1]}
    let = {"L": "sparse_softmax_cross_entropy(z, k)"}
    found = symdl.derive(symdl.problem(given=given, let=let, asks=[{"gradient": "L", "by": "z"}]))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert np.allclose(found.gradient["z"].numpy, (p - [[0, 0, 1], [1, 0, 0]]) / 2)


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("key", ["sigmoid", "sparsemax", "cross_entropy", "softplus", "log", "triplet"])
def test_what_is_explained(key: str, language: str) -> None:
    from symdl.catalog import explain
    from symdl.rendering.renderer import render

    assert str(render(explain(key, language), "txt"))


def test_the_stable_form_and_the_moves_are_explained() -> None:
    from symdl.catalog import explain
    from symdl.rendering.renderer import render

    shown = str(render(explain("softplus"), "txt"))
    assert "floating point" in shown and "First principles".lower() in shown.lower()
