"""This module checks derivations about functions: every form against the one before it, at random points.

Sums are written out at a few sizes, derivatives are taken by differences in ball arithmetic, and means by
three nodes of Gauss and Hermite, which are exact for the squares that stand in them. What a line defines
holds for the lines after it; nothing else is taken from the declaration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from symdl.checking import rows
from symdl.checking.check import Check, Strength, measured
from symdl.checking.probe import precision
from symdl.core.arithmetic import BALL, Undecided
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import FUNCTIONS
from symdl.derivation.calculus.proving import written_out
from symdl.derivation.step import Derivation
from symdl.errors import DomainError
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Compare,
    Index,
    Name,
    Node,
    Number,
    Partial,
    Quotient,
    names,
    number,
    plus,
    rebuild,
    substitute,
    times,
)  # fmt: skip
from symdl.models.lessons import Ground, Lesson, Line
from symdl.models.theory.declaring import MEAN
from symdl.problems.problem import Problem

NODES = (("2/3", "0"), ("1/6", "1"), ("1/6", "-1"))  # weights of the mean, deviations over root three
Definitions = dict[Node, Node]


def lesson_checks(problem: Problem, derivation: Derivation, seed: int) -> Iterator[Check]:
    """The checks of the lines of derivations about functions."""
    for step in derivation.steps:
        if step.phase == "lesson":
            error = deviation(step.because.facts["lesson"], step.because.facts["line"], seed)
            strength: Strength = "definition" if _introduces(step.because.facts) else "checked"
            yield measured(step.id, "line", "balls", error, rows.TOLERANCE, seed, strength)


def _introduces(facts: Mapping[str, Any]) -> bool:
    """Whether a line only gives a name to a formula."""
    lesson, line = facts["lesson"], facts["line"]
    before = lesson.lines[: lesson.lines.index(line)]
    return len(line.forms) == 1 and _defines(line.left) and line.left not in _defined(before)


def deviation(lesson: Lesson, line: Line, seed: int = 1) -> float | None:
    """How far the forms of a line are from what their signs say; None where no point could be compared.

    >>> from symdl.models.lessons import LESSONS
    >>> import symdl.models.theory
    >>> lesson = LESSONS["optimal_discriminator"]
    >>> all(deviation(lesson, line) < 1e-40 for line in lesson.lines)
    True
    """
    assert lesson.ground is not None
    before = lesson.lines[: lesson.lines.index(line)] if line in lesson.lines else lesson.lines
    stage = _Stage(lesson, lesson.ground, _defined(before))
    return stage.deviation(line, seed)


def _defined(lines: tuple[Line, ...]) -> Definitions:
    """What lines define: a name, a function of names, each by the first form of its first line."""
    found: Definitions = {}
    for line in lines:
        if _defines(line.left):
            found.setdefault(line.left, line.forms[0])
    return found


def _defines(left: Node) -> bool:
    return isinstance(left, Name) or (isinstance(left, Apply) and left.function not in FUNCTIONS
                                      and left.function != MEAN)  # fmt: skip


@dataclass(frozen=True)
class _Stage:
    """The quantities of a lesson at the sizes at which it is checked."""

    lesson: Lesson
    ground: Ground
    defined: Definitions

    def deviation(self, line: Line, seed: int) -> float | None:
        """The largest deviation of a form from the one before it; a name that is new stands for the first."""
        fresh = _defines(line.left) and line.left not in self.defined
        chain = [*(() if fresh else (("=", line.left),)), *line.rows]
        lines = self.scene_lines(line)
        forms = [(sign, self.flat(node, line)) for sign, node in chain]
        scene = rows.Scene(lines, self.facts(lines, [node for _, node in forms]))
        worst = 0.0 if len(forms) < 2 else None
        for (_, left), (sign, right) in pairwise(forms):
            found = _compared(scene, left, sign, right, seed)
            if found is None:
                return None
            worst = max(worst or 0.0, found)
        return worst

    def scene_lines(self, line: Line) -> dict[str, Node]:
        """What names stand for: what lines before define, what this one rests on, normed distributions."""
        found: dict[str, Node] = {}
        for name in self.ground.distributions:
            parts = [Name(f"{name}_w_{k}") for k in range(1, self.lesson.sizes["n"] + 1)]
            found |= {f"{name}_{k}": Quotient(part, plus(*parts)) for k, part in enumerate(parts, 1)}
        for left, right in self.defined.items():
            if isinstance(left, Name):
                found[left.text] = self.flat(right, line)
        for left, right in line.given:
            for name, value in self._given(left, right):
                found[name] = self.flat(value, line)
        return found

    def _given(self, left: Node, right: Node) -> Iterator[tuple[str, Node]]:
        """What a line rests on; a vector by its entries, `m = (p + q)/2` where p and q are vectors."""
        flat = written_out(substitute(left, self._sizes))
        assert isinstance(flat, Name)
        vectors = names(right) & set(self.ground.distributions)
        if isinstance(left, Name) and vectors and self.ground.distributions:
            for k in range(1, self.lesson.sizes["n"] + 1):
                entry: dict[str, Node] = {name: Index(Name(name), (number(k),)) for name in vectors}
                yield f"{flat.text}_{k}", substitute(right, entry)
            return
        yield flat.text, right

    @property
    def _sizes(self) -> dict[str, Node]:
        return {name: number(size) for name, size in self.lesson.sizes.items()}

    def flat(self, node: Node, line: Line) -> Node:
        """A formula in scalars: functions of the lesson and sizes put in, sums written out, means taken."""
        node = self._called(node)
        node = _in_elementary(written_out(substitute_everywhere(node, self._sizes)))
        return self._means(node, line)

    def _called(self, node: Node) -> Node:
        """A formula with the functions that the lesson defines put in."""
        if isinstance(node, Apply):
            for left, right in self.defined.items():
                if isinstance(left, Apply) and left.function == node.function:
                    args = dict(zip((arg.text for arg in left.args if isinstance(arg, Name)), node.args,
                                    strict=True))  # fmt: skip
                    return self._called(substitute(right, args))
        return rebuild(node, self._called)

    def _means(self, node: Node, line: Line) -> Node:
        """A formula with every mean taken over what is drawn."""
        if isinstance(node, Apply) and node.function == MEAN:
            lines = {
                left.text: self.flat(right, line)
                for left, right in self.defined.items()
                if isinstance(left, Name) and left.text in names(node)
            }
            body = rows.Scene(lines, {})._put_in(node.args[0], set(self.ground.drawn))
            for name, (mean, spread) in self.ground.drawn.items():
                if name in names(body):
                    body = plus(*(times(read, substitute(body, {name: at}), style="juxtaposed")
                                  for read, at in _nodes(mean, spread)))  # fmt: skip
            return body
        return rebuild(node, lambda child: self._means(child, line))

    def facts(self, lines: Mapping[str, Node], forms: list[Node]) -> dict[str, tuple[str, ...]]:
        """The domains of all inputs, entries as the vector that they belong to."""
        found: dict[str, tuple[str, ...]] = {}
        for name in rows.Scene(lines, {}).inputs(tuple(forms)):
            base = name.partition("_")[0]
            found[name] = ("positive",) if "_w_" in name else self.ground.facts.get(
                name, self.ground.facts.get(base, ()))  # fmt: skip
        return found


def _nodes(mean: Node, spread: Node) -> Iterator[tuple[Node, Node]]:
    """Weights and places whose weighted sum is the mean of any polynomial of degree five."""
    root = Apply("sqrt", (number(3),))
    for weight, side in NODES:
        yield number(Fraction(weight)), plus(mean, times(number(int(side)), root, spread, style="juxtaposed"))


def substitute_everywhere(node: Node, table: dict[str, Node]) -> Node:
    """Names put in, those of the symbols of derivatives too."""
    if isinstance(node, Partial):
        return Partial(substitute_everywhere(node.of, table),
                       tuple(substitute_everywhere(by, table) for by in node.by), node.kind)  # fmt: skip
    if isinstance(node, Name):
        return table.get(node.text, node)
    inner = {key: value for key, value in table.items() if key != getattr(node, "index", None)}
    return rebuild(node, lambda child: substitute_everywhere(child, inner))


def _in_elementary(node: Node) -> Node:
    """A formula with activations written out."""
    node = rebuild(node, _in_elementary)
    function = FUNCTIONS.get(node.function) if isinstance(node, Apply) else None
    if (
        isinstance(node, Apply)
        and function is not None
        and function.kind == "activation"
        and function.key not in ELEMENTARY
    ):
        assert function.formula is not None
        return _in_elementary(
            substitute(function.formula, dict(zip(function.params, node.args, strict=True)))
        )
    return node


def _compared(scene: rows.Scene, left: Node, sign: str, right: Node, seed: int) -> float | None:
    """How far two forms are from what the sign between them says."""
    if sign == "=":
        return rows.deviation(scene, (left, right), {}, seed)
    test = Compare(sign, left, right) if sign != "~" else _near(left, right)  # type: ignore[arg-type]
    truth = Apply("where", (test, ONE, ZERO))
    worst: float | None = None
    with precision(rows.BITS):
        for count, point in enumerate(rows.points(scene, (left, right), seed)):
            try:
                value = scene.value(truth, {name: BALL.number(at) for name, at in point.items()})
            except (DomainError, Undecided, OverflowError):
                continue
            worst = max(worst or 0.0, 0.0 if bool(value == 1) else 1.0)
            if count > 2 * rows.POINTS:
                break
    return worst


def _near(left: Node, right: Node) -> Node:
    """Whether a rounded number is within half a unit of its last digit."""
    digits = next((node.written or "" for node in _numbers(right)), "").partition(".")[2]
    half = number(Fraction(1, 2 * 10 ** len(digits)))
    return Compare("<=", Apply("abs", (plus(left, times(number(-1), right, style="juxtaposed")),)), half)


def _numbers(node: Node) -> Iterator[Any]:
    if isinstance(node, Number):
        yield node
    elif hasattr(node, "arg"):
        yield from _numbers(node.arg)
