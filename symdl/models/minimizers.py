"""This module declares minimizers: how each finds its direction, and what it learns from a step.

In the formulas `x` is the point, `g` the gradient, `H` the Hessian, `I` the identity, `p` the direction;
after the step `s` is the way gone and `y` the change of the gradient. A system `A = b` is solved for `p`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from symdl.formula.tree import Node
from symdl.models.optimizers import Lines
from symdl.ops.declaring import read
from symdl.registry import Registry

NAMES = (
    "x",
    "g",
    "H",
    "I",
    "D",
    "e",
    "p",
    "s",
    "y",
    "alpha",
    "lambda",
    "h",
    "q",
    "B",
    "beta",
    "rho",
    "J",
    "r",
)
Curvature = Literal["", "hessian", "residuals"]
Search = Literal["", "exact", "armijo", "wolfe"]


@dataclass(frozen=True, slots=True, eq=False)
class Minimizer:
    """A method: `first` gives the direction of the first step where it differs, `after` what is learned."""

    key: str
    direction: Mapping[str, Lines]  # by form, the first one unless an ask says otherwise
    system: Mapping[str, tuple[Node, Node]] = field(default_factory=dict)
    first: Lines = ()
    after: Lines = ()
    state: Mapping[str, Node] = field(default_factory=dict)
    curvature: Curvature = ""
    line_search: Search = ""
    damped: bool = False
    secant: bool = False
    source: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The ways to write the method."""
        return tuple(self.direction or self.system)


MINIMIZERS: Registry[Minimizer] = Registry("minimizers")


def _lines(texts: Mapping[str, str]) -> Lines:
    return tuple((name, read(text, *NAMES)) for name, text in texts.items())


def minimizer(
    key: str, *, direction: Mapping[str, Mapping[str, str]] | None = None,
    system: Mapping[str, str] | None = None, first: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None, state: Mapping[str, str] | None = None,
    curvature: Curvature = "", line_search: Search = "", damped: bool = False, secant: bool = False,
    source: str = "",
) -> Minimizer:  # fmt: skip
    """Declare a minimizer.

    >>> MINIMIZERS["newton"].curvature
    'hessian'
    """
    return MINIMIZERS.register(
        Minimizer(
            key, {form: _lines(texts) for form, texts in (direction or {}).items()},
            {form: (read(text, *NAMES), read("-g", *NAMES)) for form, text in (system or {}).items()},
            _lines(first or {}), _lines(after or {}), dict(_lines(state or {})), curvature, line_search,
            damped, secant, source,
        )
    )  # fmt: skip


NEWTON = {"standard": "H"}
DOWN = {"p": "-g"}
INVERSE = {"B": "I"}
minimizer("steepest_descent", direction={"standard": DOWN}, line_search="exact", source="Cauchy 1847")
minimizer("newton", system=NEWTON, curvature="hessian", source="Nocedal & Wright 2006, section 3.3")
minimizer("damped_newton", system=NEWTON, curvature="hessian", line_search="armijo",
          source="Nocedal & Wright 2006, Algorithm 3.2")  # fmt: skip
minimizer(
    "levenberg_marquardt", system={"levenberg": "H + lambda I", "marquardt": "H + lambda D"},
    curvature="hessian", damped=True, source="Levenberg 1944; Marquardt 1963",
)  # fmt: skip
minimizer("gauss_newton", system=NEWTON, curvature="residuals",
          source="Nocedal & Wright 2006, section 10.3")  # fmt: skip
minimizer(
    "bfgs", direction={"standard": {"p": "-B g"}}, state=INVERSE, line_search="wolfe", secant=True,
    after={"rho": "1 / (y^T s)", "B": "(I - rho s y^T) B (I - rho y s^T) + rho s s^T"},
    source="Nocedal & Wright 2006, equation 6.17",
)  # fmt: skip
minimizer(  # with a loose line search DFP mends a bad matrix only slowly
    "dfp", direction={"standard": {"p": "-B g"}}, state=INVERSE, line_search="exact", secant=True,
    after={"B": "B - (B y) (B y)^T / (y^T B y) + s s^T / (y^T s)"},
    source="Nocedal & Wright 2006, equation 6.15",
)  # fmt: skip
minimizer(
    "sr1", direction={"standard": {"p": "-B g"}}, state=INVERSE, line_search="armijo", secant=True,
    after={"B": "B + (s - B y) (s - B y)^T / ((s - B y)^T y)"},
    source="Nocedal & Wright 2006, equation 6.25",
)  # fmt: skip
minimizer(
    "conjugate_gradient", first=DOWN, line_search="exact", state={"h": "0 g", "q": "0 g"},
    direction={
        "fletcher_reeves": {"beta": "(g^T g) / (h^T h)", "p": "-g + beta q"},
        "polak_ribiere": {"beta": "max(0, (g^T (g - h)) / (h^T h))", "p": "-g + beta q"},
        "linear": {"beta": "(g^T H q) / (q^T H q)", "p": "-g + beta q"},
    },
    after={"h": "g", "q": "p"},
    source="Hestenes & Stiefel 1952; Fletcher & Reeves 1964; Polak & Ribière 1969",
)  # fmt: skip
minimizer("coordinate_descent", direction={"standard": {"p": "-(e^T g) e"}}, line_search="exact",
          source="Nocedal & Wright 2006, section 9.3")  # fmt: skip
