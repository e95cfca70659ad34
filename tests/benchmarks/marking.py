"""This module times a class: 300 students with ten questions each, on two cores, mistakes named."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import symdl
from tests.benchmarks.timing import Measurement, comparisons

NETWORKS = Path(__file__).parents[1] / "grading" / "networks.toml"
STUDENTS, AIM = 300, 60.0
QUESTIONS = {
    "gradient.L.W1": ["2(yhat-t)(w2*(1-h^2)) x^T", "(t-yhat) w2 x^T", "2(yhat-t)(w2*(1-z^2)) x^T", "x dz^T"],
    "gradient.L.b1": ["2(yhat-t) w2*(1-h^2)", "2(yhat-t)(1-h^2)", "dz", "-2(yhat-t) w2*h"],
    "gradient.L.w2": ["2(yhat-t)h", "(yhat-t)h", "2(yhat-t)z", "2(yhat-t) tanh(z)"],
    "gradient.L.b2": ["2(yhat-t)", "yhat-t", "2(t-yhat)", "-2 yhat"],
    "value.z": ["W1 x + b1", "W1 x", "W1 x - b1", "b1 + W1 x"],
    "value.h": ["tanh(z)", "z", "sigmoid(z)", "(e^z - e^(-z))/(e^z + e^(-z))"],
    "value.yhat": ["w2^T h + b2", "w2^T z + b2", "w2^T h", "b2 + h^T w2"],
    "value.L": ["(yhat-t)^2", "(yhat-t)^2/2", "yhat-t", "(t-yhat)^2"],
    "adjoint.L.h": ["2(yhat-t)w2", "w2", "(yhat-t)w2", "2(t-yhat)w2"],
    "adjoint.L.z": ["dh*(1-h^2)", "dh*(1+h^2)", "dh*h", "2(yhat-t)(w2*(1-h^2))"],
}  # fmt: skip


def measure() -> Iterator[Measurement]:
    """Seconds for the class, on one core and on two; most answers are texts that nobody else wrote."""
    network: Any = tomllib.loads(NETWORKS.read_text("utf-8"))["tanh231"]
    problem = symdl.problem(given=network["given"], let=network["let"], asks=network["asks"])
    rows = list(_class())
    times: dict[str, float | None] = {}
    for name, workers in (("one core", 0), ("two cores", 2)):
        start = perf_counter()
        report = symdl.grade(problem, rows, workers=workers)
        times[name] = perf_counter() - start
        assert len(report.rows) == len(rows) and any(row.diagnosis for row in report)
    yield from comparisons(
        f"a class of {STUDENTS} with {len(QUESTIONS)} questions, marked and diagnosed", "two cores", times,
        {"one core": (f"under {AIM:.0f} s on two", lambda seconds, _: seconds < AIM)},
    )  # fmt: skip


def _class() -> Iterator[dict[str, str]]:
    """Right and wrong answers; a number that is added and taken away makes every text its own."""
    random = Random(3)
    for k in range(STUDENTS):
        for question, answers in QUESTIONS.items():
            own = f" + {k} - {k}" if question in ("value.L", "value.yhat", "gradient.L.b2") else ""
            yield {"student": f"s{k}", "question": question, "answer": random.choice(answers) + own}
