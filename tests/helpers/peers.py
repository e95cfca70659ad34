"""The operations of random programs in the words of other libraries: NumPy by hand, torch, jax."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

Array = Any


class Peer:
    """NumPy: windows and sums written out by hand. `xp` is a module with NumPy's functions."""

    name = "numpy"
    xp: Any = np

    def __getattr__(self, word: str) -> Any:
        """Functions that the library has under NumPy's name."""
        return getattr(self.xp, word)

    def array(self, values: Array) -> Array:
        """A value of the library."""
        return self.xp.asarray(values, dtype=float)

    def erf(self, x: Array) -> Array:
        """The error function."""
        from math import erf

        return np.vectorize(erf, otypes=[float])(x)

    def sigmoid(self, x: Array) -> Array:
        """1 / (1 + exp(-x))."""
        return 1 / (1 + self.xp.exp(-x))

    def relu(self, x: Array) -> Array:
        """The positive part."""
        return self.xp.where(x > 0, x, 0.0 * x)

    def softplus(self, x: Array) -> Array:
        """log(1 + exp(x))."""
        return self.xp.log(1 + self.xp.exp(x))

    def reduce(self, word: str, x: Array, axis: int | None) -> Array:
        """The sum, mean, largest or least, of all or along an axis."""
        return getattr(self.xp, word)(x, axis=axis)

    def softmax(self, x: Array, axis: int) -> Array:
        """exp(x) / sum(exp(x))."""
        raised = self.xp.exp(x - self.xp.max(x))
        return raised / raised.sum(axis=axis, keepdims=True)

    def logsumexp(self, x: Array, axis: int) -> Array:
        """log(sum(exp(x)))."""
        return self.xp.log(self.xp.exp(x).sum(axis=axis))

    def log_softmax(self, x: Array, axis: int) -> Array:
        """The logarithm of the softmax."""
        return self.xp.log(self.softmax(x, axis))

    def concat(self, parts: list[Array], axis: int) -> Array:
        """Arrays one after the other."""
        return self.xp.concatenate(parts, axis)

    def roll(self, x: Array, shift: int) -> Array:
        """Entries or rows moved on round a circle."""
        return self.xp.roll(x, shift, 0)

    def stack(self, parts: list[Array]) -> Array:
        """Arrays along a new first axis."""
        return self.xp.stack(parts)

    def pad(self, x: Array, width: int, axes: int) -> Array:
        """Zeros around the last axes."""
        return self.xp.pad(x, [(0, 0)] * (x.ndim - axes) + [(width, width)] * axes)

    def conv(
        self, x: Array, k: Array, axes: int, stride: int, pad: int, dilation: int, flipped: bool
    ) -> Array:
        """Cross-correlation over the last axes, one tap of the kernel at a time."""
        if flipped:
            k = k[(..., *[slice(None, None, -1)] * axes)]
        x, taps, total = self.pad(x, pad, axes), k.shape[-axes:], 0.0
        outs = [
            (n - dilation * (m - 1) - 1) // stride + 1 for n, m in zip(x.shape[-axes:], taps, strict=True)
        ]
        for tap in product(*map(range, taps)):
            part = _strided(x, [t * dilation for t in tap], outs, stride)
            weight = k[(..., *tap)]
            total = total + (self.xp.tensordot(weight, part, 1) if weight.ndim else weight * part)
        return total

    def pool(self, word: str, x: Array, axes: int, width: int, stride: int) -> Array:
        """The largest or the mean of every window."""
        outs = [(n - width) // stride + 1 for n in x.shape[-axes:]]
        taps = product(range(width), repeat=axes)
        windows = self.xp.stack([_strided(x, tap, outs, stride) for tap in taps])
        return self.xp.max(windows, axis=0) if word == "max" else self.xp.mean(windows, axis=0)


def _strided(x: Array, starts: Sequence[int], counts: Sequence[int], stride: int) -> Array:
    """Every so many entries along the last axes, from a start each."""
    ends = [start + stride * (count - 1) + 1 for start, count in zip(starts, counts, strict=True)]
    return x[(..., *(slice(start, end, stride) for start, end in zip(starts, ends, strict=True)))]


NUMPY = Peer()
