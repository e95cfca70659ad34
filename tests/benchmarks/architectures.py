"""This module times the derivation, with steps, of the architectures of the course beside jax and torch.

symdl starts from the lines of a problem and ends with steps and answers; jax makes the program of all
gradients, torch runs one forward and backward pass. Growth is by depth, by the number of steps in time and by
the number of blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdl.problems.construction import build
from symdl.problems.reading.file import raw_problem
from symdl.problems.solution import derive
from tests.benchmarks.timing import Growth, Measurement, at_most, best, comparisons, peer

Shapes = dict[str, list[int]]
N, LENGTHS, BLOCKS = 4, (5, 10, 20, 40), (1, 2, 4)
JAX, TORCH = "jax.make_jaxpr(jax.grad)", "torch forward and backward"


@dataclass(frozen=True)
class Architecture:
    """Symbols and lines of a problem, and the same loss over jax's or torch's functions.

    `loss` takes the library's module of functions and the values by name.
    """

    shapes: Shapes
    lines: Mapping[str, str]
    by: tuple[str, ...]
    loss: Callable[[Any, Mapping[str, Any]], Any]

    def derived(self) -> Callable[[], Any]:
        """The whole derivation, from the lines on."""
        asks = [{"gradient": "L", "by": list(self.by)}]
        raw = raw_problem(symbols=self.shapes, let=dict(self.lines), asks=asks)
        return lambda: derive(build(raw))

    def numbers(self) -> dict[str, Any]:
        """Values of everything."""
        random = np.random.default_rng(1)
        return {name: random.normal(size=shape) / 2 for name, shape in self.shapes.items()}

    def jax(self) -> Callable[[], Any] | None:
        """The program of all gradients."""
        jax = peer("jax")
        if jax is None:
            return None
        import jax.numpy as jnp

        known = {name: jnp.asarray(value) for name, value in self.numbers().items()}
        fixed = {name: value for name, value in known.items() if name not in self.by}
        wanted = {name: known[name] for name in self.by}
        library = Library(jnp.tanh, jax.nn.sigmoid, jax.nn.relu, jax.nn.softmax, jnp.stack, _correlated(jax))
        return lambda: jax.make_jaxpr(jax.grad(lambda p: self.loss(library, {**fixed, **p})))(wanted)

    def torch(self) -> Callable[[], Any] | None:
        """One forward and one backward pass."""
        torch = peer("torch")
        if torch is None:
            return None
        known = {name: torch.tensor(value) for name, value in self.numbers().items()}
        wanted = {name: known[name].requires_grad_() for name in self.by}
        functional = torch.nn.functional
        library = Library(
            torch.tanh, torch.sigmoid, torch.relu, lambda x: torch.softmax(x, -1), torch.stack,
            lambda x, k: functional.conv2d(x[None], k)[0],
        )  # fmt: skip
        return lambda: torch.autograd.grad(self.loss(library, known), list(wanted.values()))


@dataclass(frozen=True)
class Library:
    """The functions that the losses need."""

    tanh: Any
    sigmoid: Any
    relu: Any
    softmax: Any
    stack: Any
    conv2d: Any


def _correlated(jax: Any) -> Callable[[Any, Any], Any]:
    return lambda x, k: jax.lax.conv(x[None], k, (1, 1), "VALID")[0]


def mlp(depth: int) -> Architecture:
    """Layers of equal width with tanh, squared error."""
    names = [f"{letter}{k}" for k in range(1, depth + 1) for letter in "Wb"]
    shapes: Shapes = {"x": [N], "y": [N]} | {name: [N, N] if name[0] == "W" else [N] for name in names}
    lines: dict[str, str] = {}
    a = "x"
    for k in range(1, depth + 1):
        lines |= {f"z{k}": f"W{k} {a} + b{k}", f"a{k}": f"tanh(z{k})"}
        a = f"a{k}"

    def loss(f: Library, p: Mapping[str, Any]) -> Any:
        h = p["x"]
        for k in range(1, depth + 1):
            h = f.tanh(p[f"W{k}"] @ h + p[f"b{k}"])
        return ((h - p["y"]) ** 2).sum() / 2

    return Architecture(shapes, {**lines, "L": f"half_sse({a}, y)"}, tuple(names), loss)


def lstm(steps: int) -> Architecture:
    """A cell unrolled in time, the loss on its last state."""
    shapes: Shapes = {
        "x": [steps, N], "h[0]": [N], "c[0]": [N], "W": [4 * N, N], "U": [4 * N, N], "b": [4 * N], "y": [N],
    }  # fmt: skip
    lines = {
        f"h[t=1..{steps}], c[t=1..{steps}]": "lstm_cell(x[t], h[t-1], c[t-1], W, U, b)",
        "L": f"half_sse(h[{steps}], y)",
    }

    def loss(f: Library, p: Mapping[str, Any]) -> Any:
        h, c = p["h[0]"], p["c[0]"]
        for t in range(steps):
            a = p["W"] @ p["x"][t] + p["U"] @ h + p["b"]
            i, g = f.sigmoid(a[:N]), f.tanh(a[2 * N : 3 * N])
            c = f.sigmoid(a[N : 2 * N]) * c + i * g
            h = f.sigmoid(a[3 * N :]) * f.tanh(c)
        return ((h - p["y"]) ** 2).sum() / 2

    return Architecture(shapes, lines, ("W", "U", "b"), loss)


HEADS = 2
BLOCK: Shapes = {
    "WQ": [HEADS, N, N], "WK": [HEADS, N, N], "WV": [HEADS, N, N], "WO": [HEADS, N, N], "g": [N], "c": [N],
    "V": [N, N], "b": [N], "W": [N, N], "d": [N], "e": [N], "f": [N],
}  # fmt: skip


def transformer(blocks: int) -> Architecture:
    """Blocks one behind the other, two heads each, over three positions."""
    shapes: Shapes = {"X0": [3, N], "T": [3, N]}
    lines: dict[str, str] = {}
    names: list[str] = []
    for k in range(1, blocks + 1):
        own = [f"{name}_{k}" for name in BLOCK]
        shapes |= dict(zip(own, BLOCK.values(), strict=True))
        lines[f"X{k}"] = f"transformer_block(X{k - 1}, {', '.join(own)})"
        names += own

    def norm(x: Any, gain: Any, bias: Any) -> Any:
        deviation = x - x.mean(-1)[:, None]
        return gain * deviation / ((deviation**2).mean(-1)[:, None] + 1e-5) ** 0.5 + bias

    def loss(f: Library, p: Mapping[str, Any]) -> Any:
        x = p["X0"]
        for k in range(1, blocks + 1):
            w = {name: p[f"{name}_{k}"] for name in BLOCK}
            heads = 0
            for j in range(HEADS):
                scores = (x @ w["WQ"][j]) @ (x @ w["WK"][j]).T / N**0.5
                heads = heads + f.softmax(scores) @ (x @ w["WV"][j]) @ w["WO"][j]
            x = norm(x + heads, w["g"], w["c"])
            x = norm(x + f.relu(x @ w["V"] + w["b"]) @ w["W"] + w["d"], w["e"], w["f"])
        return ((x - p["T"]) ** 2).sum() / 2

    return Architecture(shapes, {**lines, "L": f"half_sse(X{blocks}, T)"}, tuple(names), loss)


def cnn() -> Architecture:
    """Two convolutions with channels, a dense layer."""
    shapes: Shapes = {
        "X": [2, 6, 6], "K": [3, 2, 2, 2], "b": [3], "C": [2, 3, 2, 2], "c": [2], "W": [N, 32], "d": [N],
        "y": [N],
    }  # fmt: skip
    lines = {
        "Y": "convolution2d(X, K, b)", "H": "relu(Y)", "S": "convolution2d(H, C, c)", "F": "relu(S)",
        "f": "flatten(F)", "z": "W f + d", "L": "half_sse(z, y)",
    }  # fmt: skip

    def loss(f: Library, p: Mapping[str, Any]) -> Any:
        h = f.relu(f.conv2d(p["X"], p["K"]) + p["b"][:, None, None])
        h = f.relu(f.conv2d(h, p["C"]) + p["c"][:, None, None])
        return ((p["W"] @ h.reshape(-1) + p["d"] - p["y"]) ** 2).sum() / 2

    return Architecture(shapes, lines, ("K", "b", "C", "c", "W", "d"), loss)


def measure() -> Iterator[Measurement | Growth]:
    """Each architecture beside its peers, then growth."""
    for what, made in (
        ("MLP, 8 layers", mlp(8)), ("LSTM, 20 steps", lstm(20)), ("transformer block", transformer(1)),
        ("CNN, 2 convolutions", cnn()),
    ):  # fmt: skip
        times = best({"symdl": made.derived(), JAX: made.jax(), TORCH: made.torch()}, rounds=3)
        aims = {JAX: ("no slower", at_most(1)), TORCH: ("no aim", at_most(float("inf")))}
        yield from comparisons(f"{what}, derived with steps", "symdl", times, aims)
    yield _growth("LSTM, with steps", "T", LENGTHS, lstm)
    yield _growth("MLP, with steps", "depth", (4, 8, 16, 32), mlp)
    yield _growth("transformer, with steps", "blocks", BLOCKS, transformer)


def _growth(what: str, by: str, sizes: tuple[int, ...], made: Callable[[int], Architecture]) -> Growth:
    times = best({str(size): made(size).derived() for size in sizes}, rounds=3)
    return Growth(what, by, sizes, tuple(seconds or 0.0 for seconds in times.values()))
