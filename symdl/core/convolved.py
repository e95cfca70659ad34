"""This module recognizes the two adjoints of a convolution of one channel, which are convolutions again.

By the input, the upstream gradient is convolved with the kernel, that is correlated with the kernel turned by
180 degrees; by the kernel, the input is correlated with the upstream gradient.
"""

from __future__ import annotations

from typing import NamedTuple

from symdl.core.dims import Dim, Shape, affine
from symdl.core.op import Contract


class Convolution(NamedTuple):
    """A convolution as a call: its function, the order of its arguments, its keywords."""

    function: str
    order: tuple[int, int]
    keywords: tuple[tuple[str, Dim], ...]


class _Spot(NamedTuple):
    stride: Dim
    pad: Dim


def recognized(op: Contract, shapes: tuple[Shape, ...]) -> Convolution | None:
    """The convolution that an adjoint of one is, or None."""
    axes = len(op.write)
    if op.key != "conv*" or axes not in (1, 2) or [len(read) for read in op.reads] != [axes, axes]:
        return None
    places, inner = op.reads
    if not all(isinstance(place, str) for place in places):
        return None
    if all(isinstance(tap, str) for tap in inner):
        return _by_input(op, shapes, _spot(op.write, places, inner))
    if all(isinstance(tap, str) for tap in op.write):
        return _by_kernel(op, shapes, _spot(inner, places, op.write))
    return None


def _spot(spots: tuple[object, ...], places: tuple[object, ...], taps: tuple[object, ...]) -> _Spot | None:
    """The stride and padding with which a window lies: `stride · place + tap - pad`, alike on all axes."""
    found: set[_Spot] = set()
    for spot, place, tap in zip(spots, places, taps, strict=True):
        form = affine(spot)  # type: ignore[arg-type]
        terms = dict(form.terms)
        if set(terms) != {place, tap} or terms[str(tap)] != 1:
            return None
        found.add(_Spot(terms[str(place)], -form.const))
    return found.pop() if len(found) == 1 else None


def _by_input(op: Contract, shapes: tuple[Shape, ...], spot: _Spot | None) -> Convolution | None:
    upstream, kernel = shapes
    if spot is None or any(
        (n - 1) * spot.stride + m - 2 * spot.pad != out
        for n, m, out in zip(upstream, kernel, op.out, strict=True)
    ):
        return None
    axes, margins = len(op.out), {m - 1 - spot.pad for m in kernel}
    if spot.stride == 1 and len(margins) == 1:
        (margin,) = margins
        if not isinstance(margin, int) or margin >= 0:
            return Convolution(f"convolve{axes}d", (0, 1), _stated(pad=(margin, 0)))
    return Convolution(f"conv_transpose{axes}d", (0, 1), _stated(stride=(spot.stride, 1), pad=(spot.pad, 0)))


def _by_kernel(op: Contract, shapes: tuple[Shape, ...], spot: _Spot | None) -> Convolution | None:
    upstream, image = shapes
    if spot is None or any(
        n + 2 * spot.pad - spot.stride * (k - 1) != m for n, k, m in zip(image, upstream, op.out, strict=True)
    ):
        return None
    keywords = _stated(pad=(spot.pad, 0), dilation=(spot.stride, 1))
    return Convolution(f"conv{len(op.out)}d", (1, 0), keywords)


def _stated(**keywords: tuple[Dim, Dim]) -> tuple[tuple[str, Dim], ...]:
    """The keywords that differ from what holds without them."""
    return tuple((key, value) for key, (value, default) in keywords.items() if value != default)
