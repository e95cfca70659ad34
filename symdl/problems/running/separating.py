"""This module answers `separate` asks: can one threshold neuron tell two classes apart, and how it learns."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.algebra import ratio
from symdl.core.elementary_ops import IDENTITY
from symdl.core.graph import Equation
from symdl.core.naming import array_node, leaf
from symdl.derivation.convexity.inequalities import Vector
from symdl.derivation.separation import MOST, Correction, Separation, separated
from symdl.derivation.step import Answer, Step
from symdl.errors import ProblemError
from symdl.formula.tree import Name, Negate, Node, Product, Style, Transpose, number, plus
from symdl.problems.given import numbers_of
from symdl.problems.names import declared
from symdl.problems.running.rules import exact_number
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

LARGEST = 6  # inputs of a neuron
EXAMPLES = 64


def separate(solver: Solver, ask: Any) -> Iterator[Answer]:
    """The corrections of the perceptron rule as a table; a line that separates, or why there is none."""
    (found,) = solver.ids(ask)
    inputs, targets = _data(solver, ask)
    rate = exact_number(1 if ask.learning_rate is None else ask.learning_rate, "learning_rate")
    done = separated(inputs, targets, rate, ask.steps or MOST)
    solver.steps.extend(_steps(solver, found.id, leaf(declared(ask.of)), inputs, targets, done, rate))
    table = tuple(
        {
            "example": c.example + 1, "input": list(map(float, inputs[c.example])), "z": float(c.z),
            "target": float(targets[c.example]), "error": float(c.error),
            "weights": list(map(float, c.weights)), "bias": float(c.bias),
        }
        for c in done.corrections
    )  # fmt: skip
    outcome = "separable" if done.separates else "inseparable" if done.proof else "open"
    yield Answer(found.id, "separate", ask.of, ask.by[0], None, table=table, note=Text(f"note.{outcome}", {}))


def _data(solver: Solver, ask: Any) -> tuple[list[Vector], list[Fraction]]:
    """The examples and their classes, 0 or 1, exactly."""
    if len(ask.by) != 1:
        raise ProblemError("problem.separate_by", name=ask.of)
    points, classes = (exact_array(solver, name) for name in (ask.by[0], ask.of))
    if np.ndim(classes) != 1 or np.ndim(points) != 2 or len(points) != len(classes):
        raise ProblemError("problem.separate_shapes", inputs=ask.by[0], targets=ask.of)
    targets = [Fraction(value) for value in classes]
    if not set(targets) <= {0, 1} or points.shape[1] > LARGEST or len(targets) > EXAMPLES:
        raise ProblemError("problem.separate_classes", targets=ask.of, inputs=LARGEST, examples=EXAMPLES)
    return [tuple(Fraction(value) for value in row) for row in points], targets


def exact_array(solver: Solver, name: str) -> Any:
    """A quantity in exact numbers, given or worked out; floats as the fractions that they are."""
    key = declared(name)
    given = solver.problem.given.get(key)
    if given is not None:
        return np.asarray(numbers_of(given, "exact"), dtype=object)
    var = solver.named(name)
    value = solver.exact.get(var, solver.values.get(var))
    if value is None:
        raise ProblemError("problem.values_needed", kind="separate", names=name)
    return np.asarray(value, dtype=object)


def _steps(
    solver: Solver, id: str, of: Node, inputs: list[Vector], targets: list[Fraction], done: Separation,
    rate: Fraction,
) -> Iterator[Step]:  # fmt: skip
    graph = solver.graph
    claim = graph.equations[-1] if graph.equations else Equation(graph.output, IDENTITY, (graph.output,))

    def step(key: str, left: Node, rows: tuple[tuple[str, Node], ...], **facts: Any) -> Step:
        shared = {"heading": "phase.separation", "of": of, "inputs": inputs, "targets": targets, "done": done}
        because = Text(f"rule.separate_{key.partition('-')[0]}", {**shared, **facts})
        return Step(
            f"{id}.{key}", "finding", claim, because,
            (), "lecture", None, None, left, rows, graph,
        )  # fmt: skip

    told = any(step.because.key == "rule.separate_weights" for step in solver.steps)
    if done.corrections and not told:
        k = _telling(done)
        after, before = done.corrections[k], done.corrections[k - 1] if k else None
        x, moved = (
            inputs[after.example],
            {"r": Name("r"), "count": k + 1, "example": after.example + 1, "rate": rate},
        )
        start = before.weights if before else (Fraction(0),) * len(x)
        yield step("weights", Name("w_new"), _moved("w", "x", start, rate, after, x, after.weights), **moved)
        bias = before.bias if before else Fraction(0)
        yield step("bias", Name("b_new"), _moved("b", None, bias, rate, after, None, after.bias), **moved)
    if done.separates:
        left, rows = _line(done.weights, done.bias)
        yield step("line", left, rows, corrections=len(done.corrections))
    elif done.proof is not None:
        chosen = [k for k, weight in enumerate(done.proof) if weight]
        for k in chosen:
            sign = ">=" if targets[k] else "<"
            yield step(f"condition-{k + 1}", combination([(Fraction(1), inputs[k])]), ((sign, number(0)),),
                       example=k + 1, target=int(targets[k]))  # fmt: skip
        for kind, sign in ((1, ">="), (0, "<")):
            parts = [(done.proof[k], inputs[k]) for k in chosen if targets[k] == kind]
            yield step("sum" if kind else "against", combination(parts), ((sign, number(0)),))


def _telling(done: Separation) -> int:
    """The first correction that does not start from zero, of an example that is not zero, if there is one."""
    ahead = enumerate(zip(done.corrections, done.corrections[1:], strict=False), 1)
    return next((k for k, (old, new) in ahead if any(old.weights) and old.weights != new.weights), 0)


def _moved(
    name: str, of: str | None, start: Any, rate: Fraction, at: Correction, x: Vector | None, after: Any
) -> tuple[tuple[str, Node], ...]:
    """`w + eta r x`, the same with its numbers, and what comes out."""
    factors: list[Node] = [Name(n) for n in ("eta", "r", of) if n]
    rule = plus(Name(name), _product(factors))
    numbers = [ratio(rate), ratio(at.error), *([_column(x)] if x is not None else [])]
    placed = plus(_column(start), _product(numbers))
    return ("=", rule), ("=", placed), ("=", _column(after))


def _product(factors: list[Node]) -> Node:
    styles: list[Style] = ["juxtaposed"] * (len(factors) - 1)
    return Product(tuple(factors), tuple(styles))


def _column(value: Any) -> Node:
    """A number, or a vector laid down."""
    if not isinstance(value, tuple):
        return ratio(value)
    return Transpose(array_node([ratio(part) for part in value], (len(value),)))


def _line(weights: Vector, bias: Fraction) -> tuple[Node, tuple[tuple[str, Node], ...]]:
    words = [_scaled(w, f"x_{k}") for k, w in enumerate(weights, 1) if w]
    return Name("z"), (("=", plus(*words, *([ratio(bias)] if bias or not words else []))),)


def combination(parts: list[tuple[Fraction, Vector]]) -> Node:
    """The sum of some neurons' sums, each with a factor: `w_1 + w_2 + 2 b`."""
    count = len(parts[0][1])
    totals = [sum((factor * x[k] for factor, x in parts), Fraction(0)) for k in range(count)]
    bias = sum((factor for factor, _ in parts), Fraction(0))
    words = [_scaled(total, f"w_{k}") for k, total in enumerate(totals, 1) if total]
    return plus(*words, _scaled(bias, "b"))


def _scaled(factor: Fraction, name: str) -> Node:
    if abs(factor) == 1:
        return Name(name) if factor > 0 else Negate(Name(name))
    product = Product((ratio(abs(factor)), Name(name)), ("juxtaposed",))
    return product if factor > 0 else Negate(product)
