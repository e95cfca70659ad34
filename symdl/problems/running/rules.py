"""This module makes rules ready to run: which rule, form, settings and schedule an ask means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from symdl.core.indexing import evaluate as constant_value
from symdl.derivation.running.update import Plan
from symdl.errors import FormulaError, ProblemError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Number
from symdl.models.optimizers import (
    CLIPPED,
    DECAY,
    OPTIMIZERS,
    POSITIVE,
    PREPARATIONS,
    RANGES,
    RATE,
    SCHEDULES,
    Lines,
    Optimizer,
    Range,
    Schedule,
    finished,
    preparations,
    with_epsilon_inside,
    without_decay,
)  # fmt: skip
from symdl.problems.reading.settings import RuleSettings
from symdl.registry import Registry, nearest, plugins

SETTINGS = tuple(
    key for key in RuleSettings.model_fields if key not in ("form", "settings", "epsilon_inside")
)

NONE: Mapping[str, Range] = {}


def plan_of(key: str, ask: Any, fresh: bool = False) -> Plan:
    """The rule of an ask, with its settings: what the ask says, else the defaults."""
    rule: Optimizer = _known(OPTIMIZERS, key, "unknown_rule")
    schedule, rates = _schedule(ask.learning_rate)
    written = _lines(rule, ask)
    heeded = rule.heeded(ask.form)
    settings = {**_chosen(rule, heeded, ask, scheduled=schedule is not None), **rates}
    extra = {name: value for name, value in settings.items() if name not in heeded}
    still = settings.get(DECAY) == 0
    before = tuple(preparations(extra, bool(getattr(ask, "maximize", None))))
    lines = (*before, *finished(_without(written, still), extra))
    shaped = {} if ask.form == next(iter(rule.forms)) else rule.shaped
    others = {
        axes: (*before, *finished(_without(rule.written(form), still), extra))
        for axes, form in shaped.items()
    }
    return Plan(rule, settings, _ahead_first(lines), schedule, fresh, others)


def _without(lines: Lines, still: bool) -> Lines:
    """The equations, without the terms of a decay that is zero."""
    return tuple((name, without_decay(formula)) for name, formula in lines) if still else lines


def _known(registry: Registry[Any], key: str, fault: str) -> Any:
    found = registry.get(key) or (registry.get(key) if plugins() else None)
    if found is None:
        known = list(registry)
        raise ProblemError(f"problem.{fault}", name=key, nearest=nearest(key, known), known=", ".join(known))
    return found


def _lines(rule: Optimizer, ask: Any) -> Lines:
    """The equations of the form that is asked for."""
    if ask.form is not None and ask.form not in rule.forms:
        raise ProblemError(
            "problem.unknown_form", name=ask.form, rule=rule.key, known=", ".join(rule.forms), setting="form"
        )
    lines = rule.written(None if ask.form in rule.shaped.values() else ask.form)
    if not ask.epsilon_inside:
        return lines
    inside = tuple((name, with_epsilon_inside(formula)) for name, formula in lines)
    if inside == lines:
        raise ProblemError("problem.epsilon_fixed", rule=rule.key)
    return inside


def _ahead_first(lines: Lines) -> Lines:
    """The point ahead comes before anything is done to the gradient taken there."""
    return tuple(sorted(lines, key=lambda line: line[0] != "ahead"))


def _schedule(rate: Any) -> tuple[Schedule | None, dict[str, Fraction]]:
    """The schedule that a table for the learning rate names, with its settings."""
    if not isinstance(rate, Mapping):
        return None, {}
    found: Schedule = _known(SCHEDULES, str(rate.get("schedule", "")), "unknown_schedule")
    given = {name: value for name, value in rate.items() if name != "schedule"}
    for name in given:
        _refuse_unused(name, found.key, found.settings)
    return found, {name: ranged(name, given.get(name, default)) for name, default in found.settings.items()}


def _chosen(rule: Optimizer, heeded: Mapping[str, str], ask: Any, scheduled: bool) -> dict[str, Fraction]:
    """Settings as stated, else by default; one that the form does not heed is refused."""
    given = dict(_given(ask))
    for name in given:
        if name not in (*PREPARATIONS, CLIPPED):
            _refuse_unused(name, rule.key, heeded)
    found = {name: default for name, default in heeded.items() if not (scheduled and name == RATE)}
    chosen = found | {name: value for name, value in given.items() if not (scheduled and name == RATE)}
    return {name: ranged(name, value, rule.ranges) for name, value in chosen.items()}


def _given(ask: Any) -> Iterator[tuple[str, Any]]:
    """The settings that an ask states, those of its `settings` table among them."""
    for name in SETTINGS:
        value = getattr(ask, name, None)
        if value is not None:
            yield name, value
    yield from (ask.settings or {}).items()


def _refuse_unused(name: str, rule: str, known: Mapping[str, str]) -> None:
    if name not in known:
        raise ProblemError("problem.setting_unused", name=name, rule=rule, known=", ".join(known))


def ranged(name: str, value: Any, own: Mapping[str, Range] = NONE) -> Fraction:
    """A setting as an exact number; one out of its range is refused, `own` ranges before the common ones."""
    found = exact_number(value, name)
    low, high = {**RANGES, **own}.get(name, (None, None))
    if name in POSITIVE and found <= 0:
        raise ProblemError("problem.setting_positive", name=name, got=found)
    if (low is not None and found < low) or (high is not None and found >= high):
        bounds = [key for key, bound in (("least", low), ("most", high)) if bound is not None]
        key = "range" if len(bounds) == 2 else bounds[0]
        raise ProblemError(f"problem.setting_{key}", name=name, got=found, low=low, high=high)
    return found


def exact_number(value: Any, name: str = "") -> Fraction:
    """A setting of a file, a formula without names such as "1/3", as a fraction; `name` is for the error."""
    if isinstance(value, Number):
        return value.value
    try:
        found = constant_value(read_formula(str(value), Scope(frozenset())))
    except FormulaError:
        found = None
    if found is None:
        raise ProblemError("problem.setting_number", name=name, got=value)
    return found
