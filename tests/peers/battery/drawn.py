"""Problems drawn at random as a lecturer would write them: lines of nested formulas, and torch beside each.

Where random programs join one operation a line, here whole formulas stand inside others: that is where
brackets, transposes, signs and scalars in front have to be printed right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

Shape = tuple[int, ...]
Run = Callable[[dict[str, Tensor]], Tensor]
NAMES = {0: "abcdpqrst", 1: "xyuvghmn", 2: "ABCDEGMNPQRSUVWXYZ"}  # of inputs, by rank
LINES = ("z1", "h1", "o", "z2", "h2")


class Part(NamedTuple):
    """A formula, what torch computes for it, and how it binds: 1 a sum, 2 a product, 3 anything closed."""

    text: str
    run: Run
    binds: int = 3

    def inside(self, binds: int = 3) -> str:
        """The text, with brackets where it binds less."""
        return self.text if self.binds >= binds else f"({self.text})"


UNARY: list[tuple[str, Callable[[Tensor], Tensor]]] = [
    ("tanh({})", torch.tanh), ("sigmoid({})", torch.sigmoid), ("sin({})", torch.sin),
    ("exp(-square({}))", lambda x: torch.exp(-(x**2))), ("softplus({})", F.softplus), ("relu({})", F.relu),
    ("abs({})", torch.abs), ("square({})", torch.square), ("gelu({})", F.gelu), ("atan({})", torch.atan),
    ("log(1 + square({}))", lambda x: torch.log(1 + x**2)),
    ("sqrt(2 + square({}))", lambda x: torch.sqrt(2 + x**2)),
    ("leaky_relu({})", F.leaky_relu), ("swish({})", F.silu), ("elu({})", F.elu),
    ("where({0} > 0, {0}, sin({0}))", lambda x: torch.where(x > 0, x, torch.sin(x))),
]  # fmt: skip
OPEN_UNARY: list[tuple[str, Callable[[Tensor], Tensor]]] = [  # whose value stands open
    ("1/(1 + exp({}))", lambda x: 1 / (1 + torch.exp(x))),
    ("1/(2 + cos({}))", lambda x: 1 / (2 + torch.cos(x))),
    ("2^({})", lambda x: 2**x), ("-({})", lambda x: -x), ("3/2 ({})", lambda x: 1.5 * x),
]  # fmt: skip


@dataclass
class Drawing:
    """One problem: numbers for its inputs, its lines, and the loss at the end."""

    seed: int
    given: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[str, Part]] = field(default_factory=list)
    known: dict[str, Shape] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.sizes = [self.random.randint(2, 3) for _ in range(2)]
        for name in self.random.sample(LINES, self.random.randint(1, 3)):
            shape = tuple(self.size() for _ in range(self.random.randint(0, 2)))
            part = self.part(shape, self.random.randint(1, 3))
            self.lines.append((name, part))
            self.known[name] = shape
        terms = [name if not self.known[name] else f"mean(square({name}))" for name, _ in self.lines]
        self.lines.append(("L", Part(" + ".join(terms), self.loss)))

    def loss(self, values: dict[str, Tensor]) -> Tensor:
        """The sum of the lines before it, of arrays the mean of their squares."""
        ends = [values[name] for name, _ in self.lines[:-1]]
        return torch.stack([torch.mean(end**2) if end.dim() else end for end in ends]).sum()

    def size(self) -> int:
        """A size of an axis; the same few come up again, so that shapes fit."""
        return self.random.choice(self.sizes)

    def named(self, shape: Shape) -> Part:
        """A quantity of a shape: one that there is, or a new input."""
        fitting = [name for name, own in self.known.items() if own == shape]
        if not fitting or self.random.random() < 0.3:
            name = next(letter for letter in NAMES[len(shape)] if letter not in self.known)
            self.known[name], self.given[name] = shape, self.numbers(shape)
        else:
            name = self.random.choice(fitting)
        return Part(name, lambda e: e[name])

    def numbers(self, shape: Shape) -> Any:
        """Numbers with two digits, none of them 0."""
        if shape:
            return [self.numbers(shape[1:]) for _ in range(shape[0])]
        return self.random.choice((-1, 1)) * self.random.randint(3, 150) / 100

    def part(self, shape: Shape, depth: int) -> Part:
        """A formula of a shape."""
        if depth <= 0 or self.random.random() < 0.15:
            return self.named(shape)
        make = self.random.choice(
            [self.unary, self.binary, (self.scalar, self.vector, self.matrix)[len(shape)]]
        )
        return make(shape, depth - 1)

    def unary(self, shape: Shape, depth: int) -> Part:
        """A function entry by entry."""
        inner = self.part(shape, depth)
        opens = self.random.random() < 0.3
        text, function = self.random.choice(OPEN_UNARY if opens else UNARY)
        return Part(text.format(inner.text), lambda e: function(inner.run(e)), 1 if opens else 3)

    def binary(self, shape: Shape, depth: int) -> Part:
        """Two formulas entry by entry, the second perhaps a scalar; never the same one twice."""
        a, b = self.part(shape, depth), self.part(self.random.choice([shape, shape, ()]), depth)
        if a.text == b.text:
            return self.unary(shape, depth)
        match self.random.randrange(6):
            case 0:
                return Part(f"{a.inside(1)} + {b.inside(1)}", lambda e: a.run(e) + b.run(e), 1)
            case 1:
                return Part(f"{a.inside(1)} - {b.inside(2)}", lambda e: a.run(e) - b.run(e), 1)
            case 2:
                return Part(f"{a.inside()} * {b.inside()}", lambda e: a.run(e) * b.run(e), 2)
            case 3:
                return Part(
                    f"{a.inside()} / (2 + square({b.text}))", lambda e: a.run(e) / (2 + b.run(e) ** 2), 2
                )
            case 4:
                return Part(f"max({a.text}, {b.text})", lambda e: torch.maximum(*_fitted(a.run(e), b.run(e))))
        return Part(
            f"where({a.text} > {b.text}, 2 * {a.inside()}, {b.inside(1)})",
            lambda e: torch.where(a.run(e) > b.run(e), 2 * a.run(e), b.run(e)),
        )

    def scalar(self, shape: Shape, depth: int) -> Part:
        """A number made of arrays."""
        m, n = self.size(), self.size()
        match self.random.randrange(6):
            case 0:
                a = self.part((m, n), depth)
                return Part(f"sum({a.text})", lambda e: a.run(e).sum())
            case 1:
                a, b = self.part((n,), depth), self.part((n,), depth)
                return Part(f"{a.inside()}^T {b.inside()}", lambda e: a.run(e) @ b.run(e), 2)
            case 2:
                a = self.part((n, n), depth)
                return Part(f"trace({a.text})", lambda e: a.run(e).trace())
            case 3:
                a = self.part((n,), depth)
                return Part(f"logsumexp({a.text})", lambda e: torch.logsumexp(a.run(e), 0))
            case 4:
                a, i = self.named((n,)), self.random.randrange(n)
                return Part(f"{a.text}[{i + 1}]", lambda e: a.run(e)[i])
        A, x, y = self.named((m, n)), self.named((n,)), self.named((m,))
        return Part(
            f"sum({y.text}[i] {A.text}[i,j] tanh({x.text}[j]), i=1..{m}, j=1..{n})",
            lambda e: y.run(e) @ A.run(e) @ torch.tanh(x.run(e)),
        )

    def vector(self, shape: Shape, depth: int) -> Part:
        """A column made of matrices and columns."""
        (n,), m = shape, self.size()
        match self.random.randrange(6):
            case 0:
                A, x = self.named((n, m)), self.part((m,), depth)
                return Part(f"{A.text} {x.inside()}", lambda e: A.run(e) @ x.run(e), 2)
            case 1:
                A, x = self.part((m, n), depth), self.part((m,), depth)
                return Part(f"{A.inside()}^T {x.inside()}", lambda e: A.run(e).T @ x.run(e), 2)
            case 2:
                a = self.part(shape, depth)
                return Part(f"softmax({a.text})", lambda e: torch.softmax(a.run(e), 0))
            case 3:
                a = self.part((m, n), depth)
                return Part(f"mean({a.text}, axis=1)", lambda e: a.run(e).mean(0))
            case 4:
                a, i = self.named((m, n)), self.random.randrange(m)
                return Part(f"{a.text}[{i + 1},:]", lambda e: a.run(e)[i])
        s, a = self.part((), depth), self.part(shape, depth)
        return Part(f"{s.inside()} {a.inside()}", lambda e: s.run(e) * a.run(e), 2)

    def matrix(self, shape: Shape, depth: int) -> Part:
        """A matrix made of matrices and columns."""
        (m, n), k = shape, self.size()
        match self.random.randrange(6):
            case 0:
                a, b = self.part((m, k), depth), self.part((k, n), depth)
                return Part(f"{a.inside()} {b.inside()}", lambda e: a.run(e) @ b.run(e), 2)
            case 1:
                a = self.part((n, m), depth)
                return Part(f"{a.inside()}^T", lambda e: a.run(e).T)
            case 2:
                a, b = self.part((m,), depth), self.part((n,), depth)
                return Part(f"{a.inside()} {b.inside()}^T", lambda e: torch.outer(a.run(e), b.run(e)), 2)
            case 3:
                a, axis = self.part(shape, depth), self.random.randrange(2)
                return Part(f"softmax({a.text}, axis={axis + 1})", lambda e: torch.softmax(a.run(e), axis))
            case 4:
                a, b = self.part(shape, depth), self.part((n,), depth)
                return Part(f"{a.inside(1)} + {b.inside(2)}", lambda e: a.run(e) + b.run(e), 1)
        a, W, b = self.part((m, k), depth), self.named((n, k)), self.named((n,))
        return Part(f"{a.inside()} {W.text}^T + {b.text}", lambda e: a.run(e) @ W.run(e).T + b.run(e), 1)

    def computed(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The inputs as leaves, and every quantity."""
        leaves = {
            name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
            for name, value in self.given.items()
        }
        values = dict(leaves)
        for name, line in self.lines:
            values[name] = line.run(values)
        return leaves, values


def _fitted(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return a, b.expand_as(a)
