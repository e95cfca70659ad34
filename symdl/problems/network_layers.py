"""This module writes each layer of `[network]` as lines over the library, and keeps track of the shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symdl.core.dims import Dim, Shape, shape_text, size_of
from symdl.core.function import FUNCTIONS
from symdl.errors import Place, ProblemError
from symdl.formula.tree import Number
from symdl.ops.rearranging import output_size
from symdl.registry import nearest

Table = Mapping[str, Any]


@dataclass
class Writing:
    """A network being written: the quantity that the last layer gave, its shape, the lines so far."""

    current: str
    shape: Shape
    shapes: Mapping[str, Shape]
    place: Callable[..., Place]
    lines: dict[str, str] = field(default_factory=dict)
    missing: dict[str, Shape] = field(default_factory=dict)

    def needs(self, name: str, shape: Shape) -> str:
        """A parameter by its name, declared here unless the problem has it."""
        if name not in self.shapes:
            self.missing[name] = shape
        return name

    def line(self, name: str, formula: str, shape: Shape | None = None) -> None:
        """The next line, and the shape of what it gives where that is another."""
        self.lines[name] = formula
        self.current = name
        self.shape = self.shape if shape is None else shape

    def whole(self, layer: Table, key: str, default: int | None = None) -> int:
        """A positive whole number of a layer."""
        value = layer.get(key, default)
        if isinstance(value, Number) and value.value.denominator == 1 and value.value > 0:
            return int(value.value)
        if isinstance(value, int) and value > 0:
            return value
        got = value.value if isinstance(value, Number) else value
        raise ProblemError("problem.layer_units", place=self.place("network", "layers"), got=got)

    def in_each(self, groups: int, filters: int) -> Dim:
        """The channels of the input in each of some groups, into which the filters divide too."""
        channels = self.shape[0]
        if filters % groups or (isinstance(channels, int) and channels % groups):
            raise ProblemError(
                "problem.layer_groups", place=self.place("network", "layers"), groups=groups,
                channels=channels, filters=filters,
            )  # fmt: skip
        return channels // groups

    def fits(self, kind: str, *ranks: int) -> None:
        """Refuse a layer whose input has another number of axes."""
        if len(self.shape) not in ranks:
            raise ProblemError(
                "problem.layer_input", place=self.place("network", "layers"), kind=kind, name=self.current,
                shape=shape_text(self.shape),
            )  # fmt: skip


def known(name: str, place: Callable[..., Place]) -> None:
    """Refuse a function that the library does not have."""
    if name not in FUNCTIONS:
        raise ProblemError(
            "problem.unknown_function", place=place("network"), name=name,
            nearest=nearest(name, list(FUNCTIONS)),
        )  # fmt: skip


def _dense(w: Writing, layer: Table, k: int) -> None:
    """`W x + b` of a vector, `X W + b` of a batch by rows."""
    w.fits("dense", 1, 2)
    units, rows, width = w.whole(layer, "dense"), len(w.shape) == 2, w.shape[-1]
    W = w.needs(f"W{k}", (width, units) if rows else (units, width))
    product = f"{w.current} {W}" if rows else f"{W} {w.current}"
    w.line(f"z{k}", product + _bias(w, layer, k, (units,)), (*w.shape[:-1], units))


def _bias(w: Writing, layer: Table, k: int, shape: Shape) -> str:
    return f" + {w.needs(f'b{k}', shape)}" if layer.get("bias", True) else ""


def _conv(axes: int) -> Callable[[Writing, Table, int], None]:
    """Kernels over the last axes; an input without channels and one kernel stay without channels."""

    def write(w: Writing, layer: Table, k: int) -> None:
        key = f"conv{axes}d"
        w.fits(key, axes, axes + 1)
        filters, width = w.whole(layer, key), w.whole(layer, "kernel", 3)
        stride, pad = w.whole(layer, "stride", 1), w.whole(layer, "pad") if _positive(layer, "pad") else 0
        dilation, groups = w.whole(layer, "dilation", 1), w.whole(layer, "groups", 1)
        inner = w.shape[-axes:]
        outs = tuple(output_size(n, width, stride, pad, dilation) for n in inner)
        stated = {"stride": (stride, 1), "pad": (pad, 0), "dilation": (dilation, 1)}
        words = "".join(f", {name}={value}" for name, (value, default) in stated.items() if value != default)
        if len(w.shape) == axes and filters == groups == 1:
            K = w.needs(f"K{k}", (width,) * axes)
            w.line(f"z{k}", f"{key}({w.current}, {K}{words})" + _bias(w, layer, k, ()), outs)
            return
        if len(w.shape) == axes:
            w.line(f"x{k}", f"reshape({w.current}, 1, {', '.join(map(str, inner))})", (1, *inner))
        K = w.needs(f"K{k}", (filters, w.in_each(groups, filters), *(width,) * axes))
        words += f", groups={groups}" if groups > 1 else ""
        if layer.get("bias", True):
            b, kind = w.needs(f"b{k}", (filters,)), "grouped_" if groups > 1 else ""
            w.line(f"z{k}", f"{kind}convolution{axes}d({w.current}, {K}, {b}{words})", (filters, *outs))
        else:
            w.line(f"z{k}", f"{key}({w.current}, {K}{words})", (filters, *outs))

    return write


def _positive(layer: Table, key: str) -> bool:
    value = layer.get(key, 0)
    return bool((value.value if isinstance(value, Number) else value) != 0)


def _pool(kind: str) -> Callable[[Writing, Table, int], None]:
    """Windows of the last two axes, side by side unless a stride says otherwise."""

    def write(w: Writing, layer: Table, k: int) -> None:
        w.fits(f"{kind}_pool2d", 2, 3)
        width = w.whole(layer, f"{kind}_pool2d")
        stride, pad = w.whole(layer, "stride", width), w.whole(layer, "pad") if _positive(layer, "pad") else 0
        outs = tuple(output_size(n, width, stride, pad) for n in w.shape[-2:])
        words = f", stride={stride}" if stride != width else ""
        words += f", pad={pad}" if pad else ""
        w.line(f"p{k}", f"{kind}_pool({w.current}, {width}{words})", (*w.shape[:-2], *outs))

    return write


@dataclass(frozen=True)
class Cell:
    """A recurrent layer: what it calls, its states, its weights with their shapes (m units, n inputs)."""

    call: str
    states: tuple[str, ...]
    weights: tuple[tuple[str, str], ...]


CELLS = {
    "rnn": Cell("rnn_cell", ("h",), (("Wx", "m n"), ("Wh", "m m"), ("b", "m"))),
    "lstm": Cell("lstm_cell", ("h", "c"), (("W", "4m n"), ("U", "4m m"), ("b", "4m"))),
    "gru": Cell("gru_cell", ("h",), (("W", "3m n"), ("U", "3m m"), ("b", "3m"))),
}


def _recurrent(kind: str) -> Callable[[Writing, Table, int], None]:
    """A cell along the rows of a matrix, one row a step, from a state of zeros unless one is given.

    The last state is the result, or with `sequence` all of them as the rows of a matrix.
    """

    def write(w: Writing, layer: Table, k: int) -> None:
        w.fits(kind, 2)
        units, (steps, width), cell = w.whole(layer, kind), w.shape, CELLS[kind]
        if not isinstance(steps, int):
            raise ProblemError(
                "problem.layer_steps", place=w.place("network", "layers"), kind=kind, steps=steps
            )
        states = [f"{state}{k}" for state in cell.states]
        for state in states:
            if f"{state}[0]" not in w.shapes:
                w.lines[f"{state}[0]"] = f"zeros({units})"
        sizes = {"m": units, "n": width}
        weights = [w.needs(f"{name}{k}", _sized(shape, sizes)) for name, shape in cell.weights]
        words = f", truncate={w.whole(layer, 'truncate')}" if "truncate" in layer else ""
        before = [f"{state}[t-1]" for state in states]
        call = f"{cell.call}({w.current}[t], {', '.join([*before, *weights])}{words})"
        w.lines[", ".join(f"{state}[t=1..{steps}]" for state in states)] = call
        if layer.get("sequence"):
            rows = ", ".join(f"{states[0]}[{t}]" for t in range(1, steps + 1))
            w.line(f"s{k}", f"[{rows}]", (steps, units))
        else:
            w.current, w.shape = f"{states[0]}[{steps}]", (units,)

    return write


def _sized(shape: str, sizes: Mapping[str, Dim]) -> Shape:
    """`4m n` with the sizes put in."""
    return tuple(int(word[:-1] or 1) * sizes[word[-1]] for word in shape.split())


def _flatten(w: Writing, layer: Table, k: int) -> None:
    w.line(f"f{k}", f"flatten({w.current})", (size_of(w.shape),))


def _dropout(w: Writing, layer: Table, k: int) -> None:
    """A mask of the same shape, `m1` for the first layer unless it is named."""
    rate = layer["dropout"]
    mask = w.needs(str(layer.get("mask", f"m{k}")), w.shape)
    shown = rate.written or rate.value if isinstance(rate, Number) else rate
    w.line(f"d{k}", f"dropout({w.current}, {mask}, rate={shown})")


def _normalized(vector: str, matrix: str) -> Callable[[Writing, Table, int], None]:
    def write(w: Writing, layer: Table, k: int) -> None:
        w.fits(vector or matrix, *((1, 2) if vector else (2,)))
        width = (w.shape[-1],)
        called = matrix if len(w.shape) == 2 else vector
        w.line(f"n{k}", f"{called}({w.current}, {w.needs(f'gamma{k}', width)}, {w.needs(f'beta{k}', width)})")

    return write


WINDOW = ("kernel", "stride", "pad", "dilation", "groups", "bias")
KINDS: dict[str, tuple[Callable[[Writing, Table, int], None], tuple[str, ...]]] = {
    "dense": (_dense, ("bias",)),
    "conv1d": (_conv(1), WINDOW),
    "conv2d": (_conv(2), WINDOW),
    "max_pool2d": (_pool("max"), ("stride", "pad")),
    "avg_pool2d": (_pool("avg"), ("stride", "pad")),
    **{key: (_recurrent(key), ("sequence", "truncate")) for key in CELLS},
    "flatten": (_flatten, ()),
    "dropout": (_dropout, ("mask",)),
    "batch_norm": (_normalized("", "batch_norm"), ()),
    "layer_norm": (_normalized("layer_norm", "layer_norm_rows"), ()),
}


def written(w: Writing, layer: Table, k: int) -> None:
    """The lines of one layer: its kind first, then its activation."""
    kind = next((key for key in layer if key in KINDS), None)
    allowed = ("activation", *(KINDS[kind][1] if kind else KINDS), *((kind,) if kind else ()))
    for key in layer:
        if key not in allowed:
            raise ProblemError(
                "problem.layer_key", place=w.place("network", "layers"), name=key,
                nearest=nearest(key, allowed), known=", ".join(allowed),
            )  # fmt: skip
    if kind is not None:
        KINDS[kind][0](w, layer, k)
    elif "activation" not in layer:
        raise ProblemError("problem.layer_kind", place=w.place("network", "layers"), known=", ".join(KINDS))
    if "activation" in layer:
        known(str(layer["activation"]), w.place)
        w.line(f"a{k}", f"{layer['activation']}({w.current})")
