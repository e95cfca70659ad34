"""Networks that no example shows: right answers in many spellings, planted mistakes, one or two at once."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import symdl
from symdl.grading.marker import Marker
from symdl.grading.marking import marked

NETWORKS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "networks.toml").read_text("utf-8"))
TABLES = ("given", "symbols", "assume", "dims", "let", "asks")
CHAINS = [(name, id) for name, network in NETWORKS.items() for id in network.get("chain", {})]


@pytest.fixture(scope="module")
def markers() -> dict[str, Marker]:
    return {
        name: Marker(symdl.problem(**{key: network[key] for key in TABLES if key in network}))
        for name, network in NETWORKS.items()
    }


def rows(part: str) -> list[tuple[str, str]]:
    return [(name, id) for name, network in NETWORKS.items() for id in network.get(part, {})]


@pytest.mark.parametrize(("name", "id"), rows("right"))
def test_right_answers_are_right(name: str, id: str, markers: dict[str, Marker]) -> None:
    answers = NETWORKS[name]["right"][id]["answers"]
    report = marked(markers[name], {str(k): {id: answer} for k, answer in enumerate(answers)})
    refused = {a: (r.status, r.feedback) for a, r in zip(answers, report, strict=True) if r.status != "right"}
    assert not refused
    assert not any(row.diagnosis for row in report)


@pytest.mark.parametrize(("name", "id"), rows("mistakes"))
def test_mistakes_are_named(name: str, id: str, markers: dict[str, Marker]) -> None:
    missed = {}
    for answer, keys in NETWORKS[name]["mistakes"][id].items():
        row = marked(markers[name], {id: answer}).row(id)
        wanted = {key for each in keys for key in each.split("+")}
        if row.status not in ("wrong", "other_convention") or not wanted & {*row.diagnosis, _turned(row)}:
            missed[answer] = (row.status, row.diagnosis)
    assert not missed


def _turned(row: Any) -> str:
    return "transposed" if row.status == "other_convention" else ""


def spoiled(factors: list[str]) -> Iterator[tuple[str, set[str]]]:
    """Products of a chain with one or two mistakes, each with the keys that have to be among the names."""
    whole = " ".join(factors)
    yield f"-({whole})", {"sign"}
    yield f"2 {whole}", {"factor_two"}
    for lost in (*combinations(range(len(factors)), 1), *combinations(range(len(factors)), 2)):
        rest = " ".join(factor for k, factor in enumerate(factors) if k not in lost)
        yield rest, {"missing_factor"}
        if len(lost) == 1:
            yield f"-{rest}", {"missing_factor", "sign"}
            yield f"2 {rest}", {"missing_factor", "factor_two"}


@pytest.mark.parametrize(("name", "id"), CHAINS)
def test_chains_with_one_mistake_or_two(name: str, id: str, markers: dict[str, Marker]) -> None:
    factors = NETWORKS[name]["chain"][id]["factors"]
    assert marked(markers[name], {id: " ".join(factors)}).row(id).status == "right"
    answers = list(spoiled(factors))
    found = [marked(markers[name], {id: answer}).row(id) for answer, _ in answers]
    assert all(row.status == "wrong" and row.feedback for row in found)
    named = [keys <= set(row.diagnosis) for (_, keys), row in zip(answers, found, strict=True)]
    assert sum(named) >= 0.95 * len(named), [a for a, good in zip(answers, named, strict=True) if not good]


def test_the_factor_is_named_in_the_symbols_of_the_problem(markers: dict[str, Marker]) -> None:
    row = marked(markers["deep"], {"gradient.L.w3": "(a3-y) a2"}).row("gradient.L.w3")
    assert "σ′(z₃) = a₃(1 - a₃)" in row.feedback and row.place == "a3"
    assert "a₂" in marked(markers["deep"], {"gradient.L.w3": "(a3-y)a3(1-a3)"}).row("gradient.L.w3").feedback
    persian = marked(markers["deep"], {"gradient.L.w3": "(a3-y) a2"}).row("gradient.L.w3").spoken("fa")
    assert "عامل" in persian and "z₃" in persian


def test_feedback_is_there_in_persian_too(markers: dict[str, Marker]) -> None:
    for name, id in rows("mistakes"):
        (answer, *_) = NETWORKS[name]["mistakes"][id]
        row = marked(markers[name], {id: answer}).row(id)
        assert row.spoken("fa") != row.feedback


@pytest.mark.parametrize("decimals", [2, 3])
def test_rounding_to_decimal_places_on_the_way_is_recognized(
    decimals: int, markers: dict[str, Marker]
) -> None:
    """The values of a hand calculation that rounds every line: none is wrong that has two digits."""

    def r(value: float) -> float:
        return round(value, decimals)

    def sigmoid(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    a1 = r(sigmoid(r(0.5 * 0.8 + 0.1)))
    z2 = r(-0.7 * a1 - 0.2)
    a2 = r(sigmoid(z2))
    z3 = r(1.2 * a2 + 0.3)
    a3 = r(sigmoid(z3))
    values = {"value.a1": a1, "value.z2": z2, "value.a2": a2, "value.z3": z3, "value.a3": a3}
    for question, value in values.items():  # each alone, so that nothing is carried
        row = marked(markers["deep"], {question: f"{value:.{decimals}f}"}).row(question)
        assert row.status in ("right", "close", "rounded_early"), (question, value, row.feedback)
