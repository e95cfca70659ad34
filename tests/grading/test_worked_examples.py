"""The submissions of the worked examples against the reports that are expected."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import symdl

EXAMPLES = Path(__file__).parents[2] / "worked_examples"
MARKED = sorted(path.parent.name for path in EXAMPLES.glob("*/submissions.csv"))
COLUMNS = ("student", "question", "score", "max_score", "status", "diagnosis", "place")


@pytest.mark.parametrize("name", MARKED)
def test_the_report_is_as_expected(name: str) -> None:
    folder = EXAMPLES / name
    report = symdl.grade(symdl.load(folder / "problem.toml"), folder / "submissions.csv")
    found = [{key: str(row.record()[key]) for key in COLUMNS} for row in report]
    with open(folder / "expected" / "report.csv", encoding="utf-8") as file:
        assert found == list(csv.DictReader(file))
