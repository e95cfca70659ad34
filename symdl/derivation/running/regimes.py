"""This module says how a rule walks on a quadratic: for which rates it converges, how fast, and how best.

Along an eigenvector of the Hessian with eigenvalue λ one step of gradient descent multiplies the distance to
the minimum by 1 - ηλ. With momentum the distances obey a recursion of second order, e'' = a e' - b e, whose
largest root of z² - a z + b = 0 is the factor in the long run (Polyak 1964). All follows from eigenvalues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdl.derivation.running.equations import calculation
from symdl.formula.tree import Node
from symdl.ops.declaring import read

FLAT = 1e-9  # of the largest eigenvalue: what is below counts as zero
EDGE = 1e-12  # how near to 1 a factor counts as 1
SLOW = 0.9  # a factor above it is slow: more than twenty steps for a digit
NAMES = (
    "eta", "mu", "lambda", "lambda_max", "lambda_min", "kappa", "eta_max", "eta_best", "mu_best", "rho",
    "rho_best", "n", "H",
)  # fmt: skip
LIMIT = {"gd": "2 / lambda_max", "momentum": "2 (1 + mu) / lambda_max"}
ROOTS: Mapping[str, tuple[str, str]] = {  # a and b for each eigenvalue
    "momentum": ("1 + mu - eta lambda", "mu"),
    "nesterov": ("(1 + mu) (1 - eta lambda)", "mu (1 - eta lambda)"),
}
FACTORS = "1 - eta lambda"
RATE = "max(abs(1 - eta lambda_max), abs(1 - eta lambda_min))"
AFTER: Mapping[str, Mapping[str, str]] = {  # what is best, on a bowl
    "gd": {"eta_best": "2 / (lambda_max + lambda_min)", "rho_best": "(kappa - 1) / (kappa + 1)"},
    "momentum": {
        "eta_best": "4 / (sqrt(lambda_max) + sqrt(lambda_min))^2",
        "mu_best": "((sqrt(kappa) - 1) / (sqrt(kappa) + 1))^2",
        "rho_best": "(sqrt(kappa) - 1) / (sqrt(kappa) + 1)",
    },
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One line: its kind names the sentence, `formula` the right side over `operands`."""

    kind: str
    target: str
    formula: Node | None
    operands: Mapping[str, Any]
    value: Any


class Analysis:
    """The lines for one rule with its settings, on one Hessian."""

    def __init__(self, rule: str, eigenvalues: Any, eta: float, mu: float) -> None:
        self.rule = rule
        self.known: dict[str, Any] = {
            "eta": eta, "mu": mu, "lambda": eigenvalues, "lambda_max": float(eigenvalues[-1]),
            "lambda_min": float(eigenvalues[0]),
        }  # fmt: skip

    def claims(self) -> Iterator[Claim]:
        """All lines, in order."""
        if self.rule == "gd" and np.size(self.known["lambda"]) == 1:
            yield from self._single()
            return
        if self.rule in LIMIT and self.known["lambda_max"] > 0:
            yield self._line("limit" if self.rule == "gd" else "limit_momentum", "eta_max", LIMIT[self.rule])
        yield from self._factors()
        if 0 < self.known["rho"] < 1 - EDGE:
            yield self._line("digit", "n", "log(10) / (-log(rho))")
        if self.known["lambda_min"] > FLAT * self.known["lambda_max"]:
            yield self._line("condition", "kappa", "lambda_max / lambda_min")
            for target, text in AFTER.get(self.rule, {}).items():
                kind = target if self.rule == "gd" or target == "mu_best" else f"{target}_momentum"
                yield self._line(kind, target, text)

    def _single(self) -> Iterator[Claim]:
        """One variable: its second derivative is all there is."""
        self.known["H"] = bend = self.known["lambda_max"]
        if bend > 0:
            yield self._line("limit", "eta_max", "2 / H")
        yield self._line(self._verdict(np.array([1 - self.known["eta"] * bend])), "rho", "abs(1 - eta H)")
        if 0 < self.known["rho"] < 1 - EDGE:
            yield self._line("digit", "n", "log(10) / (-log(rho))")
        if bend > 0:
            yield self._line("eta_best_single", "eta_best", "1 / H")

    def _factors(self) -> Iterator[Claim]:
        """The factor of every eigenvalue, and of the slowest."""
        if self.rule == "gd":
            yield self._line("factors", "r", FACTORS)
            yield self._line(self._verdict(self.known["r"]), "rho", RATE)
            return
        for target, text in zip("ab", ROOTS[self.rule], strict=True):
            yield self._line(f"root_{target}", target, text)
        a, b = np.broadcast_arrays(self.known["a"], self.known["b"])
        roots = [np.roots([1.0, -p, q]) for p, q in zip(np.ravel(a), np.ravel(b), strict=True)]
        self.known["rho"] = float(max(np.abs(pair).max() for pair in roots))
        real = np.concatenate([pair[np.abs(np.imag(pair)) < EDGE].real for pair in roots])
        whirl = any(np.iscomplex(pair).any() for pair in roots)
        kind = self._verdict(real) if not whirl or self.known["rho"] >= 1 - EDGE else "whirl"
        yield Claim(
            f"spectral_{kind.removeprefix('rate_')}", "rho", None, {"a": a, "b": b}, self.known["rho"]
        )

    def _verdict(self, factors: Any) -> str:
        """What the factors mean, as the end of the key of a sentence."""
        least, rate = self.known["lambda_min"], self.known.get("rho")
        if rate is None:
            rate = float(np.max(np.abs(factors)))
        if least < -FLAT * abs(self.known["lambda_max"]):
            return "rate_saddle"
        if rate > 1 + EDGE:
            return "rate_diverging"
        if least <= FLAT * abs(self.known["lambda_max"]):
            return "rate_plateau"
        if rate >= 1 - EDGE:
            return "rate_border"
        if np.min(factors, initial=0.0) < -EDGE:
            return "rate_zigzag"
        return "rate_slow" if rate > SLOW else "rate_right"

    def _line(self, kind: str, target: str, text: str) -> Claim:
        formula = read(text, *NAMES, "a", "b", "r")
        shapes = {name: np.shape(value) for name, value in self.known.items()}
        value = calculation(target, formula, shapes, {})(self.known)
        self.known[target] = value if np.ndim(value) else float(value)
        return Claim(kind, target, formula, dict(self.known), self.known[target])
