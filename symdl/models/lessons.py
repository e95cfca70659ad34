"""This module holds derivations that hold for every problem, as declarations: why a rule is as it is.

A line is a chain of formulas that are equal, given what it rests on; `t` counts the steps, `m[t]` is a
quantity after step `t`. Every chain is shown true at random numbers wherever it is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Name, Node
from symdl.registry import Registry

NAMES = (
    "m", "v", "g", "G", "S", "C", "t", "i", "k", "N", "B", "beta1", "beta2", "eta", "mu", "theta", "phi",
    "m_hat", "v_hat", "u", "lambda", "r", "W", "V", "a", "b", "h", "x", "y", "z", "j", "n", "d", "s", "D",
    "P", "Q", "J", "w", "c", "f",
)  # fmt: skip
MOMENTS = ("E", "Var")  # the mean and the variance of what is drawn
SCOPE = Scope(frozenset(NAMES), frozenset({*MOMENTS, "sum", "sqrt", "sign"}))


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what stands left, its equal forms, and what they rest on (a quantity and its value).

    `recursion` is what the first form must obey from `m[0] = 0` on; `step` fixes the step, 0 leaves it free.
    `relations` are the signs before the forms where one of them is not "=".
    """

    key: str
    left: Node
    forms: tuple[Node, ...]
    given: tuple[tuple[Node, Node], ...] = ()
    recursion: Node | None = None
    step: int = 0
    relations: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, Node], ...]:
        """The forms, each with the sign before it."""
        return tuple(zip(self.relations or ("=",) * len(self.forms), self.forms, strict=True))


@dataclass(frozen=True, slots=True)
class Ground:
    """What the names of a derivation about functions are: their domains, by name; which of them are the
    probabilities of a distribution; which are drawn, with mean and deviation.
    """

    words: tuple[str, ...] = ()

    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    distributions: tuple[str, ...] = ()
    drawn: Mapping[str, tuple[Node, Node]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A derivation: its lines, and the rules, layers and functions that it explains.

    One with a `ground` is about functions and their derivatives, and its lines rest on those before them.
    """

    key: str
    lines: tuple[Line, ...]
    rules: tuple[str, ...]
    source: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    ground: Ground | None = None


def names_in(lesson: Lesson) -> dict[str, Node]:
    """The quantities that sentences on the lines of a lesson may name."""
    return {} if lesson.ground is None else {word: Name(word) for word in lesson.ground.words}


LESSONS: Registry[Lesson] = Registry("lessons")


def line(
    key: str,
    left: str,
    *forms: str,
    given: Mapping[str, str] | None = None,
    recursion: str = "",
    step: int = 0,
) -> Callable[[], Line]:
    """Declare a line, which is read when its lesson is first looked up."""

    def tree(text: str) -> Node:
        return read_formula(text, SCOPE)

    def made() -> Line:
        rest = tuple((tree(name), tree(value)) for name, value in (given or {}).items())
        obeyed = tree(recursion) if recursion else None
        return Line(key, tree(left), tuple(map(tree, forms)), rest, obeyed, step)

    return made


def lesson(
    key: str, *lines: Callable[[], Line], rules: Sequence[str], source: str = "",
    sizes: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Declare a lesson.

    >>> LESSONS["bias_correction"].rules
    ('adam', 'adamw', 'amsgrad', 'adamax', 'lamb')
    """
    LESSONS.promise(
        key, lambda: Lesson(key, tuple(made() for made in lines), tuple(rules), source, dict(sizes or {}))
    )


UNROLLED = "(1 - beta1) sum(beta1^(t - i) g[i], i=1..t)"
lesson(
    "bias_correction",
    line("unrolled", "m[t]", UNROLLED, recursion="beta1 m[t-1] + (1 - beta1) g[t]"),
    line("geometric", "sum(beta1^(t - i), i=1..t)", "(1 - beta1^t) / (1 - beta1)"),
    line("mean", "E(m[t])", "(1 - beta1) sum(beta1^(t - i) G, i=1..t)",
         "(1 - beta1) * (1 - beta1^t) / (1 - beta1) * G", "(1 - beta1^t) G"),
    line("corrected", "m_hat[t]", "m[t] / (1 - beta1^t)"),
    line("first", "m_hat[1]", "m[1] / (1 - beta1^1)", "(1 - beta1) g[1] / (1 - beta1)", "g[1]",
         given={"m[1]": "(1 - beta1) g[1]"}, step=1),
    line("first_square", "v_hat[1]", "v[1] / (1 - beta2^1)", "(1 - beta2) g[1]^2 / (1 - beta2)", "g[1]^2",
         given={"v[1]": "(1 - beta2) g[1]^2"}, step=1),
    line("first_step", "theta[1] - theta[0]", "-eta m_hat[1] / sqrt(v_hat[1])", "-eta g[1] / sqrt(g[1]^2)",
         "-eta sign(g[1])", step=1,
         given={"theta[1]": "theta[0] - eta m_hat[1] / sqrt(v_hat[1])", "m_hat[1]": "g[1]",
                "v_hat[1]": "g[1]^2"}),
    line("slip", "m[1] / (1 + beta1)", "(1 - beta1) / (1 + beta1) * g[1]",
         given={"m[1]": "(1 - beta1) g[1]"}, step=1),
    rules=("adam", "adamw", "amsgrad", "adamax", "lamb"), source="Kingma & Ba 2015, section 3",
)  # fmt: skip
lesson(
    "steps_without_scale",
    line("scaled", "-eta (c m_hat[t]) / sqrt((c r[t])^2)", "-eta * c / sqrt(c^2) * m_hat[t] / sqrt(r[t]^2)",
         "-eta sign(c) m_hat[t] / sqrt(r[t]^2)"),
    line("steady", "-eta m_hat[t] / sqrt(v_hat[t])", "-eta G / sqrt(G^2)", "-eta sign(G)",
         given={"m_hat[t]": "G", "v_hat[t]": "G^2"}),
    rules=("adam",), source="Kingma & Ba 2015, section 2.1",
)  # fmt: skip
lesson(
    "decoupled_decay",
    line("descent", "theta[t]", "theta[t-1] - eta (g[t] + lambda theta[t-1])",
         "(1 - eta lambda) theta[t-1] - eta g[t]",
         given={"theta[t]": "theta[t-1] - eta (g[t] + lambda theta[t-1])"}),
    line("coupled", "theta[t]", "theta[t-1] - eta (g[t] + lambda theta[t-1]) / r[t]",
         "(1 - eta lambda / r[t]) theta[t-1] - eta g[t] / r[t]",
         given={"theta[t]": "theta[t-1] - eta (g[t] + lambda theta[t-1]) / r[t]"}),
    line("decoupled", "theta[t]", "theta[t-1] - eta (g[t] / r[t] + lambda theta[t-1])",
         "(1 - eta lambda) theta[t-1] - eta g[t] / r[t]",
         given={"theta[t]": "theta[t-1] - eta (g[t] / r[t] + lambda theta[t-1])"}),
    rules=("adamw",), source="Loshchilov & Hutter 2019, section 2",
)  # fmt: skip
lesson(
    "change_of_variables",
    line("ahead", "phi[t]", "theta[t] + mu v[t]", given={"phi[t]": "theta[t] + mu v[t]"}),
    line("back", "theta[t-1]", "phi[t-1] - mu v[t-1]", given={"phi[t-1]": "theta[t-1] + mu v[t-1]"}),
    line("new", "phi[t]", "theta[t] + mu v[t]", "theta[t-1] + v[t] + mu v[t]",
         "phi[t-1] - mu v[t-1] + v[t] + mu v[t]", "phi[t-1] - mu v[t-1] + (1 + mu) v[t]",
         given={"phi[t]": "theta[t] + mu v[t]", "theta[t]": "theta[t-1] + v[t]",
                "theta[t-1]": "phi[t-1] - mu v[t-1]"}),
    rules=("nesterov",), source="Sutskever, Martens, Dahl & Hinton 2013; Bengio et al. 2013",
)  # fmt: skip
lesson(
    "accumulated_momentum",
    line("substituted", "v[t]", "-eta u[t]", "-eta (mu u[t-1] + g[t])", "mu (-eta u[t-1]) - eta g[t]",
         "mu v[t-1] - eta g[t]",
         given={"v[t]": "-eta u[t]", "v[t-1]": "-eta u[t-1]", "u[t]": "mu u[t-1] + g[t]"}),
    line("memory", "u[t]", "sum(mu^(t - i) g[i], i=1..t)", recursion="mu u[t-1] + g[t]"),
    line("terminal", "sum(mu^(t - i) G, i=1..t)", "(1 - mu^t) / (1 - mu) * G"),
    rules=("momentum",), source="Polyak 1964",
)  # fmt: skip
lesson(
    "batches",
    line("mean", "E(g[B])", "1/B * sum(G, k=1..B)", "G"),
    line("replaced", "Var(g[B])", "1/B^2 * sum(S, k=1..B)", "S / B"),
    line("drawn_once", "Var(g[B])", "(B S + B (B - 1) C) / B^2", "(S - (B - 1) S / (N - 1)) / B",
         "S / B * (N - B) / (N - 1)", given={"C": "-S / (N - 1)"}),
    rules=("gd",), source="Cochran 1977, theorem 2.2", sizes={"N": 7, "B": 3},
)  # fmt: skip
