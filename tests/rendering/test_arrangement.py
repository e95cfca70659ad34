"""Graphs in layers: nothing overlaps, lines meet their nodes, and a plan repeats."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.rendering.pictures.arrangement import Arrangement, layout

SIZES = {"x": (2.0, 1.4), "y": (2.0, 1.4), "a": (4.0, 2.0), "b": (3.0, 2.0), "f": (3.0, 2.0)}
EDGES = [("x", "a"), ("x", "b"), ("y", "b"), ("a", "f"), ("b", "f"), ("y", "f"), ("x", "a")]


def overlap(plan: Arrangement, sizes: dict[str, tuple[float, float]], one: str, other: str) -> bool:
    apart = [abs(p - q) for p, q in zip(plan.positions[one], plan.positions[other], strict=True)]
    return all(gap < (s + t) / 2 - 1e-6 for gap, s, t in zip(apart, sizes[one], sizes[other], strict=True))


def test_layers_follow_the_edges():
    across = layout(SIZES, EDGES).positions
    down = layout(SIZES, EDGES, direction="TB").positions
    assert all(across[start][0] < across[stop][0] and down[start][1] < down[stop][1] for start, stop in EDGES)


def test_lines_begin_and_end_at_their_nodes_and_keep_apart():
    plan = layout(SIZES, EDGES)
    for (start, stop), line in zip(EDGES, plan.lines, strict=True):
        for name, point in ((start, line[0]), (stop, line[-1])):
            gaps = [abs(p - q) for p, q in zip(plan.positions[name], point, strict=True)]
            assert all(gap <= size / 2 + 1e-6 for gap, size in zip(gaps, SIZES[name], strict=True))
    assert plan.lines[0] != plan.lines[-1]


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_no_two_nodes_overlap_and_all_lie_on_the_page(pairs: list[tuple[int, int]]):
    edges = [(f"n{min(pair)}", f"n{max(pair)}") for pair in pairs if pair[0] != pair[1]]
    sizes = {f"n{k}": (1.0 + k / 3, 1.0 + k % 3) for k in range(10)}
    plan = layout(sizes, edges)
    assert not any(overlap(plan, sizes, one, other) for one, other in combinations(sizes, 2))
    assert all(0 < x < plan.width and 0 < y < plan.height for x, y in plan.positions.values())
    assert all(len(line) >= 2 and all(p != q for p, q in pairwise(line)) for line in plan.lines)


def test_names_mean_nothing_to_the_engine():
    plan = layout({"__proto__": (1, 1), "∂L/∂w": (1, 1)}, [("__proto__", "∂L/∂w")])
    assert set(plan.positions) == {"__proto__", "∂L/∂w"}
    with pytest.raises(KeyError):
        layout({"x": (1, 1)}, [("x", "y")])


def test_nothing_and_cycles_are_arranged_too():
    assert layout({}, []).lines == ()
    assert len(layout({"h": (1, 1), "c": (1, 1)}, [("h", "c"), ("c", "h"), ("h", "h")]).lines) == 3
