"""This module goes from the likelihood of a distribution to its loss, and to the gradient behind the link.

The samples are numbered by `i`. What belongs to one sample is written without it while only one is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symdl.autodiff.gathering import condensed, told
from symdl.core.differentiation import differentiate
from symdl.core.graph import Equation
from symdl.derivation.calculus.logarithms import log, taken_apart
from symdl.derivation.calculus.rows import Rows
from symdl.derivation.step import Step
from symdl.formula.tree import (
    ONE,
    Apply,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Partial,
    Product,
    Quotient,
    Repeat,
    Sum,
    names,
    plus,
    rebuild,
    substitute,
    times,
)  # fmt: skip
from symdl.models.distributions import CLASS, CLASSES, LOGIT, OTHER, TARGET, Distribution
from symdl.text import Text

RULE = "rule.likelihood."
SAMPLE, COST, LOSS, DATA, MODEL = "i", "J", "L", "D", "theta"


@dataclass(frozen=True)
class Likelihood:
    """One derivation: a distribution, and what its target, output and pre-activation are called here.

    `logit` is none where the output comes about in another way than by the link of the distribution.
    """

    distribution: Distribution
    target: str
    output: str
    logit: str | None
    count: Node
    id: str
    claim: Equation

    # Formulas with the names of the problem

    def named(self, node: Node) -> Node:
        """A formula of the declaration in the names of the problem."""
        new: dict[str, Node] = {TARGET: Name(self.target), self.distribution.parameter: Name(self.output)}
        return substitute(node, new | {LOGIT: Name(self.logit or LOGIT)})

    def sampled(self, node: Node) -> Node:
        """A formula about sample `i`: every quantity of the sample with its number."""
        own = {self.target, self.output, self.logit}
        match node:
            case Name(text) if text in own:
                return Index(node, (Name(SAMPLE),))
            case Index(Name(text) as base, subscripts) if text in own:
                return Index(base, (Name(SAMPLE), *subscripts))
        return rebuild(node, self.sampled)

    def over_samples(self, kind: Any, node: Node) -> Node:
        """The sum or product over all samples of a formula about one."""
        body = self.sampled(node)
        if kind == "sum" and isinstance(body, Negate):
            return Negate(Repeat(kind, body.arg, SAMPLE, ONE, self.count))
        return Repeat(kind, body, SAMPLE, ONE, self.count)

    def given(self, left: str, right: str) -> Node:
        """P(left | right)."""
        return Apply(self.distribution.symbol, (Compare("|", Name(left), Name(right)),))

    @cached_property
    def density(self) -> Node:
        """The probability of one target."""
        return self.named(self.distribution.density)

    @cached_property
    def loss(self) -> Node:
        """The loss of one sample."""
        return self.named(self.distribution.loss)

    @cached_property
    def logarithm(self) -> Rows:
        """-log of the density, form by form."""
        start = Negate(log(self.density))
        return (("line", start), *((form.rule, form.node) for form in taken_apart(start)))

    @cached_property
    def constants(self) -> tuple[Node, ...]:
        """The terms of -log of the density in which the output does not stand."""
        last = self.logarithm[-1][1]
        return tuple(
            term for term in (last.terms if isinstance(last, Sum) else ()) if self.output not in names(term)
        )

    @cached_property
    def total(self) -> Node:
        """The loss over all samples."""
        return self.over_samples("sum", self.loss)

    # Steps

    def steps(self) -> Iterator[Step]:
        """All steps, from the density to the gradient by the pre-activation."""
        key = self.distribution.key
        single = self.given(self.target, self.output)
        yield self._step("density", f"density_{key}", single, _rows(self.density), distribution=key)
        joint = self.given(DATA, MODEL)
        product = self.over_samples("prod", single), self.over_samples("prod", self.density)
        yield self._step("joint", "joint", joint, _rows(*product), "density")
        yield self._step("log", "log", Negate(log(single)), self.logarithm, "density")
        sums = (
            ("line", Negate(log(joint))), ("log_of_product", self.over_samples("sum", Negate(log(single)))),
            ("line", self.over_samples("sum", self.logarithm[-1][1])),
        )  # fmt: skip
        yield self._step("cost", "cost", Name(COST), sums, "joint", "log")
        if self.constants:
            yield self._step("constants", "constants", Name(COST), _rows(self._split()), "cost")
        kind = "loss_scaled" if self.distribution.factor != ONE else "loss_rest" if self.constants else "loss"
        before = "constants" if self.constants else "cost"
        facts = {"factor": self.distribution.factor, "library": self.distribution.library}
        yield self._step("loss", kind, Name(LOSS), _rows(self.total), before, **facts)
        yield from self._slopes()

    def _split(self) -> Node:
        """The part that depends on the model, and the constants."""
        factor = self.distribution.factor
        front = () if factor == ONE else (factor,)
        moving = times(*front, self.total, style="juxtaposed")
        return plus(moving, *(self._summed(term) for term in self.constants))

    def _summed(self, term: Node) -> Node:
        if self.target in names(term):
            return self.over_samples("sum", term)
        if isinstance(term, Quotient):
            return times(Quotient(self.count, term.denominator), term.numerator, style="juxtaposed")
        return times(self.count, term, style="juxtaposed")

    def _slopes(self) -> Iterator[Step]:
        kind = self.distribution
        output, slope = self._own(self.output, CLASS), self.named(kind.slope)
        rows = _rows(self.sampled(slope)) if kind.classes else self._derived(self.loss, self.output, slope)
        key = "slope_kink" if kind.key == "laplace" else "slope"
        facts = {"output": output, "target": self._own(self.target, CLASS)}
        yield self._step("slope", key, Partial(Name(LOSS), (output,)), rows, "loss", **facts)
        if self.logit is None:
            return
        logit = self._own(self.logit, OTHER if kind.classes else CLASS)
        yield self._step("link", f"link_{kind.key}", output, _rows(self.sampled(self.named(kind.link))))
        taught, uses = self.named(kind.link_slope), ("slope", "link")
        if taught != ONE:
            forms = (*map(self.named, kind.between), taught)
            derived = _rows(*map(self.sampled, forms))
            if not kind.classes:
                derived = self._derived(self.named(kind.link), self.logit, *forms)
            facts = {"output": output, "logit": logit}
            left = Partial(output, (logit,), "partial" if kind.classes else "total")
            yield self._step("link_slope", "link_slope", left, derived, "link", **facts)
            uses = ("slope", "link_slope")
        rows = self._mixed(output, logit) if kind.classes else self._chained(output, logit, slope, taught)
        error = "identity" if taught == ONE else "error"
        matched = error if rows[-1][1] == self._error(logit) else "other"
        yield self._step(
            "gradient", f"gradient_{matched}", Partial(Name(LOSS), (logit,)), rows, *uses, logit=logit
        )

    def _own(self, name: str, place: str) -> Node:
        """A quantity of sample `i`, of one class where there are classes."""
        return Index(Name(name), (Name(SAMPLE), *((Name(place),) if self.distribution.classes else ())))

    def _error(self, logit: Node) -> Node:
        assert isinstance(logit, Index)
        error = [Index(Name(name), logit.subscripts) for name in (self.output, self.target)]
        return plus(error[0], Negate(error[1]))

    def _derived(self, node: Node, by: str, *taught: Node) -> Rows:
        """A derivative as it comes about, tidied, and as it is taught."""
        slope = differentiate(node, by)
        rows = dict.fromkeys([slope, *(form.node for form in told(slope)), *taught])
        return tuple(("line", self.sampled(row)) for row in rows)

    def _chained(self, output: Node, logit: Node, slope: Node, link_slope: Node) -> Rows:
        """∂L/∂z = ∂L/∂p · dp/dz, and what is left of it."""
        symbols = times(
            Partial(Name(LOSS), (output,)), Partial(output, (logit,), "total"), style="juxtaposed"
        )
        placed = times(slope, link_slope, style="juxtaposed")
        return tuple(
            ("line", row) for row in (symbols, self.sampled(placed), self.sampled(condensed(placed)))
        )

    def _mixed(self, output: Node, logit: Node) -> Rows:
        """Every output depends on every pre-activation: the sum over the classes; the targets sum to one."""
        symbols = times(Partial(Name(LOSS), (output,)), Partial(output, (logit,)), style="juxtaposed")
        slope, mixed = (
            self.sampled(self.named(n)) for n in (self.distribution.slope, self.distribution.link_slope)
        )
        target, other = (Index(Name(self.target), (Name(SAMPLE), Name(place))) for place in (CLASS, OTHER))
        assert isinstance(mixed, Product) and isinstance(logit, Index)
        own = Index(Name(self.output), logit.subscripts)
        sides = times(Negate(target), mixed.factors[1], style="juxtaposed")
        all_targets = Repeat("sum", target, CLASS, ONE, Name(CLASSES))
        rows = (
            symbols, times(slope, mixed, style="juxtaposed"), sides,
        )  # fmt: skip
        summed = (("line", Repeat("sum", row, CLASS, ONE, Name(CLASSES))) for row in rows)
        split = plus(times(own, all_targets, style="juxtaposed"), Negate(other))
        return (*summed, ("line", split), ("sum_to_one", plus(own, Negate(other))))

    def _step(self, part: str, key: str, left: Node, rows: Rows, *uses: str, **facts: Any) -> Step:
        because = Text(RULE + key, {
            "of": Name(self.output), "target": Name(self.target), "data": Name(DATA), "cost": Name(COST),
            "loss": Name(LOSS), "sample": Name(SAMPLE), "classes": Name(CLASSES), "likelihood": self, **facts,
        })  # fmt: skip
        ids = tuple(f"{self.id}.{name}" for name in uses)
        return Step(
            f"{self.id}.{part}", "likelihood", self.claim, because, ids, "lecture", left=left, lines=rows
        )


def _rows(*nodes: Node) -> Rows:
    return tuple(("line", node) for node in nodes)
