"""This module numbers the channels of a convolution in groups: each group of outputs reads its own inputs.

Of the outputs in group g, number k is channel `g · (outputs / groups) + k`, and alike for the inputs. As many
groups as channels is a depthwise convolution (Howard et al. 2017).
"""

from __future__ import annotations

from typing import NamedTuple

from symdl.core.convolved import GROUP
from symdl.core.dims import Affine, Dim, Shape, Subscript, shape_text
from symdl.core.indexing import at
from symdl.errors import ShapeError

FIRST, SECOND = "k", "c"  # the letters of the two axes of channels of a kernel


class Channels(NamedTuple):
    """The loops over channels, both channels by their numbers in all, the second by that in its group."""

    loops: tuple[tuple[str, Dim], ...]
    first: Subscript
    second: Subscript
    own: Subscript
    count: Dim  # of the second ones in all


def grouped(x: Shape, kernel: Shape, groups: Dim) -> Channels:
    """The channels of a kernel whose first axis counts them all, and whose second one those of a group."""
    first, second = kernel[:2]
    if groups == 1:
        return Channels(((FIRST, first), (SECOND, second)), FIRST, SECOND, SECOND, second)
    if isinstance(first, int) and isinstance(groups, int) and first % groups:
        raise ShapeError("shape.groups", groups=groups, x=shape_text(x), kernel=shape_text(kernel))
    each = first // groups
    loops: list[tuple[str, Dim]] = [(GROUP, groups)]
    loops += [(FIRST, each)] if each != 1 else []
    loops += [(SECOND, second)] if second != 1 else []
    own = SECOND if second != 1 else at(0)
    return Channels(
        tuple(loops), _numbered(FIRST, each), _numbered(SECOND, second), own, second * groups
    )  # fmt: skip


def _numbered(letter: str, each: Dim) -> Subscript:
    """A channel by its number in all: its group alone where a group has one."""
    return GROUP if each == 1 else Affine(((GROUP, each), (letter, 1)))
