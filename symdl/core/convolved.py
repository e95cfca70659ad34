"""This module recognizes the two adjoints of a convolution, which are convolutions again.

By the input, the upstream gradient is convolved with the kernel, that is correlated with the kernel turned by
180 degrees; by the kernel, the input is correlated with the upstream gradient.
"""

from __future__ import annotations

from typing import NamedTuple

from symdl.core.dims import Dim, Shape, affine
from symdl.core.op import Contract

GROUP = "g"  # the loop over the groups of channels, where there are several


class Convolution(NamedTuple):
    """A convolution as a call: its function, the order of its arguments, its keywords."""

    function: str
    order: tuple[int, int]
    keywords: tuple[tuple[str, Dim], ...]
    crop: Shape = ()  # what is taken of the result, from its first entry on; () for all of it


class _Spot(NamedTuple):
    stride: Dim
    pad: Dim
    dilation: Dim


def recognized(op: Contract, shapes: tuple[Shape, ...]) -> Convolution | None:
    """The convolution that an adjoint of one is, or None; with channels, their letters stand in front."""
    if op.key != "conv*" or len(op.reads) != 2:
        return None
    channels = _with_channels(op)
    axes = len(op.reads[0]) - channels
    if axes not in (1, 2):
        return None
    write, (places, inner) = op.write[-axes:], (read[-axes:] for read in op.reads)
    if not all(isinstance(place, str) for place in places):
        return None
    sizes = tuple(shape[-axes:] for shape in shapes)
    out = op.out[-axes:]
    found = None
    if all(isinstance(tap, str) for tap in inner):
        found = _by_input(axes, channels, out, sizes, _spot(write, places, inner))
    elif all(isinstance(tap, str) for tap in write):
        found = _by_kernel(axes, channels, out, sizes, _spot(inner, places, write))
    groups = dict(op.loops).get(GROUP, 1) if channels else 1
    stated = _stated(groups=(groups, 1))
    return found._replace(keywords=(*found.keywords, *stated)) if found is not None else None


def _with_channels(op: Contract) -> bool:
    """Whether the letters in front are those of channels: k of the result, c of the input."""
    lengths = (len(op.reads[0]), len(op.reads[1]), len(op.write))
    return lengths in {(2, 3, 2), (3, 4, 3), (2, 2, 3), (3, 3, 4)}


def _spot(spots: tuple[object, ...], places: tuple[object, ...], taps: tuple[object, ...]) -> _Spot | None:
    """How a window lies: `stride · place + dilation · tap - pad`, alike on all axes."""
    found: set[_Spot] = set()
    for spot, place, tap in zip(spots, places, taps, strict=True):
        form = affine(spot)  # type: ignore[arg-type]
        terms = dict(form.terms)
        if set(terms) != {place, tap}:
            return None
        found.add(_Spot(terms[str(place)], -form.const, terms[str(tap)]))
    return found.pop() if len(found) == 1 else None


def _by_input(
    axes: int, channels: bool, out: Shape, shapes: tuple[Shape, ...], spot: _Spot | None
) -> Convolution | None:
    if spot is None:
        return None
    upstream, kernel = shapes
    extras = {
        size - (n - 1) * spot.stride - spot.dilation * (m - 1) - 1 + 2 * spot.pad
        for n, m, size in zip(upstream, kernel, out, strict=True)
    }
    if len(extras) != 1:
        return None
    (extra,) = extras
    margins = {m - 1 - spot.pad for m in kernel}
    if spot.stride == 1 and spot.dilation == 1 and extra == 0 and len(margins) == 1 and not channels:
        (margin,) = margins
        if not isinstance(margin, int) or margin >= 0:
            return Convolution(f"convolve{axes}d", (0, 1), _stated(pad=(margin, 0)))
    if isinstance(extra, int) and extra < 0:
        return None
    keywords = _stated(
        stride=(spot.stride, 1), pad=(spot.pad, 0), dilation=(spot.dilation, 1), extra=(extra, 0)
    )
    return Convolution(f"conv_transpose{axes}d", (0, 1), keywords)


def _by_kernel(
    axes: int, channels: bool, out: Shape, shapes: tuple[Shape, ...], spot: _Spot | None
) -> Convolution | None:
    if spot is None:
        return None
    upstream, image = shapes
    rooms = [n + 2 * spot.pad - spot.stride * (k - 1) - 1 for n, k in zip(image, upstream, strict=True)]
    found = tuple(room // spot.dilation + 1 for room in rooms)
    if not all(isinstance(n, int) for n in found) and found != out:
        return None
    keywords = _stated(stride=(spot.dilation, 1), pad=(spot.pad, 0), dilation=(spot.stride, 1))
    function = f"{'correlate' if channels else 'conv'}{axes}d"
    return Convolution(function, (1, 0), keywords, () if found == out else out)


def _stated(**keywords: tuple[Dim, Dim]) -> tuple[tuple[str, Dim], ...]:
    """The keywords that differ from what holds without them."""
    return tuple((key, value) for key, (value, default) in keywords.items() if value != default)
