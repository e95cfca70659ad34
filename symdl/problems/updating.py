"""This module answers `update` asks and tabulates numeric derivatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.autodiff.reverse import Backward
from symdl.core.evaluation import compile_graph, evaluate, significant
from symdl.core.graph import Equation, Var
from symdl.core.indexing import evaluate as constant_value
from symdl.core.naming import leaf
from symdl.core.scalarize import entry_label, places
from symdl.derivation.step import Answer, Step
from symdl.derivation.update import Line, Run, printed, run_rule
from symdl.errors import ProblemError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Number
from symdl.models.optimizers import OPTIMIZERS, Optimizer
from symdl.problems.asks import answer_ids
from symdl.problems.problem import base_name, declared
from symdl.registry import nearest
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solution import Solver

SETTINGS = ("learning_rate", "momentum", "rho", "beta1", "beta2", "epsilon", "weight_decay")
RANGES = {
    "learning_rate": (0, None),
    "momentum": (0, 1),
    "rho": (0, 1),
    "beta1": (0, 1),
    "beta2": (0, 1),
    "epsilon": (0, None),
}
SHOWN = 3  # steps whose every line is printed


def update(solver: Solver, ask: Any) -> Iterator[Answer]:
    """Steps of an update rule: one answer per parameter, the records of all steps in it."""
    rule = OPTIMIZERS.get(ask.rule)
    if rule is None:
        raise ProblemError(
            "problem.unknown_rule",
            name=ask.rule,
            nearest=nearest(ask.rule, list(OPTIMIZERS)),
            known=", ".join(OPTIMIZERS),
        )
    by = tuple(dict.fromkeys(base_name(declared(name)) for name in ask.wanted)) or tuple(
        str(var.name) for var in solver.graph.inputs if var.role == "parameter"
    )
    swept = solver.backward(declared(ask.of), by)
    settings = chosen(rule, ask)
    ids = answer_ids(ask, by)
    if not solver.numeric:
        yield from (Answer(found.id, "update", ask.of, name) for found, name in zip(ids, by, strict=True))
        return
    run = _run(solver, ask, rule, settings, swept, by)
    for line in run.lines:
        if line.t <= SHOWN:
            solver.steps.append(_step(ask, swept, line, run))
    for found, name in zip(ids, by, strict=True):
        yield Answer(
            found.id, "update", ask.of, name, run.records[-1].parameters[name], table=_records(run, name)
        )


def chosen(rule: Optimizer, ask: Any) -> dict[str, Fraction]:
    """The settings of a rule: what the ask says, else the defaults; those out of range are refused."""
    found: dict[str, Fraction] = {}
    for name, default in rule.settings.items():
        given = getattr(ask, name, None)
        if given is None and ask.settings:
            given = ask.settings.get(name)
        found[name] = _fraction(default if given is None else given)
        low, high = RANGES.get(name, (None, None))
        if (low is not None and found[name] < low) or (high is not None and found[name] >= high):
            raise ProblemError(
                "problem.setting_range",
                name=name,
                got=found[name],
                low=low,
                high="∞" if high is None else high,
            )
    for name in SETTINGS:
        if getattr(ask, name, None) is not None and name not in rule.settings:
            raise ProblemError(
                "problem.setting_unused", name=name, rule=rule.key, known=", ".join(rule.settings)
            )
    return found


def _fraction(value: Any) -> Fraction:
    if isinstance(value, Number):
        return value.value
    found = constant_value(read_formula(str(value), Scope(frozenset())))
    if found is None:
        raise ProblemError("problem.setting_number", got=value)
    return found


def _run(
    solver: Solver,
    ask: Any,
    rule: Optimizer,
    settings: Mapping[str, Fraction],
    swept: Backward,
    by: tuple[str, ...],
) -> Run:
    policy = solver.problem.conventions
    start = {name: np.asarray(solver.given[solver.named(name)], dtype=float) for name in by}
    return run_rule(
        rule, settings, start, gradient_of(solver, swept, by), ask.steps or 1,
        inside=bool(ask.epsilon_inside), sign=-1 if ask.maximize else 1,
        rounded=(lambda value: significant(value, policy.digits)) if policy.rounding == "carry" else None,
    )  # fmt: skip


def gradient_of(
    solver: Solver, swept: Backward, by: tuple[str, ...]
) -> Callable[[dict[str, Any]], tuple[float, dict[str, Any]]]:
    """The loss and its gradients as a function of the parameters, all else as given."""
    policy = solver.problem.conventions
    outputs = (swept.of, *(swept.adjoints[solver.named(name)] for name in by))
    program = compile_graph(swept.graph, outputs)
    inputs = swept.graph.inputs

    def run(parameters: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        known = [_plain(parameters.get(str(var.name), solver.given[var])) for var in inputs]
        if policy.rounding == "carry":
            values = evaluate(swept.graph, dict(zip(inputs, known, strict=True)), rounded=policy.digits)
            found = tuple(values[var] for var in outputs)
        else:
            with np.errstate(all="ignore"):
                found = program(*known)
        return float(found[0]), {
            name: np.asarray(value, dtype=float) for name, value in zip(by, found[1:], strict=True)
        }

    return run


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


def _records(run: Run, name: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "t": record.t,
            "parameters": dict(record.parameters),
            "gradient": dict(record.gradient),
            "state": {key: values[name] for key, values in record.state.items()},
            "objective": record.objective,
        }
        for record in run.records
    )


def _step(ask: Any, swept: Backward, line: Line, run: Run) -> Step:
    steps = len(run.records) - 1
    left, right = printed(line, declared(ask.of), steps)
    facts = {"parameter": leaf(line.parameter), "rule": run.rule.key, "t": line.t, "target": left}
    operands = {
        "operands": {**line.operands, **{k: float(v) for k, v in run.settings.items()}},
        "line": line,
        "steps": steps,
    }
    key = "rule.update_parameter" if line.target == "theta" else "rule.update_state"
    adjoint = swept.adjoints[swept.graph.by_name[line.parameter]]
    return Step(
        f"update.{line.parameter}[{line.t}].{line.target}", "update", _claim(swept, adjoint),
        Text(key, facts | operands), (f"backward.{swept.of.label}.{line.parameter}",), "lecture",
        line.value, None, left, (("rule", right),), swept.graph,
    )  # fmt: skip


def _claim(swept: Backward, adjoint: Var) -> Equation:
    return swept.graph.definition[adjoint]


def difference_rows(
    solver: Solver, swept: Backward, var: Var, place: tuple[int, ...] | None
) -> Iterator[dict[str, Any]]:
    """Derived and numeric derivative of the loss by each entry of an input, with the relative error."""
    program = compile_graph(swept.graph, (swept.of,))
    base = {v: solver.given[v] for v in swept.graph.inputs}
    derived = solver.values[swept.adjoints[var]]
    for where in [place] if place is not None else list(places(tuple(int(n) for n in var.shape)))[:40]:
        exact = float(derived[where] if where else derived)
        numeric = _central(program, base, var, where)
        scale = max(abs(exact), abs(numeric), 1e-12)
        yield {
            "entry": str(entry_label(str(var.name), where)), "derived": exact, "numeric": numeric,
            "error": abs(exact - numeric) / scale,
        }  # fmt: skip


def _central(program: Any, base: dict[Var, Any], var: Var, where: tuple[int, ...], h: float = 1e-5) -> float:
    """The central difference quotient with step h."""

    def moved(by: float) -> float:
        value = np.array(base[var], dtype=float)
        value[where] += by
        known = {**base, var: _plain(value) if not where else value}
        return float(program(*known.values())[0])

    return (moved(h) - moved(-h)) / (2 * h)
