"""Values with three and four axes are printed slice by slice."""

from __future__ import annotations

import numpy as np

from symdl.document.lines.values import value_node
from symdl.formula.notation import Notation
from symdl.formula.tex import to_tex


def tex(value: object) -> str:
    node = value_node(np.asarray(value, dtype=float), 4)
    assert node is not None
    return to_tex(node, Notation())


def matrix(rows: str) -> str:
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def test_slices_of_three_axes_stand_beside_each_other():
    first, second = matrix(r"1 & 2 \\ 3 & 4"), matrix(r"5 & 6 \\ 7 & 8")
    assert tex([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]) == matrix(f"{first} & {second}")


def test_slices_of_four_axes_are_the_entries_of_a_matrix():
    slices = [matrix(f"{k} & 0") for k in (1, 2, 3, 4)]
    value = [[[[1, 0]], [[2, 0]]], [[[3, 0]], [[4, 0]]]]
    assert tex(value) == matrix(rf"{slices[0]} & {slices[1]} \\ {slices[2]} & {slices[3]}")


def test_large_ones_are_left_out():
    assert value_node(np.ones((4, 4, 4)), 4) is None
