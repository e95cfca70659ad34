"""Records of stationary points in symbols, as the JSON of a sheet has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

import symdl


def rows(symbols: dict[str, Any], formula: str, by: list[str], **assume: str) -> list[dict[str, Any]]:
    problem = symdl.problem(
        symbols=symbols, let={"f": formula}, assume=assume, asks=[{"stationary": "f", "by": by}]
    )
    (answer,) = json.loads(symdl.derive(problem).to_json())["answers"]
    found: list[dict[str, Any]] = answer["value"]
    return found


SCALARS: dict[str, Any] = {"x": [], "y": [], "a": [], "b": []}


@pytest.mark.parametrize(
    ("formula", "by", "assume", "wanted"),
    [
        ("a x^2 + b x", ["x"], {"a": "positive"}, [({"x": "-b/(2 a)"}, "minimum")]),
        ("a x^2 + b x", ["x"], {}, [({"x": "-b/(2 a)"}, "inconclusive")]),
        ("x^3 - 3 a^2 x", ["x"], {"a": "positive"}, [({"x": "-a"}, "maximum"), ({"x": "a"}, "minimum")]),
        (
            "x^3 + y^3 - 3 a x y", ["x", "y"], {"a": "positive"},
            [({"x": "0", "y": "0"}, "saddle"), ({"x": "a", "y": "a"}, "minimum")],
        ),
    ],
)  # fmt: skip
def test_points_of_scalars(formula: str, by: list[str], assume: dict[str, str], wanted: Any) -> None:
    found = rows({name: [] for name in SCALARS if name in formula}, formula, by, **assume)
    assert [(row["exact"], row["kind"]) for row in found] == wanted
    assert all({"point", "exact", "value", "eigenvalues", "kind"} <= row.keys() for row in found)
    assert all(set(row["point"].values()) == {None} for row in found)


def test_an_open_kind_says_on_what_it_rests() -> None:
    (row,) = rows({"x": [], "a": [], "b": []}, "a x^2 + b x", ["x"])
    assert row["cases"] == {"minimum": ["2 a > 0"], "maximum": ["2 a < 0"]}


def test_points_of_arrays_are_minima_of_convex_functions() -> None:
    (vector,) = rows({"X": ["N", "n"], "w": ["n"], "y": ["N"]}, "|X w - y|^2/2", ["w"])
    assert (vector["kind"], vector["decided_by"]) == ("minimum", "convexity")
    (matrix,) = rows({"W": ["k", "n"], "A": ["k", "n"]}, "|W - A|^2", ["W"])
    assert (matrix["exact"], matrix["kind"]) == ({"W": "A"}, "minimum")
    assert rows({"w": ["n"], "y": ["n"]}, "sum(exp(w)) - y^T w", ["w"]) == []
