"""This module checks likelihoods: densities sum to one, and every line is compared for a few samples.

A line about N samples and K classes is written out for two samples and three classes; its derivatives are
taken by differences. What depends on the declaration alone is never assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as combinations
from random import Random
from typing import Any

from symdl.checking import rows, symbolic
from symdl.checking.check import Check, measured
from symdl.core.algebra import constant_of
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.op import pointwise
from symdl.derivation.calculus.likelihood import COST, DATA, LOSS, SAMPLE, Likelihood
from symdl.derivation.step import Derivation, Step
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Repeat,
    names,
    number,
    plus,
    rebuild,
    substitute,
    times,
)  # fmt: skip
from symdl.models.distributions import CLASS, CLASSES, LOGIT, OTHER, TARGET
from symdl.problems.problem import Problem

SAMPLES, KINDS = 2, 3  # samples and classes of a line that is written out
FAR = 80  # counts that a sum of probabilities goes up to
MASS = 1e-9


def likelihood_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of all steps from likelihoods to losses."""
    for step in derivation.steps:
        if step.phase == "likelihood":
            work: Likelihood = step.because.facts["likelihood"]
            if step.id.endswith(".density"):
                yield _mass(work, step, seed)
            else:
                yield _line(_Written(work), step, seed)
            if _confirmed(work, step):
                yield Check(step.id, "formula", "sympy", "proved", "holds", seed=seed)


@dataclass(frozen=True)
class _Written:
    """Lines about many samples, written out for a few of them."""

    work: Likelihood

    def out(self, node: Node, bound: Mapping[str, int]) -> Node:
        """A formula without bound sums, products and subscripts: every entry has a name of its own."""
        work = self.work
        match node:
            case Apply(function, (Compare("|", given, _),)) if function == work.distribution.symbol:
                if given == Name(DATA):
                    return self.out(work.over_samples("prod", work.density), bound)
                return self.out(
                    work.density if isinstance(given, Name) else work.sampled(work.density), bound
                )
            case Repeat(kind, body, index, _, stop):
                last = bound[stop.text] if isinstance(stop, Name) and stop.text in bound else None
                top = int(constant_of(self.out(stop, bound)) or 0) if last is None else last
                parts = [self.out(body, {**bound, index: k}) for k in range(1, top + 1)]
                if not parts:
                    return ZERO if kind == "sum" else ONE
                return plus(*parts) if kind == "sum" else times(*parts, style="juxtaposed")
            case Index(Name(text), subscripts):
                places = [bound[s.text] for s in subscripts if isinstance(s, Name)]
                return self.entry(text, *places)
            case Name(text) if text in bound:
                return number(bound[text])
            case Name(work.target) if not work.distribution.classes:
                return self.entry(work.target, 1)
            case Name(text) if text in (work.output, work.logit) and not work.distribution.classes:
                return self.entry(text, 1)
        return rebuild(node, lambda child: self.out(child, bound))

    def entry(self, name: str, *places: int) -> Node:
        """An entry by a name of its own; a count is a number, since it says how far a product goes."""
        if name == self.work.target and "count" in self.work.distribution.domain.get(TARGET, ()):
            return number(2 * places[0] + 1)
        return Name(
            "_".join((name, *map(str, places if len(places) > 1 or not self._classes else (1, *places))))
        )

    @property
    def _classes(self) -> bool:
        return self.work.distribution.classes

    @property
    def bound(self) -> dict[str, int]:
        """The sizes, and sample and class of a line about one."""
        sizes = {CLASSES: KINDS, **{name: SAMPLES for name in names(self.work.count)}}
        return {**sizes, SAMPLE: 1, CLASS: 1, OTHER: 1}

    def lines(self) -> dict[str, Node]:
        """What the names stand for: cost, loss, outputs through the link, the last target of each sample."""
        work, bound = self.work, self.bound
        found = {
            COST: self.out(Negate(Apply("log", (work.over_samples("prod", work.density),))), bound),
            LOSS: self.out(work.total, bound),
        }
        classes = range(1, KINDS + 1) if self._classes else (0,)
        for i, k in combinations(range(1, SAMPLES + 1), classes):
            place = {**bound, SAMPLE: i, CLASS: k, OTHER: k}
            own = Index(Name(work.output), (Name(SAMPLE), *((Name(CLASS),) if k else ())))
            name = self.out(own, place)
            if work.logit is not None and isinstance(name, Name):
                found[name.text] = self.out(work.sampled(work.named(work.distribution.link)), place)
        if self._classes:
            for i in range(1, SAMPLES + 1):
                rest = [Negate(self.entry(work.target, i, k)) for k in range(1, KINDS)]
                found[f"{work.target}_{i}_{KINDS}"] = plus(ONE, *rest)
        return found

    def facts(self) -> dict[str, tuple[str, ...]]:
        """The domains of all entries."""
        work, domain = self.work, self.work.distribution.domain
        new = {TARGET: work.target, work.distribution.parameter: work.output, LOGIT: work.logit or LOGIT}
        places = [(i,) for i in range(1, SAMPLES + 1)]
        every = [(*p, k) for p in places for k in range(1, KINDS + 1)] if self._classes else places
        entries = {
            "_".join((new[name], *map(str, place))): facts
            for name, facts in domain.items() if name in new for place in every
        }  # fmt: skip
        return entries | {name: facts for name, facts in domain.items() if name not in new}


def _line(written: _Written, step: Step, seed: int) -> Check:
    """Every row against the left side, for pairs of classes that are equal and that differ."""
    assert step.left is not None
    scene = rows.Scene(written.lines(), written.facts())
    worst: float | None = None
    for other in (1, 2) if written.work.distribution.classes else (1,):
        bound = {**written.bound, OTHER: other}
        forms = tuple(written.out(node, bound) for node in (step.left, *(n for _, n in step.lines)))
        error = rows.deviation(scene, forms, {}, seed)
        worst = error if worst is None else max(worst, error or 0.0)
    return measured(step.id, "line", "differences", worst, rows.TOLERANCE, seed)


def _confirmed(work: Likelihood, step: Step) -> bool:
    """Whether SymPy confirms the derivative of one sample's loss, or of the link."""
    sources = {
        "slope": (work.loss, work.output),
        "link_slope": (work.named(work.distribution.link), work.logit),
    }
    part = step.id.rsplit(".", 1)[-1]
    if part not in sources or work.distribution.classes:
        return False
    node, by = sources[part]
    taught = work.distribution.slope if part == "slope" else work.distribution.link_slope
    result = work.named(taught)
    if part == "link_slope":
        result = substitute(result, {work.output: node})
    return symbolic.confirms(node, (str(by),), result)


def _mass(work: Likelihood, step: Step, seed: int) -> Check:
    """All probabilities add up to one: a sum over the counts or classes, an integral over the numbers."""
    error = abs(_total(work, Random(seed)) - 1)
    return measured(step.id, "line", "mass", error, MASS, seed, "definition")


def _total(work: Likelihood, random: Random) -> float:
    kind, facts = work.distribution, _Written(work).facts()
    fixed = {name: Fraction(random.randint(3, 9), 10) for name in (work.output, *facts)}
    if kind.classes:
        weights = [fixed[work.output] * k for k in range(1, KINDS + 1)]
        return float(sum(_outcome(work, weights, k) for k in range(KINDS)))
    if kind.discrete:
        most = FAR if "count" in kind.domain[TARGET] else 1
        return sum(_density(work, number(t), fixed) for t in range(most + 1))
    return _integral(work, fixed)


def _outcome(work: Likelihood, weights: list[Fraction], chosen: int) -> float:
    """The probability of one class, targets one-hot."""
    whole = sum(weights)
    entries: dict[str, Node] = {
        name: number(value)
        for k in range(KINDS)
        for name, value in (
            (f"{work.output}_1_{k + 1}", weights[k] / whole),
            (f"{work.target}_1_{k + 1}", Fraction(int(k == chosen))),
        )
    }
    node = substitute(_Written(work).out(work.sampled(work.density), _Written(work).bound), entries)
    return float(body_function(pointwise("mass", (), node), FLOAT)())


def _density(work: Likelihood, target: Node, fixed: Mapping[str, Fraction]) -> float:
    node = substitute(work.density, {work.target: target, **{n: number(v) for n, v in fixed.items()}})
    return float(body_function(pointwise("mass", (), _Written(work).out(node, {})), FLOAT)())


def _integral(work: Likelihood, fixed: Mapping[str, Fraction]) -> float:
    from mpmath import inf, quad

    def at(t: Any) -> float:
        return _density(work, plus(number(Fraction(float(t))), ZERO), fixed)

    center = float(fixed[work.output])
    return float(quad(at, [-inf, center, inf]))
