"""This module tests that a matrix of paths which is no binary tree is refused, and why is told."""

from typing import Any

import numpy as np
import pytest

import symdl

LEAVES: dict[str, Any] = {
    "v": [0.5, -1],
    "P": [[0.4, 0.2], [-0.3, 0.5], [0.6, -0.1]],
}


def tree(paths: list[list[Any]]) -> Any:
    return symdl.problem(
        given={**LEAVES, "P": LEAVES["P"][: len(paths[0])], "Q": paths}, let={"p": "tree_softmax(v, P, Q)"}
    )


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([[1, 1, 0], [1, -1, 0], [-1, 0, 2], [-1, 0, -1]], "row 3, column 3 is 2"),
        ([[1, 1, 0], [1, 1, 0], [-1, 0, 1], [-1, 0, -1]], "at node 2 nothing is decided"),
        ([[1, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]], "node 2 stands on paths that have already parted"),
        ([[1, 1, 0], [1, -1, 0], [-1, 0, 0]], "node 3 stands on no path"),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], "all of the leaves 1, 2, 3"),
    ],
)  # fmt: skip
def test_what_is_no_binary_tree_is_refused(paths: list[list[Any]], expected: str) -> None:
    with pytest.raises(symdl.SymdlError) as raised:
        tree(paths)
    assert expected in str(raised.value)
    assert "Q" in str(raised.value)


@pytest.mark.parametrize(
    "paths",
    [
        [[1, 1, 0], [1, -1, 0], [-1, 0, 1], [-1, 0, -1]],
        [[0, -1, 1], [1, 1, 0], [-1, 1, 0], [0, -1, -1]],  # the root is the second node
        [[1, 0, 0], [-1, 1, 0], [-1, -1, 1], [-1, -1, -1]],  # as unbalanced as can be
        [[-1], [1]],
    ],
)
def test_the_leaves_of_a_binary_tree_share_probability_one(paths: list[list[Any]]) -> None:
    solved = symdl.derive(tree(paths))
    assert np.isclose(sum(np.asarray(solved.values["p"], dtype=float)), 1)


def test_a_path_is_made_of_turns() -> None:
    with pytest.raises(symdl.SymdlError, match="minus 1"):
        symdl.problem(given={**LEAVES, "turns": [1, 0, -1]}, let={"J": "hierarchical_softmax(v, P, turns)"})
