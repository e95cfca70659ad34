"""This module runs minimizers: direction, step length, new point, and what is learned, each a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdl.derivation.running import barrier, chance, line_search, projecting, trust_region, two_loops
from symdl.derivation.running.equations import Calculation, calculation
from symdl.derivation.running.learning import learn
from symdl.derivation.running.line_search import Terms
from symdl.derivation.running.searching import Descent, Method, Move, Stop, Surface, Vector
from symdl.derivation.running.stopping import unusable
from symdl.derivation.running.trust_region import GAIN, WHOLE
from symdl.derivation.running.two_loops import Pair
from symdl.formula.tree import Apply, Name, Node, Product, Quotient, Transpose, number, times
from symdl.models.minimizers import NAMES, SEARCHES
from symdl.ops.declaring import read
from symdl.watching import watcher

MOVE = read("x + alpha p", *NAMES)
START = Apply("phi'", (number(0),))
SLOPE = read("g^T p", *NAMES)
SQUARES = Product((Transpose(Name("J")), Name("J")), ("juxtaposed",))
SMALLER, LARGER, UNCHANGED = (read(text, "lambda") for text in ("lambda / 3", "2 lambda", "lambda"))


SHOWN = 3  # steps whose every line is kept


def descend(method: Method, surface: Surface, start: Vector, steps: int, shown: int = SHOWN) -> Descent:
    """A run of a minimizer from a start, until it stops by itself or after some steps."""
    with np.errstate(all="ignore"):
        return Descender(method, surface, start, shown).run(steps)


class Descender:
    """One run in progress; `known` holds what the names of the formulas stand for."""

    def __init__(self, method: Method, surface: Surface, start: Vector, shown: int) -> None:
        self.method, self.surface, self.shown = method, surface, shown
        self.t = 0
        self.moves: list[Move] = []
        self.records: list[dict[str, Any]] = []
        self.compiled: dict[tuple[int, Any], Calculation] = {}
        self.rounded = method.rounded
        self.extra: dict[str, Any] = {}  # what a way of its own puts into the records
        self.pairs: list[Pair] = []
        weight = surface.weight
        self.squares = SQUARES if weight == 1 else times(number(weight), *SQUARES.factors, style="juxtaposed")
        size = np.size(start)
        self.known: dict[str, Any] = {"x": start, "I": 1.0 if np.ndim(start) == 0 else np.eye(size)}
        self.known |= {"g": self.rounded(surface.gradient(start)), "lambda": method.damping}
        self.known |= {"Delta": method.settings["radius"]} if "radius" in method.settings else {}
        for name, formula in method.rule.state.items():
            self.known[name] = self.compute(name, formula)

    def run(self, steps: int) -> Descent:
        """All steps, until a rule to stop fires."""
        watch = watcher()
        self.record(None)
        try:
            for t in range(1, steps + 1):
                self._end(t - 1)
                self.t = t
                WAYS[self.method.rule.way](self)
                watch(t, steps)
            self._end(steps)
            raise Stop("count", t=steps)
        except Stop as stop:
            return Descent(self.method, tuple(self.records), tuple(self.moves), stop.halt)

    def _end(self, t: int) -> None:
        """Stop where a rule to stop fires after step `t`, or where the numbers have run away."""
        last, stopping = self.records[-1], self.method.stopping
        lost = unusable(t, self.method.rule.key, *(last[key] for key in ("x", "g", "objective")))
        if lost is not None:
            self.records.pop()
            raise Stop(lost.key, **lost.facts)
        halt = stopping.at(t, self.steepness())
        if halt is None and len(self.records) > 1 and last["step_length"] is not None:
            before = self.records[-2]
            points, values = (before["x"], last["x"]), (before["objective"], last["objective"])
            halt = stopping.between(t, points, values)
        if halt is not None:
            raise Stop("gap" if self.method.walls is not None else halt.key, **halt.facts)

    def steepness(self) -> Vector:
        """What is zero at a solution: the gradient, or with constraints the step of length 1 along it; what
        is left of the gap where there are walls.
        """
        known = self.known
        if self.method.walls is not None:
            return known.get("gap", np.inf)
        if self.method.projection is None:
            return known["g"]
        return known["x"] - self.compute("x_new", self.method.projection, z=known["x"] - known["g"])

    def line_step(self) -> None:
        """One step along a direction."""
        known = self.known
        self.write("gradient", "g", None, known["g"], at=known["x"])
        self.curvature()
        self._direction()
        slope = float(self.equation("slope", "slope", SLOPE, written=START))
        length = self._length(slope)
        known["alpha"] = length
        target = "x_try" if self.method.rule.damped else "x_new"
        point = self.equation("point", target, WHOLE if length is None else MOVE)
        if self.method.rule.damped and not self._accepted(point):
            self.record(None)
            return
        self.moved(point, 1.0 if length is None else length)

    def moved(self, point: Vector, length: float) -> None:
        """Take a new point, and learn from the way to it."""
        known = self.known
        known["x_new"], known["g_new"] = point, self.rounded(self.surface.gradient(point))
        learn(self)
        known["x"], known["g"] = point, known["g_new"]
        self.record(length)

    # Curvature and direction

    def curvature(self) -> None:
        """The Hessian, or what stands for it, and whether it is positive definite."""
        known, surface = self.known, self.surface
        if surface.residuals is not None and self.method.rule.curvature:
            known["r"], known["J"] = map(self.rounded, surface.residuals(known["x"]))
            self.write("residuals", "r", None, known["r"], at=known["x"])
            self.write("jacobian", "J", None, known["J"], at=known["x"])
            known["H"] = self.equation("squares", "H", self.squares)
        elif surface.hessian is not None:
            known["H"] = self.rounded(surface.hessian(known["x"]))
            self.write("hessian", "H", None, known["H"], at=known["x"])
            if self.method.rule.curvature:
                self._definiteness()

    def _definiteness(self) -> None:
        """Whether the Hessian is positive definite, by its eigenvalues."""
        eigenvalues = np.linalg.eigvalsh(np.atleast_2d(self.known["H"]))
        kind = "definite" if eigenvalues[0] > 0 else "indefinite"
        written = Apply("eig", (Name("H"),))
        self.write(kind, "eig", None, eigenvalues, written=written, facts={"matrix": self.known["H"]})

    def _direction(self) -> None:
        rule, form = self.method.rule, self.method.form
        if self.known.get("e") is None or rule.key == "coordinate_descent":
            self.known["e"] = self._unit()
        if form in rule.system:
            self.solve(*rule.system[form])
            return
        if rule.loops is not None and self.pairs:
            two_loops.direction(self, rule.loops)
            return
        lines = rule.first if rule.first and self._restarts() else rule.direction[form]
        for name, formula in lines:
            self.known[name] = self.equation("direction" if name == "p" else "learned", name, formula)

    def _restarts(self) -> bool:
        """Conjugate directions start anew every n steps, but for the linear form."""
        return self.t == 1 or (self.method.form != "linear" and (self.t - 1) % np.size(self.known["x"]) == 0)

    def _unit(self) -> Vector:
        size = np.size(self.known["x"])
        return 1.0 if np.ndim(self.known["x"]) == 0 else np.eye(size)[(self.t - 1) % size]

    def solve(self, matrix: Node, right: Node, target: str = "p") -> None:
        """The direction from a system of equations; a singular matrix ends the run."""
        known = self.known
        if "H" in known:
            known["D"] = known["H"] if np.ndim(known["H"]) == 0 else np.diag(np.diag(known["H"]))
        left, goal = self.compute("A", matrix), self.compute("b", right)
        if np.linalg.cond(np.atleast_2d(left)) > 1e14 or not np.all(np.isfinite(left)):
            raise Stop("singular" if np.ndim(left) else "flat", t=self.t, rule=self.method.rule.key)
        if np.ndim(left) == 0:
            known[target] = self.equation("direction", target, Quotient(right, matrix))
            return
        known[target] = self.rounded(np.linalg.solve(left, goal))
        product = Product((matrix, Name(target)), ("juxtaposed",))
        self.write("system", "system", product, goal, goal=goal, written=product)
        self.write("solution", target, product, known[target], goal=goal)

    # Step length

    def _length(self, slope: float) -> float | None:
        search = self.method.line_search
        if self.method.length is not None:
            self.write("fixed", "alpha", None, self.method.length)
            return self.method.length
        if not search:
            return None
        if not np.any(self.known["p"]):
            return 0.0  # this coordinate is at its best already
        if slope >= 0:
            raise Stop("ascent", t=self.t, slope=slope)
        x, p = self.known["x"], self.known["p"]

        def phi(alpha: float) -> tuple[float, float]:
            point = x + alpha * p
            return self.surface.value(point), float(np.dot(self.surface.gradient(point), p))

        def printed(alpha: float) -> tuple[float, float]:
            value, rise = phi(alpha)
            return float(self.rounded(value)), float(self.rounded(rise))

        own = self.method.settings
        terms = Terms(**{name: own[name] for name in SEARCHES[search] if name in own})
        found, facts = _searched(search, phi if search == "exact" else printed, terms)
        if found is None:
            raise Stop("unbounded" if search == "exact" else "exhausted", t=self.t)
        length = float(self.rounded(found))
        self.write(search, "alpha", None, length, facts={**facts, "phi": phi, "p": p, "x": x})
        return length

    # After the step

    def _accepted(self, point: Vector) -> bool:
        """The gain ratio of a damped step, and what it does to the damping (Nocedal & Wright 4.1)."""
        known = self.known
        known["f"], known["f_new"] = self.value(known["x"]), self.value(point)
        gain = float(self.equation("gain", "gain", GAIN, written=Name("rho")))
        good = bool(gain > 0)
        if self.method.adaptive:
            factor = SMALLER if gain > 0.75 else LARGER if gain < 0.25 else UNCHANGED
            known["lambda"] = float(self.equation("damping", "lambda_new", factor))
        return good or not self.method.adaptive

    # Lines and records

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


def _searched(search: str, phi: line_search.Line, terms: Terms) -> tuple[float | None, dict[str, Any]]:
    if search == "exact":
        return line_search.exact(phi), {}
    tried = (line_search.armijo if search == "armijo" else line_search.wolfe)(phi, terms)
    return (None, {}) if tried is None else (tried[-1].alpha, {"tried": tuple(tried), "terms": terms})


WAYS: dict[str, Callable[[Descender], None]] = {
    "line": Descender.line_step,
    "region": trust_region.step,
    "projected": projecting.step,
    "barrier": barrier.step,
    "chance": chance.step,
}
