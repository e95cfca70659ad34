"""This module defines what a problem may ask for: one model per kind, with exactly the settings it has.

The kind is the key that holds what the ask is about: `gradient = "L"`. In Python that is `ask.of`, for
every kind but `update` (`ask.rule`, with `of` beside it) and `likelihood` (`ask.distribution`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, model_validator

from symdl.problems.reading.faults import Fault
from symdl.problems.reading.fields import (
    Bounds,
    Exact,
    Flag,
    Listed,
    Name,
    Order,
    Rule,
    Several,
    Sides,
    Size,
    Text,
    Texts,
    Words,
)
from symdl.problems.reading.settings import (
    Ask,
    AtAsk,
    ByAsk,
    DataSettings,
    Point,
    PointAsk,
    RuleSettings,
    RunAsk,
    SearchSettings,
    by_name,
)  # fmt: skip


class ValueAsk(PointAsk):
    """The value of a quantity."""

    kind = "value"
    joint = True
    of: Text = Field(alias="value")


class DerivativeAsk(AtAsk):
    """The derivative by one variable, rule by rule."""

    kind = "derivative"
    of: Text = Field(alias="derivative")
    order: Order = 1
    method: Text | None = None


class GradientAsk(AtAsk):
    """The gradient by parameters, each shaped like its parameter; `norms` adds their lengths by layer."""

    kind = "gradient"
    of: Text = Field(alias="gradient")
    norms: Flag | None = None


class JacobianAsk(AtAsk):
    """The Jacobian of a vector by its arguments; `norms` adds its norms over time, with a bound."""

    kind = "jacobian"
    of: Text = Field(alias="jacobian")
    norms: Flag | None = None


class HessianAsk(AtAsk):
    """The Hessian, with blocks in the order of `by`."""

    kind = "hessian"
    joint = True
    of: Text = Field(alias="hessian")


class HessianVectorAsk(AtAsk):
    """The Hessian times a direction, `along` one quantity for each of `by`; the Hessian is not formed."""

    kind = "hessian_vector"
    of: Text = Field(alias="hessian_vector")
    along: Texts


class PathsAsk(AtAsk):
    """The sum over the paths from a parameter to a quantity."""

    kind = "paths"
    of: Text = Field(alias="paths")


class TaylorAsk(AtAsk):
    """Taylor's polynomial at a point; with a `displacement` from there also its value and its error.

    With `direction` a polynomial by a vector goes on to the step that it proposes: steepest descent from
    order 1, Newton's step from order 2.
    """

    kind = "taylor"
    joint = True
    of: Text = Field(alias="taylor")
    order: Order | None = None
    displacement: Point | None = None
    direction: Flag | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_displacement(cls, data: Any) -> Any:
        return by_name(data, "displacement")


class StationaryAsk(RunAsk):
    """The points where the gradient is zero, classified.

    In a `box`, as `{x = [-3, 3], y = [0, 5]}` or one pair of numbers for every variable, all of them are
    listed; without one, all there are where algebra ends, else those of a box around 0 that is stated.
    """

    kind = "stationary"
    joint = True
    of: Text = Field(alias="stationary")
    method: Text | None = None
    subject_to: Texts | None = None
    box: Sides | None = None


class MinimizeAsk(RunAsk, RuleSettings, SearchSettings):
    """A minimizer, step by step; with `analysis` the sheet says how fast it is on such a function.

    A `remark` of the teacher stands beside the first line along which it searches, else beside the first;
    formulas in it stand between backquotes.
    """

    kind = "minimize"
    joint = True
    of: Text = Field(alias="minimize")
    analysis: Flag | None = None
    remark: Words | None = None
    subject_to: Texts | None = None
    maximize: Flag | None = None


class RootAsk(RunAsk, SearchSettings):
    """A root of a scalar or vector function, step by step."""

    kind = "root"
    joint = True
    of: Text = Field(alias="root")


class UpdateAsk(RunAsk, RuleSettings, DataSettings):
    """Steps of an update rule; `after` names the update whose new values this one starts from.

    With `analysis` the sheet says for which learning rates the rule converges here, and how fast.
    """

    kind = "update"
    rule: Rule = Field(alias="update")
    of: Text
    after: Text | None = None
    analysis: Flag | None = None


class CompareRule(RuleSettings, SearchSettings):
    """One contestant of a `compare`: `update = "adam"` or `minimize = "newton"`, with its settings.

    `grid` makes one contestant of every combination of the values that it lists, `draw` makes `trials` of
    them with settings drawn between two bounds, evenly in the logarithm. `start` is where this one starts.
    """

    update: Rule | None = None
    minimize: Text | None = None
    label: Words | None = None
    batch_size: Size | None = None
    grid: dict[Name, Several] | None = None
    draw: dict[Name, Bounds] | None = None
    trials: Size | None = None
    start: Point | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> CompareRule:
        if (self.update is None) == (self.minimize is None):
            raise Fault("rule_kind")
        return self


class CompareAsk(RunAsk, DataSettings):
    """Several rules on one problem."""

    kind = "compare"
    joint = True
    of: Text = Field(alias="compare")
    rules: Annotated[tuple[CompareRule, ...], Listed]


class LikelihoodAsk(AtAsk):
    """From the likelihood of a distribution to its loss; `of` names the output, where there is one."""

    kind = "likelihood"
    joint = True
    distribution: Text = Field(alias="likelihood")
    of: Text | None = None


class CheckAsk(AtAsk):
    """A table of numeric against derived derivatives; `sweep` adds how the error depends on the step h."""

    kind = "check"
    joint = True
    of: Text = Field(alias="check")
    method: Text | None = None
    sweep: Flag | None = None


class ShowAsk(ByAsk):
    """A definition, the shapes, the count of parameters; `by` names what is learned."""

    kind = "show"
    joint = True
    of: Text = Field(alias="show")


class SeparateAsk(ByAsk):
    """Two classes (0 and 1) by one threshold neuron: the perceptron rule, or why no line separates them."""

    kind = "separate"
    joint = True
    of: Text = Field(alias="separate")
    learning_rate: Exact | None = None
    steps: Size | None = None


class NearestAsk(ByAsk):
    """The rows of a table (`by`) that a vector, or each row of a matrix, is most like."""

    kind = "nearest"
    joint = True
    of: Text = Field(alias="nearest")
    measure: Literal["cosine", "euclidean"] = "cosine"
    labels: Annotated[tuple[Words, ...] | None, Listed] = None
    without: Texts | None = None
    count: Size | None = None


MODELS: Mapping[str, type[Ask]] = {
    model.kind: model
    for model in (
        ValueAsk, DerivativeAsk, GradientAsk, JacobianAsk, HessianAsk, HessianVectorAsk, PathsAsk, TaylorAsk,
        StationaryAsk, MinimizeAsk, RootAsk, UpdateAsk, CompareAsk, LikelihoodAsk, CheckAsk, ShowAsk,
        SeparateAsk, NearestAsk,
    )
}  # fmt: skip


class Answer(NamedTuple):
    """One answer of an ask: its id, and what it is by (several names only for a joint one)."""

    id: str
    by: tuple[str, ...]


_WITHOUT_BY = (
    "value",
    "stationary",
    "minimize",
    "root",
    "compare",
    "likelihood",
    "check",
    "taylor",
    "show",
    "separate",
    "nearest",
)


def answer_ids(ask: Ask, by: Sequence[str] | None = None) -> tuple[Answer, ...]:
    """The answers of an ask, one per (ask, by); `by` replaces the ask's own where that was left open.

    >>> answer_ids(GradientAsk.model_validate({"gradient": "L", "by": ["W1", "b1"]}))
    (Answer(id='gradient.L.W1', by=('W1',)), Answer(id='gradient.L.b1', by=('b1',)))
    """
    wanted = ask.wanted if by is None else tuple(by)
    groups = (wanted,) if ask.joint or not wanted else tuple((name,) for name in wanted)
    if ask.id is not None:
        return tuple(
            Answer(".".join((ask.id, *group)) if len(groups) > 1 else ask.id, group) for group in groups
        )
    return tuple(Answer(_default_id(ask, group), group) for group in groups)


def _default_id(ask: Ask, by: tuple[str, ...]) -> str:
    """`gradient.L.W1`, `stationary.f`, `update.W1`."""
    subject = () if ask.kind == "update" else (ask.subject,)
    return ".".join((ask.kind, *subject, *(() if ask.kind in _WITHOUT_BY else by)))


def distinct(answer: Answer, seen: dict[str, int]) -> Answer:
    """The answer with an id that none of those seen has."""
    return answer._replace(id=unused(answer.id, seen))


def unused(id: str, seen: dict[str, int]) -> str:
    """An id, numbered where it was seen before.

    >>> seen = {}
    >>> unused("update.W1", seen), unused("update.W1", seen)
    ('update.W1', 'update.W1-2')
    """
    count = seen[id] = seen.get(id, 0) + 1
    return id if count == 1 else f"{id}-{count}"
