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
    "x", "g", "H", "I", "D", "e", "p", "s", "y", "alpha", "lambda", "h", "q", "B", "beta", "rho", "J", "r",
    "a", "b", "u", "z", "gamma", "n", "c", "tau", "Delta", "sigma", "xi",
    "A", "w", "m", "K", "grow", "C",
)  # fmt: skip
Curvature = Literal["", "hessian", "residuals"]
Secant = Literal["", "inverse", "direct"]  # what is learned from a step: H⁻¹ with B y = s, or H with C s = y
Search = Literal["", "exact", "armijo", "wolfe"]
Way = Literal["line", "region", "projected", "barrier", "chance"]


@dataclass(frozen=True, slots=True)
class Loops:
    """A direction by two loops over remembered steps: back from the newest, scaled, forth from the oldest."""

    back: Lines
    scaled: Lines
    forth: Lines
    end: Lines


@dataclass(frozen=True, slots=True, eq=False)
class Minimizer:
    """A method: `first` gives the direction of the first step where it differs, `after` what is learned.

    `way` is how a step goes: along a line, inside a trusted region, back to what is allowed, to the center
    between walls, by chance.
    """

    key: str
    direction: Mapping[str, Lines]  # by form, the first one unless an ask says otherwise
    system: Mapping[str, tuple[Node, Node]] = field(default_factory=dict)
    first: Lines = ()
    after: Lines = ()
    state: Mapping[str, Node] = field(default_factory=dict)
    curvature: Curvature = ""
    line_search: Search = ""
    damped: bool = False
    secant: Secant = ""
    source: str = ""
    way: Way = "line"
    settings: Mapping[str, str] = field(default_factory=dict)
    loops: Loops | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The ways to write the method."""
        return tuple(self.direction or self.system)


SEARCHES: Mapping[str, Mapping[str, str]] = {  # settings of the ways to find a length along a line
    "exact": {},
    "armijo": {"decrease": "1/10^4", "first": "1", "shrink": "1/2"},
    "wolfe": {"decrease": "1/10^4", "curvature": "9/10", "first": "1"},
}
MINIMIZERS: Registry[Minimizer] = Registry("minimizers")


def _lines(texts: Mapping[str, str]) -> Lines:
    return tuple((name, read(text, *NAMES)) for name, text in texts.items())


def minimizer(
    key: str, *, direction: Mapping[str, Mapping[str, str]] | None = None,
    system: Mapping[str, str] | None = None, first: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None, state: Mapping[str, str] | None = None,
    curvature: Curvature = "", line_search: Search = "", damped: bool = False, secant: Secant = "",
    source: str = "", way: Way = "line", settings: Mapping[str, str] | None = None,
    loops: Mapping[str, Mapping[str, str]] | None = None,
) -> None:  # fmt: skip
    """Declare a minimizer.

    >>> MINIMIZERS["newton"].curvature
    'hessian'
    """
    MINIMIZERS.promise(
        key,
        lambda: Minimizer(
            key, {form: _lines(texts) for form, texts in (direction or {}).items()},
            {form: (read(text, *NAMES), read("-g", *NAMES)) for form, text in (system or {}).items()},
            _lines(first or {}), _lines(after or {}), dict(_lines(state or {})), curvature, line_search,
            damped, secant, source, way, dict(settings or {}),
            None if loops is None else Loops(**{part: _lines(texts) for part, texts in loops.items()}),
        ),
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
    "bfgs", direction={"standard": {"p": "-B g"}}, state=INVERSE, line_search="wolfe", secant="inverse",
    after={"rho": "1 / (y^T s)", "B": "(I - rho s y^T) B (I - rho y s^T) + rho s s^T"},
    source="Nocedal & Wright 2006, equation 6.17",
)  # fmt: skip
minimizer(
    "bfgs_direct", system={"standard": "C"}, state={"C": "I"}, line_search="wolfe", secant="direct",
    after={"C": "C - (C s) (C s)^T / (s^T C s) + y y^T / (y^T s)"},
    source="Nocedal & Wright 2006, equation 6.19",
)  # fmt: skip
minimizer(  # with a loose line search DFP mends a bad matrix only slowly
    "dfp", direction={"standard": {"p": "-B g"}}, state=INVERSE, line_search="exact", secant="inverse",
    after={"B": "B - (B y) (B y)^T / (y^T B y) + s s^T / (y^T s)"},
    source="Nocedal & Wright 2006, equation 6.15",
)  # fmt: skip
minimizer(
    "sr1", direction={"standard": {"p": "-B g"}}, state=INVERSE, line_search="armijo", secant="inverse",
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
minimizer(
    "lbfgs", first=DOWN, line_search="wolfe", secant="inverse", settings={"memory": "5"},
    direction={"standard": DOWN}, after={"rho": "1 / (y^T s)"},
    loops={
        "back": {"a": "rho s^T u", "u": "u - a y"},
        "scaled": {"gamma": "(s^T y) / (y^T y)", "z": "gamma u"},
        "forth": {"b": "rho y^T z", "z": "z + (a - b) s"},
        "end": {"p": "-z"},
    },
    source="Nocedal & Wright 2006, Algorithms 7.4 and 7.5",
)  # fmt: skip
minimizer(
    "trust_region", way="region", curvature="hessian", settings={"radius": "1", "most_radius": "100"},
    first={"c": "-(g^T g) / (g^T H g) g"},
    direction={
        "inside": {"p": "n"},
        "boundary": {"p": "-(Delta / |g|) g"},
        "dogleg": {
            "a": "|n - c|^2",
            "b": "c^T (n - c)",
            "tau": "(sqrt(b^2 + a (Delta^2 - |c|^2)) - b) / a",
            "p": "c + tau (n - c)",
        },
        "cauchy": {"p": "c"},
    },
    source="Powell 1970; Nocedal & Wright 2006, Algorithm 4.1 and equation 4.16",
)  # fmt: skip
minimizer("projected_gradient", direction={"standard": {"z": "x - alpha g"}}, way="projected",
          source="Goldstein 1964; Levitin & Polyak 1966")  # fmt: skip
minimizer(
    "log_barrier", way="barrier", curvature="hessian", settings={"tau": "1", "grow": "10"},
    direction={
        "straight": {"b": "tau g - J^T (1 / s)", "B": "tau H + (D J)^T (D J)"},
        "curved": {"b": "tau g - J^T (1 / s)", "B": "tau H + (D J)^T (D J) - K"},
    },
    after={"lambda": "1 / (tau s)"},
    source="Fiacco & McCormick 1968; Boyd & Vandenberghe 2004, section 11.3",
)  # fmt: skip
minimizer("random_search", direction={"standard": {"z": "sigma xi"}}, way="chance", settings={"sigma": "1"},
          source="Rastrigin 1963")  # fmt: skip
minimizer("local_random_search", direction={"standard": {"z": "x + sigma xi"}}, way="chance",
          settings={"sigma": "1/10"}, source="Rastrigin 1963")  # fmt: skip
