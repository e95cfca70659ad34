"""This module declares the distributions that losses come from: density, parameter, link, loss.

The parameter of a distribution is the output of a model, `z` the pre-activation before it, `t` the target.
Everything else of a derivation from likelihood to loss follows from the density: its logarithm, what of it is
constant, the gradients. `loss` is the part that is minimized as it is taught, `factor` what stands in front
of it; that nothing but a constant is left is checked, as every line is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symdl.formula.tree import ONE, Node
from symdl.ops.declaring import read
from symdl.registry import Registry

TARGET, LOGIT, CLASS, OTHER, CLASSES = "t", "z", "k", "j", "K"


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """A distribution of a target, given the output of a model.

    `slope` is the derivative of one sample's loss by the output as it is taught, `link` the output as a
    function of the pre-activation, `link_slope` its derivative in terms of the output, `between` forms of it
    on the way there. A distribution over classes has one parameter for each class: `classes` is true, and
    formulas use `k` for the class of the output and `j` for that of the pre-activation. `library` names the
    loss of the library that it leads to, `activation` the function that is the link.
    """

    key: str
    parameter: str
    density: Node
    loss: Node
    slope: Node
    link: Node
    link_slope: Node
    between: tuple[Node, ...] = ()
    factor: Node = ONE
    discrete: bool = False
    classes: bool = False
    domain: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    activation: str = ""
    library: str = ""
    source: str = ""

    @property
    def symbol(self) -> str:
        """P for a probability, p for a density."""
        return "P" if self.discrete else "p"


DISTRIBUTIONS: Registry[Distribution] = Registry("distributions")


def distribution(
    key: str, parameter: str, density: str, *, loss: str, slope: str, link: str, link_slope: str,
    between: str = "", factor: str = "1", scales: str = "", discrete: bool = False, classes: bool = False,
    domain: Mapping[str, tuple[str, ...]] | None = None, activation: str = "", library: str = "",
    source: str = "",
) -> None:  # fmt: skip
    """Declare a distribution; its formulas are read when it is first used.

    >>> DISTRIBUTIONS["bernoulli"].symbol
    'P'
    """
    words = (TARGET, LOGIT, parameter, *scales.split(), *((CLASS, OTHER, CLASSES) if classes else ()))

    def made() -> Distribution:
        def formula(text: str) -> Node:
            return read(text, *words)

        return Distribution(
            key, parameter, formula(density), formula(loss), formula(slope), formula(link),
            formula(link_slope), tuple(map(formula, filter(None, between.split(";")))), formula(factor),
            discrete, classes, domain or {}, activation, library, source,
        )  # fmt: skip

    DISTRIBUTIONS.promise(key, made)


distribution(
    "gaussian", "mu", "exp(-(t - mu)^2 / (2 s^2)) / sqrt(2 pi s^2)", scales="s",
    loss="(t - mu)^2 / 2", factor="1 / s^2", slope="mu - t", link="z", link_slope="1",
    domain={"s": ("positive",)}, library="half_sse", source="Bishop 2006, sections 1.2.5 and 5.2",
)  # fmt: skip
distribution(
    "laplace", "mu", "exp(-abs(t - mu) / b) / (2 b)", scales="b",
    loss="abs(t - mu)", factor="1 / b", slope="sign(mu - t)", link="z", link_slope="1",
    domain={"b": ("positive",)}, library="mae", source="Laplace 1774",
)  # fmt: skip
distribution(
    "bernoulli", "p", "p^t (1 - p)^(1 - t)",
    loss="-(t log(p) + (1 - t) log(1 - p))", slope="(p - t) / (p (1 - p))",
    link="1 / (1 + exp(-z))", link_slope="p (1 - p)", discrete=True,
    between="(1 / (1 + exp(-z))) (1 - 1 / (1 + exp(-z)))",
    domain={"p": ("unit",), "t": ("unit",)}, activation="sigmoid", library="bce",
    source="Bishop 2006, section 4.3.2",
)  # fmt: skip
distribution(
    "categorical", "p", "prod(p[k]^t[k], k=1..K)",
    loss="-sum(t[k] log(p[k]), k=1..K)", slope="-t[k] / p[k]",
    link="exp(z[k]) / sum(exp(z[j]), j=1..K)", link_slope="p[k] (where(j == k, 1, 0) - p[j])",
    between="(where(j == k, 1, 0) exp(z[k]) sum(exp(z[m]), m=1..K) - exp(z[k]) exp(z[j]))"
    " / sum(exp(z[m]), m=1..K)^2; exp(z[k]) / sum(exp(z[m]), m=1..K)"
    " (where(j == k, 1, 0) - exp(z[j]) / sum(exp(z[m]), m=1..K))",
    discrete=True, classes=True, domain={"p": ("unit",), "t": ("unit",)}, activation="softmax",
    library="cross_entropy", source="Bridle 1990; Bishop 2006, section 4.3.4",
)  # fmt: skip
distribution(
    "poisson", "lambda", "lambda^t exp(-lambda) / prod(k, k=1..t)",
    loss="lambda - t log(lambda)", slope="(lambda - t) / lambda", link="exp(z)", link_slope="lambda",
    discrete=True, domain={"lambda": ("positive",), "t": ("count",)}, activation="exp", library="poisson_nll",
    source="McCullagh & Nelder 1989",
)  # fmt: skip
