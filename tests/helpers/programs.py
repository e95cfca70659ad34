"""Random programs: named formulas over arrays, each with the same computation in a peer's words.

A program is written twice: as the lines that symdl reads, and as functions of a `Peer` (NumPy, torch,
jax), so that neither the reader nor the builder is its own judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st

from symdl.core.dims import Shape
from symdl.core.graph import Graph
from tests.helpers.graphs import Array, Arrays, build, point
from tests.helpers.peers import NUMPY, Peer

Run = Callable[..., Array]  # (peer, *arguments)


@dataclass(frozen=True)
class Line:
    """A named line: its formula, what it reads, and how a peer computes it."""

    name: str
    text: str
    shape: Shape
    args: tuple[str, ...]
    run: Run = field(repr=False)


@dataclass(frozen=True, repr=False)
class Program:
    """Inputs with their shapes, and lines; the last is the scalar output."""

    inputs: dict[str, Shape]
    lines: tuple[Line, ...]

    def __repr__(self) -> str:
        return "; ".join([str(self.inputs), *(f"{line.name} = {line.text}" for line in self.lines)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def graph(self) -> Graph:
        """The program as symdl understands it."""
        return build(self.inputs, [(line.name, line.text) for line in self.lines])

    def run(self, peer: Peer, given: Arrays) -> Arrays:
        """All lines as the peer computes them; a line whose value is given keeps it."""
        known = dict(given)
        for line in self.lines:
            if line.name not in given:
                known[line.name] = line.run(peer, *(known[arg] for arg in line.args))
        return known

    def output(self, peer: Peer, given: Arrays) -> Array:
        """The last line as the peer computes it."""
        return self.run(peer, given)[self.lines[-1].name]


Offer = tuple[str, Shape, Sequence[str], Run]  # formula, shape, what it reads, how a peer computes it


@dataclass
class Pool:
    """The quantities so far, from which rules choose; `fresh` makes new parameters."""

    draw: st.DrawFn
    inputs: dict[str, Shape] = field(default_factory=dict)
    known: dict[str, Shape] = field(default_factory=dict)

    def fresh(self, letter: str, shape: Shape) -> str:
        """A new input."""
        name = f"{letter}{len(self.inputs) + 1}"
        self.inputs[name] = self.known[name] = shape
        return name

    def pick(self, *ranks: int) -> tuple[str, Shape]:
        """A quantity of one of the given ranks, made when there is none."""
        fitting = [name for name, shape in self.known.items() if not ranks or len(shape) in ranks]
        if fitting:
            name = self.draw(st.sampled_from(fitting))
            return name, self.known[name]
        name = self.fresh("x", tuple(self.size() for _ in range(ranks[0])))
        return name, self.known[name]

    def like(self, shape: Shape, other: str = "") -> str:
        """A quantity of exactly this shape: an old one, other than some other, or a new one."""
        fitting = [name for name, own in self.known.items() if own == shape and name != other]
        if fitting and self.one(True, False):
            return self.draw(st.sampled_from(fitting))
        return self.fresh("w", shape)

    def size(self, low: int = 1, high: int = 4) -> int:
        """The size of a new axis."""
        return self.draw(st.integers(low, high))

    def one(self, *options: Any) -> Any:
        """One of some options."""
        return self.draw(st.sampled_from(options))


Rule = Callable[[Pool], Offer]

# Entry by entry: formula of `a`, and the same for a peer.
SMOOTH_UNARY: list[tuple[str, Run]] = [
    ("tanh({a})", lambda p, a: p.tanh(a)),
    ("sin({a})", lambda p, a: p.sin(a)),
    ("sigmoid({a})", lambda p, a: p.sigmoid(a)),
    ("softplus({a})", lambda p, a: p.softplus(a)),
    ("swish({a})", lambda p, a: a * p.sigmoid(a)),
    ("gelu({a})", lambda p, a: a / 2 * (1 + p.erf(a / 2**0.5))),
    ("exp(-square({a}))", lambda p, a: p.exp(-(a**2))),
    ("sqrt(1 + {a} * {a})", lambda p, a: p.sqrt(1 + a**2)),
    ("log(2 + {a} * {a})", lambda p, a: p.log(2 + a**2)),
    ("1/(3 + cos({a}))", lambda p, a: 1 / (3 + p.cos(a))),
    ("-{a}", lambda p, a: -a),
    ("2{a} - 3/2", lambda p, a: 2 * a - 1.5),
    ("(1 + {a})^3 / 4", lambda p, a: (1 + a) ** 3 / 4),
]
UNARY: list[tuple[str, Run]] = [
    *SMOOTH_UNARY,
    ("relu({a})", lambda p, a: p.relu(a)),
    ("leaky_relu({a})", lambda p, a: p.where(a > 0, a, a / 100)),
    ("abs({a})", lambda p, a: p.abs(a)),
    ("where({a} > 1/2, {a} * {a}, {a}/2)", lambda p, a: p.where(a > 0.5, a**2, a / 2)),
]
SMOOTH_BINARY: list[tuple[str, Run]] = [
    ("{a} + {b}", lambda p, a, b: a + b),
    ("{a} - {b}", lambda p, a, b: a - b),
    ("{a} * {b}", lambda p, a, b: a * b),
    ("{a} / (2 + {b} * {b})", lambda p, a, b: a / (2 + b**2)),
    ("(2 + {a} * {a})^tanh({b})", lambda p, a, b: (2 + a**2) ** p.tanh(b)),
]
BINARY: list[tuple[str, Run]] = [
    *SMOOTH_BINARY,
    ("max({a}, {b})", lambda p, a, b: p.maximum(a, b)),
    ("min({a}, {b})", lambda p, a, b: p.minimum(a, b)),
    ("where({a} > {b}, {a} * {a}, {b} * {b})", lambda p, a, b: p.where(a > b, a * a, b * b)),
    ("prelu({a}, {b})", lambda p, a, b: p.where(a > 0, a, a * b)),
]


def unary(pool: Pool, table: Sequence[tuple[str, Run]] = UNARY) -> Offer:
    name, shape = pool.pick()
    text, run = pool.one(*table)
    return text.format(a=name), shape, [name], run


def binary(pool: Pool, table: Sequence[tuple[str, Run]] = BINARY) -> Offer:
    """Equal shapes, a scalar with an array, a vector with the rows of a matrix."""
    name, shape = pool.pick()
    partners: list[Shape] = [shape, shape, ()]
    if len(shape) == 2:
        partners.append(shape[1:])
    other = pool.like(pool.one(*partners), name)  # `x - x` is written 0, and has no shape any more
    names = [name, other] if pool.one(True, False) else [other, name]
    text, run = pool.one(*table)
    return text.format(a=names[0], b=names[1]), shape, names, run


def smooth_unary(pool: Pool) -> Offer:
    return unary(pool, SMOOTH_UNARY)


def smooth_binary(pool: Pool) -> Offer:
    return binary(pool, SMOOTH_BINARY)


def reuse(pool: Pool) -> Offer:
    """The same quantity several times in one line."""
    a, shape = pool.pick()
    return f"{a} * {a} - {a} * sin({a})", shape, [a], lambda p, a: a * a - a * p.sin(a)


def affine(pool: Pool) -> Offer:
    x, (n,) = pool.pick(1)
    m = pool.size()
    W, b = pool.like((m, n)), pool.like(pool.one((m,), ()))
    return f"{W} {x} + {b}", (m,), [W, x, b], lambda p, W, x, b: W @ x + b


def batch(pool: Pool) -> Offer:
    X, (rows, n) = pool.pick(2)
    m = pool.size()
    W, b = pool.like((m, n)), pool.like((m,))
    return f"{X} {W}^T + {b}", (rows, m), [X, W, b], lambda p, X, W, b: X @ W.T + b


def matmul(pool: Pool) -> Offer:
    A, (m, n) = pool.pick(2)
    k = pool.size()
    if pool.one(True, False):
        B = pool.like((n, k))
        return f"{A} {B}", (m, k), [A, B], lambda p, A, B: A @ B
    B = pool.like((m, k))
    return f"{A}^T {B}", (n, k), [A, B], lambda p, A, B: A.T @ B


def vectors(pool: Pool) -> Offer:
    u, (n,) = pool.pick(1)
    kind = pool.one("dot", "outer", "row", "norm", "form")
    if kind == "dot":
        v = pool.like((n,))
        return f"{u}^T {v}", (), [u, v], lambda p, u, v: u @ v
    if kind == "outer":
        v = pool.like((pool.size(),))
        return f"{u} {v}^T", (n, *pool.known[v]), [u, v], lambda p, u, v: u[:, None] * v
    if kind == "row":
        A = pool.like((n, pool.size()))
        return f"({u}^T {A})^T", pool.known[A][1:], [u, A], lambda p, u, A: u @ A
    if kind == "norm":
        return f"|{u}|^2 / 2", (), [u], lambda p, u: u @ u / 2
    A = pool.like((n, n))
    return f"{u}^T {A} {u} / 2", (), [u, A], lambda p, u, A: u @ (A @ u) / 2


def reduction(pool: Pool) -> Offer:
    a, shape = pool.pick(1, 2, 3)
    word = pool.one("sum", "mean", "max", "min")
    if pool.one(True, False):
        return f"{word}({a})", (), [a], lambda p, a: p.reduce(word, a, None)
    axis = pool.one(*range(len(shape)))
    out = shape[:axis] + shape[axis + 1 :]
    return f"{word}({a}, axis={axis + 1})", out, [a], lambda p, a: p.reduce(word, a, axis)


def normalized(pool: Pool) -> Offer:
    a, shape = pool.pick(1, 2)
    axis = pool.one(*range(len(shape)))
    word = pool.one("softmax", "log_softmax", "logsumexp")
    out = shape if word != "logsumexp" else shape[:axis] + shape[axis + 1 :]
    keyword = "" if axis == len(shape) - 1 and pool.one(True, False) else f", axis={axis + 1}"
    return f"{word}({a}{keyword})", out, [a], lambda p, a: getattr(p, word)(a, axis)


def entry(pool: Pool) -> Offer:
    a, shape = pool.pick(1, 2, 3)
    spans: list[tuple[int, int, bool]] = []
    for n in shape:
        start = pool.draw(st.integers(0, n - 1))
        spans.append((start, pool.draw(st.integers(start + 1, n)), pool.one(True, False)))
    texts = [f"{start + 1}" if single else f"{start + 1}:{stop}" for start, stop, single in spans]
    where = tuple(start if single else slice(start, stop) for start, stop, single in spans)
    out = tuple(stop - start for start, stop, single in spans if not single)
    return f"{a}[{', '.join(texts)}]", out, [a], lambda p, a: a[where]


def transposed(pool: Pool) -> Offer:
    A, (m, n) = pool.pick(2)
    return f"{A}.T", (n, m), [A], lambda p, A: A.T


def reshaped(pool: Pool) -> Offer:
    a, shape = pool.pick(1, 2, 3)
    count = 1
    for n in shape:
        count *= n
    rows = pool.one(*(k for k in range(1, count + 1) if count % k == 0))
    if pool.one(True, False):
        return f"flatten({a})", (count,), [a], lambda p, a: a.reshape(count)
    out = (rows, count // rows)
    return f"reshape({a}, {out[0]}, {out[1]})", out, [a], lambda p, a: a.reshape(out)


def joined(pool: Pool) -> Offer:
    a, shape = pool.pick(1, 2)
    axis = pool.one(*range(len(shape)))
    other = (*shape[:axis], pool.size(), *shape[axis + 1 :])
    b = pool.like(other)
    out = (*shape[:axis], shape[axis] + other[axis], *shape[axis + 1 :])
    return f"concat({a}, {b}, axis={axis + 1})", out, [a, b], lambda p, a, b: p.concat([a, b], axis)


def stacked(pool: Pool) -> Offer:
    a, shape = pool.pick(0, 1)
    b = pool.like(shape)
    return f"[{a}, {b}, {a}]", (3, *shape), [a, b], lambda p, a, b: p.stack([a, b, a])


def padded(pool: Pool) -> Offer:
    a, shape = pool.pick(1, 2)
    width = pool.size(1, 2)
    out = tuple(n + 2 * width for n in shape)
    return f"pad({a}, {width})", out, [a], lambda p, a: p.pad(a, width, len(shape))


def diagonal(pool: Pool) -> Offer:
    v, (n,) = pool.pick(1)
    A = pool.like((n, n))
    return f"diag({v}) {A} + trace({A}) eye({n})", (n, n), [v, A], (
        lambda p, v, A: v[:, None] * A + p.eye(n) * sum(A[k, k] for k in range(n))
    )  # fmt: skip


def ordered(pool: Pool) -> Offer:
    v, (n,) = pool.pick(1)
    return f"sort({v})", (n,), [v], lambda p, v: p.sort(v)


def shifted(pool: Pool) -> Offer:
    a, shape = pool.pick(1, 2)
    k = pool.one(-4, -2, -1, 0, 1, 2, 3)
    return f"roll({a}, {k})", shape, [a], lambda p, a: p.roll(a, k)


def counted(pool: Pool) -> Offer:
    v, (n,) = pool.pick(1)
    return f"sum({v}[i]^2 / i, i=1..{n})", (), [v], lambda p, v: sum(v[k] ** 2 / (k + 1) for k in range(n))


def repeated(pool: Pool) -> Offer:
    v, (n,) = pool.pick(1)
    m = pool.size()
    return f"{v} ones({m})^T", (n, m), [v], lambda p, v: v[:, None] + p.zeros((n, m))


def _settings(pool: Pool, sizes: Shape, taps: Shape) -> tuple[int, int, int]:
    """Stride, padding and dilation with room for one window at least."""
    stride, pad = pool.size(1, 3), pool.size(0, 2)
    room = [(n + 2 * pad - 1) // (m - 1) for n, m in zip(sizes, taps, strict=True) if m > 1]
    return stride, pad, pool.size(1, min([*room, 3]))


def _fitting(pool: Pool, n: int) -> int:
    return pool.draw(st.integers(1, min(n, 3)))


def convolution(pool: Pool) -> Offer:
    """One or two axes, with and without channels; flipped kernels in one case of four."""
    axes = pool.one(1, 2)
    channels = pool.one(True, False)
    x, shape = pool.pick(axes + channels)
    sizes = shape[-axes:]
    taps = tuple(_fitting(pool, n) for n in sizes)
    stride, pad, dilation = _settings(pool, sizes, taps)
    spans = [dilation * (m - 1) + 1 for m in taps]
    outs = tuple((n + 2 * pad - span) // stride + 1 for n, span in zip(sizes, spans, strict=True))
    lead = (pool.size(1, 2), shape[0]) if channels else ()
    k = pool.like((*lead, *taps))
    flipped = pool.one(False, False, False, True)
    word = f"{'convolve' if flipped else 'conv'}{axes}d"
    text = f"{word}({x}, {k}, stride={stride}, pad={pad}, dilation={dilation})"
    settings = (axes, stride, pad, dilation, flipped)
    return text, (*lead[:1], *outs), [x, k], lambda p, x, k: p.conv(x, k, *settings)


def pooling(pool: Pool) -> Offer:
    x, shape = pool.pick(1, 2, 3)
    axes = min(2, len(shape))
    width = _fitting(pool, min(shape[-axes:]))
    stride = pool.size(1, 3)
    outs = tuple((n - width) // stride + 1 for n in shape[-axes:])
    word = pool.one("max", "avg")
    text = f"{word}_pool({x}, {width}, stride={stride})"
    return text, (*shape[:-axes], *outs), [x], lambda p, x: p.pool(word, x, axes, width, stride)


SMOOTH: tuple[Rule, ...] = (
    smooth_unary, smooth_unary, smooth_binary, smooth_binary, reuse, affine, batch, matmul, vectors,
    normalized, entry, transposed, reshaped, joined, stacked, padded, diagonal, shifted, counted,
    repeated,
    convolution,
)  # fmt: skip
RULES: tuple[Rule, ...] = (*SMOOTH, unary, unary, binary, binary, reduction, ordered, pooling)


def inlined(line: Line, inner: Line) -> Line:
    """A line with another one written in place of its name."""
    text = re.sub(rf"(?<![a-z_]){inner.name}(?![0-9])", f"({inner.text})", line.text)
    own = tuple(arg for arg in line.args if arg != inner.name)

    def run(peer: Peer, *values: Array) -> Array:
        known = dict(zip((*own, *inner.args), values, strict=True))
        known[inner.name] = inner.run(peer, *(known[arg] for arg in inner.args))
        return line.run(peer, *(known[arg] for arg in line.args))

    return Line(line.name, text, line.shape, (*own, *inner.args), run)


def nested(draw: st.DrawFn, lines: list[Line]) -> list[Line]:
    """The same program with some of its lines written into those that use them."""
    kept: list[Line] = []
    while lines:
        first, *rest = lines
        short = len(first.text) < 40 and "[" not in first.text  # `[v, [a, b]]` is no matrix
        if rest and short and draw(st.integers(0, 2)) == 0:
            lines = [inlined(line, first) if first.name in line.args else line for line in rest]
        else:
            kept.append(first)
            lines = rest
    return kept


def half_of_squares(p: Peer, *parts: Array) -> Array:
    """Half the sum of the squares of all entries."""
    return sum(p.reduce("sum", part * part, None) for part in parts) / 2


def tame(program: Program, seed: int = 1) -> Arrays:
    """A random point at which the output is of moderate size."""
    at = point(program.inputs, seed)
    assume(abs(program.output(NUMPY, at)) < 1e4)
    return at


each_rule = pytest.mark.parametrize("rule", dict.fromkeys(RULES), ids=lambda rule: rule.__name__)
few = settings(max_examples=max(8, settings().max_examples // 4))  # for tests that run once for each rule
many = settings(max_examples=3 * settings().max_examples)


@st.composite
def programs(
    draw: st.DrawFn, rules: tuple[Rule, ...] = RULES, longest: int = 6, starting: Rule | None = None
) -> Program:
    """A random program; its output is the sum of squares of all that nothing else reads.

    Its first line is made by the rule `starting`, where one is given.
    """
    pool = Pool(draw)
    pool.fresh("x", tuple(pool.size() for _ in range(draw(st.integers(0, 3)))))
    lines: list[Line] = []
    for number in range(1, draw(st.integers(1, longest)) + 1):
        rule = starting if starting and number == 1 else draw(st.sampled_from(rules))
        text, shape, args, run = rule(pool)
        line = Line(f"h{number}0", text, shape, tuple(args), run)
        pool.known[line.name] = shape
        lines.append(line)
    read = {arg for line in lines for arg in line.args}
    loose = [line.name for line in lines if line.name not in read]
    total = " + ".join(f"sum({name} * {name})" for name in loose)
    lines.append(Line("loss", f"({total}) / 2", (), tuple(loose), half_of_squares))
    return Program(pool.inputs, tuple(nested(draw, lines)))
