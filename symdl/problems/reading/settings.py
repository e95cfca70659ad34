"""This module defines the settings that several kinds of asks share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from symdl.problems.reading.faults import Fault
from symdl.problems.reading.fields import (
    Entries,
    Exact,
    Flag,
    Name,
    Points,
    Rate,
    Setting,
    Size,
    Table,
    Text,
    Texts,
    Value,
)

Detail = Literal["answer", "outline", "lecture", "tutorial", "audit"]
View = Literal["matrix", "index", "scalar"]
Point = dict[Name, Value]


class Ask(Table):
    """What every ask may say: its id, its points and the form of answers for marking, how it is laid out."""

    kind: ClassVar[str]
    joint: ClassVar[bool] = False  # one answer over all of `by` together

    id: Text | None = None
    points: Points | None = None
    answer_form: Texts = ()
    detail: Detail | None = None
    view: View | None = None

    @property
    def subject(self) -> str:
        """What the key of the kind holds: the quantity, the rule, the distribution."""
        fields = type(self).model_fields
        return str(next(getattr(self, key) for key, field in fields.items() if field.alias == self.kind))

    @property
    def wanted(self) -> tuple[str, ...]:
        """The `by` of the ask, empty where it has none."""
        return getattr(self, "by", None) or ()


class ByAsk(Ask):
    """A quantity, by some variables."""

    by: Entries | None = None


class PointAsk(Ask):
    """A quantity at a point; without one, at the given values."""

    at: Point | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_number(cls, data: Any) -> Any:
        return by_name(data, "at")


class AtAsk(PointAsk, ByAsk):
    """A quantity, by some variables, at a point."""


class Stop(Table):
    """Further rules to stop: by the way gone in a step, by the change of the function."""

    point: Exact | None = None
    value: Exact | None = None


class RunAsk(ByAsk):
    """Settings of everything that goes step by step; `tolerance` is that of the gradient (or the value)."""

    start: Point | None = None
    steps: Size | None = None
    tolerance: Exact | None = None
    stop: Stop | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_number(cls, data: Any) -> Any:
        return by_name(data, "start")


class RuleSettings(Table):
    """Settings of update rules; `settings` holds those that only one rule, or a rule of your own, has."""

    learning_rate: Rate | None = None
    momentum: Exact | None = None
    rho: Exact | None = None
    beta1: Exact | None = None
    beta2: Exact | None = None
    epsilon: Exact | None = None
    epsilon_inside: Flag | None = None
    weight_decay: Exact | None = None
    clip_value: Exact | None = None
    clip_norm: Exact | None = None
    clip_weights: Exact | None = None
    form: Text | None = None
    settings: dict[Name, Setting] | None = None


class SearchSettings(Table):
    """Settings of minimizers and root finders."""

    method: Text | None = None
    line_search: Literal["exact", "armijo", "wolfe"] | None = None
    damping: Exact | None = None
    lambda_: Exact | None = Field(None, alias="lambda")
    adaptive: Flag | None = None
    residuals: Name | None = None


class DataSettings(Table):
    """How samples come in when a rule is run over data."""

    data: Entries | None = None
    batch_size: Size | None = None
    epochs: Size | None = None
    shuffle: Flag | None = None
    maximize: Flag | None = None


def by_name(data: Any, key: str) -> Any:
    """`at = 0` with one variable in `by` means `at = {x = 0}`."""
    if not isinstance(data, Mapping) or key not in data or isinstance(data[key], Mapping):
        return data
    by = data.get("by")
    names = [by] if isinstance(by, str) else by
    if not isinstance(names, Sequence) or len(names) != 1 or not isinstance(names[0], str):
        raise Fault("wrong_point", inside=(key,), setting=key)
    return {**data, key: {names[0]: data[key]}}
