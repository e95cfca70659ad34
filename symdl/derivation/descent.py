"""This module runs minimizers: direction, step length, new point, and what is learned, each a line."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdl.derivation import line_search
from symdl.derivation.equations import Calculation, calculation
from symdl.derivation.searching import Descent, Method, Move, Stop, Surface, Vector
from symdl.formula.tree import Apply, Name, Node, Product, Quotient, number
from symdl.models.minimizers import NAMES
from symdl.ops.declaring import read

MOVE = read("x + alpha p", *NAMES)
WHOLE = read("x + p", *NAMES)
WAY, CHANGE = (read(text, "x", "x_new", "g", "g_new") for text in ("x_new - x", "g_new - g"))
START = Apply("phi'", (number(0),))
SLOPE, SECANT = read("g^T p", *NAMES), read("B y", *NAMES)
SQUARES = read("J^T J", *NAMES)
SMALLER, LARGER, UNCHANGED = (read(text, "lambda") for text in ("lambda / 3", "2 lambda", "lambda"))
GAIN = read("(f - f_new) / (-(g^T p) - p^T H p / 2)", "f", "f_new", *NAMES)


def descend(method: Method, surface: Surface, start: Vector, steps: int, shown: int = 3) -> Descent:
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
        size = np.size(start)
        self.known: dict[str, Any] = {"x": start, "I": 1.0 if np.ndim(start) == 0 else np.eye(size)}
        self.known |= {"g": surface.gradient(start), "lambda": method.damping}
        for name, formula in method.rule.state.items():
            self.known[name] = self.compute(name, formula)

    def run(self, steps: int) -> Descent:
        """All steps, until a rule to stop fires."""
        self._record(None)
        try:
            for t in range(1, steps + 1):
                self.t = t
                self._refuse_infinite()
                norm = float(np.linalg.norm(self.known["g"]))
                if norm <= self.method.tolerance:
                    raise Stop("gradient", norm=norm, tolerance=self.method.tolerance, t=t - 1)
                self._step()
            self.t += 1
            self._refuse_infinite()
            raise Stop("count", t=steps)
        except Stop as stop:
            return Descent(self.method, tuple(self.records), tuple(self.moves), stop.halt)

    def _refuse_infinite(self) -> None:
        if not np.all(np.isfinite(self.known["g"])) or not np.all(np.isfinite(self.known["x"])):
            self.records.pop()
            raise Stop("diverged", t=self.t - 1, rule=self.method.rule.key)

    def _step(self) -> None:
        known = self.known
        self.write("gradient", "g", None, known["g"], at=known["x"])
        self._curvature()
        self._direction()
        slope = float(self.equation("slope", "slope", SLOPE, written=START))
        length = self._length(slope)
        known["alpha"] = length
        target = "x_try" if self.method.rule.damped else "x_new"
        point = self.equation("point", target, WHOLE if length is None else MOVE)
        if self.method.rule.damped and not self._accepted(point):
            self._record(None)
            return
        known["x_new"], known["g_new"] = point, self.surface.gradient(point)
        self._learn()
        known["x"], known["g"] = point, known["g_new"]
        self._record(1.0 if length is None else length)

    # Curvature and direction

    def _curvature(self) -> None:
        known, surface = self.known, self.surface
        if surface.residuals is not None and self.method.rule.curvature:
            known["r"], known["J"] = surface.residuals(known["x"])
            self.write("residuals", "r", None, known["r"], at=known["x"])
            self.write("jacobian", "J", None, known["J"], at=known["x"])
            known["H"] = self.equation("squares", "H", SQUARES)
        elif surface.hessian is not None:
            known["H"] = surface.hessian(known["x"])
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
            self._solve(*rule.system[form])
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

    def _solve(self, matrix: Node, right: Node) -> None:
        """The direction from a system of equations; a singular matrix ends the run."""
        known = self.known
        known["D"] = known["H"] if np.ndim(known["H"]) == 0 else np.diag(np.diag(known["H"]))
        left, goal = self.compute("A", matrix), self.compute("b", right)
        if np.linalg.cond(np.atleast_2d(left)) > 1e14 or not np.all(np.isfinite(left)):
            raise Stop("singular", t=self.t, rule=self.method.rule.key)
        if np.ndim(left) == 0:
            known["p"] = self.equation("direction", "p", Quotient(right, matrix))
            return
        known["p"] = np.linalg.solve(left, goal)
        product = _applied(matrix)
        self.write("system", "system", product, goal, goal=goal, written=product)
        self.write("solution", "p", product, known["p"], goal=goal)

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

        found, facts = _searched(search, phi)
        if found is None:
            raise Stop("exhausted", t=self.t)
        self.write(search, "alpha", None, found, facts={**facts, "phi": phi, "p": p, "x": x})
        return found

    # After the step

    def _accepted(self, point: Vector) -> bool:
        """The gain ratio of a damped step, and what it does to the damping (Nocedal & Wright 4.1)."""
        known = self.known
        known["f"], known["f_new"] = self.surface.value(known["x"]), self.surface.value(point)
        gain = float(self.equation("gain", "gain", GAIN, written=Name("rho")))
        good = bool(gain > 0)
        if self.method.adaptive:
            factor = SMALLER if gain > 0.75 else LARGER if gain < 0.25 else UNCHANGED
            known["lambda"] = float(self.equation("damping", "lambda_new", factor))
        return good or not self.method.adaptive

    def _learn(self) -> None:
        rule = self.method.rule
        if not rule.after:
            return
        if not rule.secant:
            for name, formula in rule.after:
                self.known[name] = self.compute(name, formula)
            return
        self.known["s"] = self.equation("learned", "s", WAY)
        self.known["y"] = self.equation("learned", "y", CHANGE)
        for name, formula in rule.after:
            self.known[name] = self.equation("learned" if name != "B" else "inverse", name, formula)
        if np.all(np.isfinite(self.known["B"])):
            self.write("secant", "secant", SECANT, self.known["s"], written=SECANT)
        else:
            raise Stop("singular", t=self.t, rule=rule.key)

    # Lines and records

    def compute(self, target: str, formula: Node) -> Any:
        """The value of a formula from what is known; compiled once for each shape."""
        shapes = {name: np.shape(value) for name, value in self.known.items() if value is not None}
        key = (id(formula), tuple(sorted(shapes.items())))
        if key not in self.compiled:
            self.compiled[key] = calculation(target, formula, shapes, {}, matrices=True)
        return self.compiled[key](self.known)

    def equation(self, kind: str, target: str, formula: Node, written: Node | None = None) -> Any:
        """A line that is an equation, and its value."""
        operands = dict(self.known)
        value = self.compute(target, formula)
        if self.t <= self.shown:
            self.moves.append(Move(self.t, kind, target, formula, operands, value, written=written))
        return value

    def write(self, kind: str, target: str, formula: Node | None, value: Any, **options: Any) -> None:
        """A line whose value was found by other means."""
        if self.t <= self.shown:
            self.moves.append(Move(self.t, kind, target, formula, dict(self.known), value, **options))

    def _record(self, length: float | None) -> None:
        known, rule = self.known, self.method.rule
        self.records.append(
            {
                "t": self.t,
                "x": known["x"],
                "g": known["g"],
                "state": {name: known[name] for name in rule.state},
                "objective": float(self.surface.value(known["x"])),
                "step_length": length,
                **({"damping": float(known["lambda"])} if rule.damped else {}),
            }
        )


def _searched(search: str, phi: line_search.Line) -> tuple[float | None, dict[str, Any]]:
    if search == "armijo":
        found = line_search.armijo(phi)
        return (None, {}) if found is None else (found[0], {"count": found[1]})
    return (line_search.exact(phi) if search == "exact" else line_search.wolfe(phi)), {}


def _applied(matrix: Node) -> Node:
    """A matrix times the direction; a sum is put in brackets by the printer."""
    return Product((matrix, Name("p")), ("juxtaposed",))
