"""One answer as students type it, in LaTeX, Unicode and code: read as meant, and nothing near it accepted."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import symdl
from symdl.grading.marker import Marker
from symdl.grading.marking import marked

PROBLEMS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "spellings.toml").read_text("utf-8"))
TABLES = ("given", "let", "asks")


@pytest.fixture(scope="module")
def markers() -> dict[str, Marker]:
    return {
        name: Marker(symdl.problem(**{key: tables[key] for key in TABLES}))
        for name, tables in PROBLEMS.items()
    }


def rows(part: str) -> list[tuple[str, str]]:
    return [(name, id) for name, tables in PROBLEMS.items() for id in tables.get(part, {})]


@pytest.mark.parametrize(("name", "id"), rows("right"))
def test_spellings_are_read_as_meant(name: str, id: str, markers: dict[str, Marker]) -> None:
    answers = PROBLEMS[name]["right"][id]
    report = marked(markers[name], {str(k): {id: answer} for k, answer in enumerate(answers)})
    refused = {a: (r.status, r.feedback) for a, r in zip(answers, report, strict=True) if r.status != "right"}
    assert not refused


@pytest.mark.parametrize(("name", "id"), rows("wrong"))
def test_what_is_near_is_not_accepted(name: str, id: str, markers: dict[str, Marker]) -> None:
    answers = PROBLEMS[name]["wrong"][id]
    report = marked(markers[name], {str(k): {id: answer} for k, answer in enumerate(answers)})
    accepted = [a for a, r in zip(answers, report, strict=True) if r.status not in ("wrong", "unreadable")]
    assert not accepted


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (r"\delta_{kj} x_k", "unreadable"),
        ("dW -= (p-y) x^T", "unreadable"),
        ("W -= (p-y) x^T", "unreadable"),
        ("np.einsum('ij,ij->ij', p - y, x)", "unreadable"),
        ("np.einsum('q', p)", "unreadable"),
        (r"{p \over y \over x}", "unreadable"),
        (r"\lfloor p", "unreadable"),
        (r"\log_{p", "unreadable"),
        ("∑[k=1..", "unreadable"),
        ("sum(x for k in range(10000000))", "unreadable"),
        (r"\frac{\partial}{\partial W} L", "unreadable"),
        (r"\frac{\partial}{\partial W} (L + 1)", "unreadable"),
    ],
)
def test_what_is_typed_wrongly_is_refused(answer: str, status: str, markers: dict[str, Marker]) -> None:
    row = marked(markers["soft"], {"gradient.L.W": answer}).row("gradient.L.W")
    assert row.status == status, row.feedback
