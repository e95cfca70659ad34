"""This module recognizes how entries move: into rows of windows, back from there, into another shape."""

from __future__ import annotations

from collections.abc import Sequence

from symdl.core.dims import Dim, Shape, Subscript, affine
from symdl.core.naming import dim_node
from symdl.core.op import Contract
from symdl.formula.tree import Apply, Node

WINDOW, FOLD = "window", "window*"  # the keys of windows and of their adjoint
BEYOND = "beyond"  # the key of windows with something else than 0 at the places beyond the edge


def moved(op: Contract, shapes: tuple[Shape, ...], whole: Node) -> Node | None:
    """The call that moves the entries of an array, given as a formula; None for any other op."""
    if len(op.reads) != 1 or len(shapes) != 1:
        return None
    (read,), (shape,) = op.reads, shapes
    if op.key == WINDOW and len(op.write) == 2:
        return _windows("patches", whole, op, op.write, read, (), shape)
    if op.key == FOLD and len(read) == 2:
        return _windows("fold", whole, op, read, op.write, op.out, op.out)
    if op.key not in ("reshape", "reshape*"):
        return None
    if len(op.write) == 1 and _row_major(op.write[0], read, op):
        return Apply("flatten", (_before(whole, "reshape"),))
    if len(shape) == 1 and _row_major(read[0], op.write, op):
        return Apply("reshape", (_before(whole, "flatten"), *map(dim_node, op.out)))
    return None


def _before(whole: Node, function: str) -> Node:
    """What has the same entries in the same order, before it was brought into a shape that does not last."""
    return whole.args[0] if isinstance(whole, Apply) and whole.function == function else whole


def _windows(
    name: str, whole: Node, op: Contract, rows: Sequence[Subscript], array: Sequence[Subscript],
    sizes: Shape, shape: Shape,
) -> Node | None:  # fmt: skip
    """A call of `patches` or `fold`: the windows lie row by row, alike along all axes; where there are more
    than fit, the last ones end beyond the edge.
    """
    loops, axes = dict(op.loops), min(2, len(array))
    heads, spots = array[:-axes], [affine(subscript) for subscript in array[-axes:]]
    places, inners = ([letter for letter, _ in affine(each).terms] for each in rows)
    if len(inners) != axes or not _row_major(rows[0], places, op) or not _row_major(rows[1], inners, op):
        return None
    if len(places) != len(heads) + axes or places[: len(heads)] != list(heads):
        return None
    found = set[tuple[Dim, Dim]]()
    for spot, place, tap in zip(spots, places[len(heads) :], inners, strict=True):
        terms = dict(spot.terms)
        if set(terms) != {place, tap} or terms[tap] != 1:
            return None
        found.add((terms[place], -spot.const))
    widths = {loops[letter] for letter in inners}
    if len(widths) != 1 or len(found) != 1:
        return None
    ((stride, pad),) = found
    (width,) = widths
    counts = [loops[place] for place in places[len(heads) :]]
    fitting = [(n + 2 * pad - (width - 1) - 1) // stride + 1 for n in shape[-axes:]]
    stated = (("stride", stride, 1), ("pad", pad, 0), ("ceil_mode", int(counts != fitting), 0))
    keywords = tuple((key, dim_node(value)) for key, value, default in stated if value != default)
    return Apply(name, (whole, *map(dim_node, (width, *sizes))), keywords)


def _row_major(flat: Subscript, letters: Sequence[Subscript], op: Contract) -> bool:
    """Whether one subscript counts the entries at the given letters row by row."""
    loops, stride = dict(op.loops), 1
    wanted: dict[str, Dim] = {}
    for letter in reversed(letters):
        if not isinstance(letter, str):
            return False
        wanted[letter] = stride
        stride = stride * loops[letter]
    form = affine(flat)
    return dict(form.terms) == wanted and form.const == 0
