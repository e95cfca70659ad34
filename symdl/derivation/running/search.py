"""This module holds a search in progress: what is known, the lines written, the records left behind."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.derivation.running.equations import Calculation, calculation
from symdl.derivation.running.methods import Method, Move, Pair, Surface, Vector
from symdl.formula.tree import Node
from symdl.models.minimizers import NAMES
from symdl.ops.declaring import read

WHOLE = read("x + p", *NAMES)
GAIN = read("(f - f_new) / (-(g^T p) - p^T H p / 2)", "f", "f_new", *NAMES)  # what came of what was promised

SHOWN = 3  # steps whose every line is kept


class Search:
    """A search for a minimum in progress; `known` holds what the names of the formulas stand for."""

    def __init__(self, method: Method, surface: Surface, start: Vector, shown: int = SHOWN) -> None:
        self.method, self.surface, self.shown = method, surface, shown
        self.t = 0
        self.moves: list[Move] = []
        self.records: list[dict[str, Any]] = []
        self.compiled: dict[tuple[int, Any], Calculation] = {}
        self.rounded = method.rounded
        self.extra: dict[str, Any] = {}  # what a way of its own puts into the records
        self.pairs: list[Pair] = []
        size = np.size(start)
        self.known: dict[str, Any] = {"x": start, "I": 1.0 if np.ndim(start) == 0 else np.eye(size)}
        self.known |= {"g": self.rounded(surface.gradient(start)), "lambda": method.damping}
        self.known |= {"Delta": method.settings["radius"]} if "radius" in method.settings else {}
        for name, formula in method.rule.state.items():
            self.known[name] = self.compute(name, formula)

    def compute(self, target: str, formula: Node, **others: Any) -> Any:
        """The value of a formula from what is known, rounded; compiled once for each shape."""
        known = {name: value for name, value in (self.known | others).items() if value is not None}
        shapes = {name: np.shape(value) for name, value in known.items()}
        key = (id(formula), tuple(sorted(shapes.items())))
        if key not in self.compiled:
            self.compiled[key] = calculation(target, formula, shapes, {}, matrices=True)
        return self.rounded(self.compiled[key](known))

    def value(self, point: Vector) -> float:
        """The function at a point, rounded as all lines are."""
        return float(self.rounded(float(self.surface.value(point))))

    def equation(self, kind: str, target: str, formula: Node, **options: Any) -> Any:
        """A line that is an equation, and its value."""
        operands = dict(self.known)
        value = self.compute(target, formula)
        if self.t <= self.shown:
            self.moves.append(Move(self.t, kind, target, formula, operands, value, **options))
        return value

    def write(self, kind: str, target: str, formula: Node | None, value: Any, **options: Any) -> None:
        """A line whose value was found by other means."""
        if self.t <= self.shown:
            self.moves.append(Move(self.t, kind, target, formula, dict(self.known), value, **options))

    def record(self, length: float | None) -> None:
        """Note the point as it is now; without a length the step was not taken."""
        known, rule = self.known, self.method.rule
        self.records.append(
            {
                "t": self.t,
                "x": known["x"],
                "g": known["g"],
                "state": {name: known[name] for name in rule.state},
                "objective": self.value(known["x"]),
                "step_length": length,
                **({"damping": float(known["lambda"])} if rule.damped else {}),
                **({"radius": float(known["Delta"])} if "radius" in rule.settings else {}),
                **self.extra,
            }
        )
