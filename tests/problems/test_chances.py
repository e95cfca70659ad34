"""What a problem leaves to chance: the same for everybody, as written, told on the sheet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdl
from symdl.document.blocks import Table
from symdl.errors import ProblemError

MACHINE: dict[str, Any] = {
    "given": {
        "v[0]": [1, 0, 1], "W": [[0.5, -0.3], [0.2, 0.4], [-0.6, 0.1]], "a": [0.1, -0.2, 0], "b": [0, 0.3],
    },
    "dims": {"n": 3, "m": 2},
    "draw": {f"{name}[{t}]": f"uniform({size})" for t in (1, 2) for name, size in (("u", "m"), ("q", "n"))},
    "let": {"v[t=1..2], h[t=1..2]": "rbm_gibbs(v[t-1], u[t], q[t], W, a, b)"},
}  # fmt: skip


def values(draw: dict[str, str], seed: int = 3, **tables: Any) -> dict[str, Any]:
    lets = {"s": " + ".join(f"sum({name})" for name in draw)}
    found = symdl.derive(symdl.problem(let=lets, draw=draw, seed=seed, **tables))
    return {name: np.asarray(found.values[name], dtype=float) for name in draw}


def test_the_same_seed_draws_the_same() -> None:
    draw = {"u": "uniform(2, 3)", "z": "normal(4)"}
    one, two, other = values(draw), values(draw), values(draw, seed=4)
    assert all(np.array_equal(one[name], two[name]) for name in draw)
    assert not any(np.array_equal(one[name], other[name]) for name in draw)
    assert np.array_equal(values({"z": "normal(4)"})["z"], one["z"])  # whatever else is drawn


def test_draws_have_their_distribution() -> None:
    found = values({"u": "uniform(4000)", "z": "normal(4000)", "k": "bernoulli(0.8, 4000)"})
    assert found["u"].min() >= 0 and found["u"].max() <= 1 and abs(found["u"].mean() - 0.5) < 0.02
    assert abs(found["z"].mean()) < 0.05 and abs(found["z"].std() - 1) < 0.04
    assert set(found["k"]) == {0.0, 1.0} and abs(found["k"].mean() - 0.8) < 0.03


def test_draws_have_four_decimals() -> None:
    found = values({"z": "normal(50)"})["z"]
    assert np.allclose(found, np.round(found, 4), rtol=0, atol=1e-15)


def test_a_chain_of_gibbs_steps_is_that_of_numpy() -> None:
    found = symdl.derive(symdl.problem(seed=7, **MACHINE))
    read = {name: np.asarray(value) for name, value in found.values.items()}
    v = np.array([1.0, 0.0, 1.0])
    for t in (1, 2):
        h = (1 / (1 + np.exp(-(v @ read["W"] + read["b"]))) >= read[f"u[{t}]"]).astype(float)
        v = (1 / (1 + np.exp(-(read["W"] @ h + read["a"]))) >= read[f"q[{t}]"]).astype(float)
        assert np.array_equal(read[f"h[{t}]"], h) and np.array_equal(read[f"v[{t}]"], v)
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_the_sheet_says_what_was_drawn() -> None:
    solved = symdl.derive(symdl.problem(seed=7, **MACHINE))
    page = str(symdl.render(symdl.compose(solved, symdl.verify(solved)), "txt"))
    assert "seed 7" in page and "evenly between 0 and 1" in page


@pytest.mark.parametrize(
    ("draw", "tables", "word"),
    [
        ("uniform(2)", {"seed": None}, "seed = 1"), ("unifrom(2)", {}, "uniform"), ("uniform(k)", {}, "k"),
        ("bernoulli(4)", {}, "bernoulli"), ("bernoulli(3/2, 4)", {}, "bernoulli"), ("normal(0)", {}, "0"),
        ("normal(999, 999)", {}, "999"), (3, {}, "uniform"), ("normal", {}, "normal"),
    ],
)  # fmt: skip
def test_bad_draws_are_told(draw: Any, tables: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemError, match=word):
        symdl.problem(**{"let": {"s": "1"}, "draw": {"u": draw}, "seed": 1, **tables})


def test_a_name_is_drawn_or_given() -> None:
    with pytest.raises(ProblemError, match="u"):
        symdl.problem(given={"u": 1}, draw={"u": "uniform()"}, let={"s": "u"}, seed=1)


def test_the_log_has_what_was_tried_beside_the_best() -> None:
    """A row for each attempt with its loss and the best so far, as the notes print them."""
    ask = {"minimize": "f", "by": ["x", "y"], "method": "random_search", "steps": 6}
    problem = symdl.problem(given={"x": 1, "y": 2}, let={"f": "x^2 + y^2"}, asks=[ask], seed=3)
    found = symdl.derive(problem)
    (table,) = (block for block in symdl.compose(found).blocks if isinstance(block, Table))
    heads = ["".join(s if isinstance(s, str) else s.plain for s in cell) for cell in table.header]
    assert heads == ["t", "x", "y", "f(z)", "f"]
    rows = found.derivation.answers[0].table
    best = [row["objective"] for row in rows]
    tried = [row["tried_objective"] for row in rows[1:]]
    assert best[1:] == [min(best[0], *tried[: k + 1]) for k in range(len(tried))]
