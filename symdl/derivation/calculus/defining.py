"""This module takes derivatives by definition, a step for every part: basic limits first, then the laws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from symdl.autodiff.gathering import expanded
from symdl.core.graph import Equation
from symdl.derivation.calculus.differentiating import MAX_SIZE, Kind, spare_name, tidied
from symdl.derivation.calculus.limit_laws import Law, law_for, opened
from symdl.derivation.calculus.limit_ways import worked
from symdl.derivation.calculus.limits import NoWay, Part, parts
from symdl.derivation.calculus.rows import Rows, distinct
from symdl.derivation.step import Detail, Step
from symdl.errors import ProblemError
from symdl.formula.tree import ONE, Name, Node, Partial, names, size
from symdl.text import Text

RULE = "rule.limit."
WITHOUT_QUOTIENT = {
    "sum": "rule",
    "cases": "rule",
    "definition": "limit_written",
}  # what is said where no quotient is written
Goal = tuple[Node, Name]


@dataclass
class Definition:
    """One derivative as a limit being worked out; what has been found once is cited after that."""

    claim: Equation
    id: str
    h: Name
    kind: Kind
    taken: frozenset[str]
    steps: list[Step] = field(default_factory=list)
    known: dict[Goal, tuple[str, Node]] = field(default_factory=dict)

    def of(self, goal: Goal) -> Node:
        """The derivative of a formula by a name; its steps are listed, each distinct part once."""
        if goal not in self.known:
            self._add(goal, self._symbol(goal), (), last=False)
        return self.known[goal][1]

    def finish(self, goal: Goal, left: Node, opening: Rows) -> Node:
        """The derivative of the whole formula, as the step that answers."""
        self._add(goal, left, opening, last=True)
        return self.known[goal][1]

    def _symbol(self, goal: Goal) -> Node:
        node, by = goal
        return Partial(node, (by,), self.kind if by.text not in self.taken else "total")

    def _add(self, goal: Goal, left: Node, opening: Rows, last: bool) -> None:
        node, by = goal
        found = _basic(parts(node, by.text, self.h))
        uses: tuple[str, ...] = ()
        facts: dict[str, Any] = {}
        if found is not None:
            basis, rows = found
        else:
            law = self._law(goal)
            basis, rows, uses = law.basis, self._rows(goal, law), self._uses(law)
            facts = {"count": len(law.goals), "inner": law.inner, **law.facts}
            facts |= {"name": law.inner.left} if law.inner else {}
        rows = distinct((*opening, *rows))
        rows = distinct((*rows, ("expand", expanded(rows[-1][1])))) if last else rows
        if size(rows[-1][1]) > MAX_SIZE:
            raise ProblemError("problem.derivative_too_long", by=by.text, limit=MAX_SIZE)
        id = self.id if last else f"{self.id}.{len(self.known) + 1}"
        because = Text(RULE + basis, {"of": node, "by": by, "h": self.h, **facts})
        detail: Detail = "outline" if last else "lecture"
        self.steps.append(Step(id, "calculus", self.claim, because, uses, detail, left=left, lines=rows))
        self.known[goal] = (id, rows[-1][1])

    def _law(self, goal: Goal) -> Law:
        node, by = goal
        law = law_for(node, by.text, self.h, spare_name(names(node) | self.taken | {self.h.text, by.text}))
        if law is None:
            raise NoWay(node)
        return law

    def _uses(self, law: Law) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.known[goal][0] for goal in law.goals))

    def _rows(self, goal: Goal, law: Law) -> Rows:
        """Under the limit, then with the derivatives of the parts as symbols, then with their values."""
        node, by = goal
        results = tuple(map(self.of, law.goals))
        rows = [*opened(law, Part(ONE, node, by.text, self.h))]
        key = WITHOUT_QUOTIENT.get(law.basis, "limit_each" if rows else "rule")
        rows.append((key, law.combine(tuple(map(self._symbol, law.goals)))))
        rows.append(("placed", law.combine(results)))
        rows.extend(_closed(rows[-1][1], law))
        return tuple(rows)


def _closed(result: Node, law: Law) -> Iterator[tuple[str, Node]]:
    """What is said of a result: tidied, with the inner function put back, or by its usual name."""
    current = result
    if law.basis == "definition":
        for row in tidied(current):
            yield row
            current = row[1]
    for row in law.closing(current):
        yield row
        current = row[1]
    yield from tidied(current)


def _basic(terms: tuple[Part, ...]) -> tuple[str, Rows] | None:
    """The rows of a single term with a basic limit of its own."""
    if len(terms) != 1:
        return None
    try:
        return worked(terms[0])
    except NoWay:
        return None
