"""This module writes one network in the words of every peer: layers of equal width, sigmoid or tanh.

The loss is softmax cross-entropy or the mean squared error; all weights and biases are parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdl.problems.reading.file import raw_problem
from symdl.problems.reading.schema import RawProblem


@dataclass(frozen=True)
class Network:
    """`depth` layers of `width` units; `classifies` says which loss it has."""

    depth: int
    width: int
    activation: str = "sigmoid"
    classifies: bool = True

    @property
    def layers(self) -> range:
        """The numbers of the layers, from 1."""
        return range(1, self.depth + 1)

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters."""
        return [f"{letter}{k}" for k in self.layers for letter in "Wb"]

    def raw(self, ask: str = "gradient", batch: int = 0) -> RawProblem:
        """The problem file in which symdl reads it; with a batch, the samples are rows."""
        n = self.width
        shapes: dict[str, list[int]] = {name: [batch, n] if batch else [n] for name in "xy"}
        lines, a = {}, "x"
        for k in self.layers:
            shapes |= {f"W{k}": [n, n], f"b{k}": [n]}
            lines[f"z{k}"] = f"{a} W{k}^T + b{k}" if batch else f"W{k} {a} + b{k}"
            if k < self.depth:
                a = f"a{k}"
                lines[a] = f"{self.activation}(z{k})"
        last = f"z{self.depth}"
        if self.classifies:
            lines |= {"p": f"softmax({last})", "L": "cross_entropy(p, y)"}
        else:
            lines["L"] = f"mean(({last} - y)^2)"
        asks = [{ask: "L", "by": self.parameters}]
        return raw_problem(symbols=shapes, assume={"y": "distribution"}, let=lines, asks=asks)

    def numbers(self, batch: int = 0) -> dict[str, Any]:
        """Values of everything, the same for all peers."""
        random, n = np.random.default_rng(1), self.width
        x = random.normal(size=(batch, n) if batch else n)
        y = np.eye(n)[random.integers(0, n, batch)] if batch else np.eye(n)[0]
        found: dict[str, Any] = {"x": x, "y": y}
        for k in self.layers:
            found[f"W{k}"] = random.normal(size=(n, n)) / np.sqrt(n)
            found[f"b{k}"] = random.normal(size=n)
        return found

    def sympy(self) -> tuple[Any, list[Any]]:
        """The expanded loss as one SymPy expression of scalars, and its parameters."""
        import sympy as sp

        def activation(z: Any) -> Any:
            return sp.tanh(z) if self.activation == "tanh" else 1 / (1 + sp.exp(-z))

        return self._scalars(sp.Symbol, activation, sp.exp, sp.log)

    def casadi(self) -> tuple[Any, Any]:
        """The loss as a casadi SX expression, and the vector of its parameters."""
        import casadi as ca

        def activation(z: Any) -> Any:
            return ca.tanh(z) if self.activation == "tanh" else 1 / (1 + ca.exp(-z))

        loss, parameters = self._scalars(ca.SX.sym, activation, ca.exp, ca.log)
        return loss, ca.vertcat(*parameters)

    def _scalars(
        self, symbol: Callable[[str], Any], activation: Any, exp: Any, log: Any
    ) -> tuple[Any, list[Any]]:
        span = range(self.width)
        a, y = ([symbol(f"{name}{i}") for i in span] for name in "xy")
        parameters, z = [], a
        for k in self.layers:
            weights = [[symbol(f"W{k}_{i}_{j}") for j in span] for i in span]
            biases = [symbol(f"b{k}_{i}") for i in span]
            parameters += [*(w for row in weights for w in row), *biases]
            z = [sum(weights[i][j] * a[j] for j in span) + biases[i] for i in span]
            a = [activation(each) for each in z]
        if not self.classifies:
            return sum((u - v) ** 2 for u, v in zip(z, y, strict=True)) / self.width, parameters
        total = sum(exp(each) for each in z)
        return -sum(v * log(exp(u) / total) for u, v in zip(z, y, strict=True)), parameters

    def jax(self) -> tuple[Callable[..., Any], list[Any]]:
        """The loss as a function of the parameters, and the parameters."""
        import jax
        import jax.numpy as jnp

        known = self.numbers()
        activation = jnp.tanh if self.activation == "tanh" else jax.nn.sigmoid

        def loss(parameters: list[tuple[Any, Any]]) -> Any:
            a, z = known["x"], known["x"]
            for weights, biases in parameters:
                z = weights @ a + biases
                a = activation(z)
            return -jnp.sum(known["y"] * jax.nn.log_softmax(z))

        return loss, [(known[f"W{k}"], known[f"b{k}"]) for k in self.layers]

    def by_hand(self, batch: int = 0) -> Callable[[dict[str, Any]], list[Any]]:
        """All gradients as one writes them in NumPy; samples are rows where there is a batch."""
        return (lambda known: self._rows(known, batch)) if batch else self._column

    def _column(self, known: dict[str, Any]) -> list[Any]:
        activations = [known["x"]]
        for k in self.layers:
            z = known[f"W{k}"] @ activations[-1] + known[f"b{k}"]
            if k < self.depth:
                activations.append(1 / (1 + np.exp(-z)))
        e = np.exp(z - z.max())
        delta = e / e.sum() - known["y"]
        found: list[Any] = []
        for k in reversed(self.layers):
            a = activations[k - 1]
            found += [delta, np.outer(delta, a)]
            if k > 1:
                delta = (known[f"W{k}"].T @ delta) * a * (1 - a)
        return found[::-1]

    def _rows(self, known: dict[str, Any], batch: int) -> list[Any]:
        activations = [known["x"]]
        for k in self.layers:
            z = activations[-1] @ known[f"W{k}"].T + known[f"b{k}"]
            if k < self.depth:
                activations.append(1 / (1 + np.exp(-z)))
        e = np.exp(z - z.max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - known["y"]) / batch
        found: list[Any] = []
        for k in reversed(self.layers):
            a = activations[k - 1]
            found += [delta.sum(axis=0), delta.T @ a]
            if k > 1:
                delta = (delta @ known[f"W{k}"]) * a * (1 - a)
        return found[::-1]
