"""This module checks what is carried along a line: a tangent against a central difference of its quantity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdl.checking import numeric
from symdl.checking.check import Check, Strength, measured
from symdl.checking.probe import difference, precision
from symdl.core.arithmetic import Undecided
from symdl.core.graph import Var
from symdl.core.holding import moved
from symdl.core.naming import leaf
from symdl.derivation.step import Derivation, Step
from symdl.errors import DomainError
from symdl.formula.tree import Node
from symdl.problems.instances import Instance

FLOAT_STEP = 1e-5


def direction_check(step: Step, seed: int) -> Check:
    """That a quantity moves along a direction is how the line is defined."""
    return Check(step.id, "line", "definition", "definition", "holds", seed=seed)


def tangent_check(step: Step, derivation: Derivation, instances: list[Instance], seed: int) -> Check:
    """A tangent against the difference of its quantity when everything moves along the line."""
    moves = _moves(step, derivation)
    worst: float | None = None
    kinked, tolerance = False, numeric.BALL_TOLERANCE
    for instance in instances:
        found = _error(step, moves, instance)
        if found == "kink":
            kinked = True
        elif isinstance(found, float):
            worst = max(found, worst or 0.0)
            tolerance = tolerance if instance.balls else numeric.FLOAT_TOLERANCE
    strength: Strength = "convention" if kinked else "checked"
    return measured(step.id, "adjoint", "central_difference", worst, tolerance, seed, strength)


def _moves(step: Step, derivation: Derivation) -> dict[Node, Node]:
    """What moves along what, from the lines that say so."""
    return {
        each.because.facts["by"]: each.lines[0][1]
        for each in derivation.steps
        if each.because.key == "rule.tangent_direction" and each.graph is step.graph
    }


def _error(step: Step, moves: Mapping[Node, Node], instance: Instance) -> float | str | None:
    named = {leaf(var.name): var for var in instance.graph.variables() if var.name is not None}
    tangent = instance.numbered[step.claim.out.number]
    name = tangent.name
    assert name is not None and not isinstance(name, str)
    source = instance.named[name.of]
    directions = {named[by]: named[direction] for by, direction in moves.items()}
    try:
        with precision():
            h: Any = instance.arithmetic.number(numeric.BALL_STEP) if instance.balls else FLOAT_STEP
            sides = [_moved(instance, directions, source, sign, h) for sign in (1, -1)]
            if any(side is None for side in sides):
                return "kink"
            quotient = (sides[0] - sides[1]) / (2 * h)
            return difference(quotient, instance.values[tangent])
    except (DomainError, Undecided):
        return None


def _moved(instance: Instance, directions: Mapping[Var, Var], wanted: Var, sign: int, h: Any) -> Any:
    """A quantity at a point beside that of the instance; None where the way leads over a kink."""
    values = instance.values
    fresh = {var: values[var] + values[along] * (sign * h) for var, along in directions.items()}
    for equation in instance.flat.equations:
        if not any(arg in fresh for arg in equation.args):
            continue
        if equation.out in instance.kinked:
            return None
        before = [values[arg] for arg in equation.args]
        args = [fresh.get(arg, values[arg]) for arg in equation.args]
        fresh[equation.out] = moved(equation, instance.arithmetic)(args, before)
        if equation.out == wanted:
            break
    return fresh.get(wanted, values[wanted])
