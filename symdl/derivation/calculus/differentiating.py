"""This module differentiates formulas of one variable rule by rule: every rule is a step, parts first."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any, Literal

from symdl.autodiff.canceling import shortened
from symdl.autodiff.gathering import told
from symdl.autodiff.sharing import finished
from symdl.core.graph import Equation
from symdl.derivation.calculus.rows import Rows, distinct, with_decimals, with_logarithm
from symdl.derivation.calculus.rules import Application, Chain, rule_for
from symdl.derivation.step import Detail, Step
from symdl.errors import ProblemError
from symdl.formula.tree import ZERO, Compare, Name, Negate, Node, Partial, names, size, substitute, times
from symdl.formula.walking import walk
from symdl.text import Text

Kind = Literal["partial", "local", "total"]
Known = dict[Node, tuple[str, Node]]  # formulas that are differentiated: by which step, and the derivative
RULE = "rule.derivative."
NEVER_FOLDED = frozenset(
    {"negative", "difference", "chain", "chain_absolute", "substitution", "paths", "definition"}
)
MAX_SIZE = 3000  # parts of a derivative that is still written


@dataclass
class Differentiation:
    """One derivative being worked out; `kind` is how its symbols are written, `id` that of its last step.

    What is `known` from an earlier one by the same variable is cited, not worked out again.
    """

    by: Name
    claim: Equation
    id: str
    kind: Kind = "total"
    taken: frozenset[str] = frozenset()
    steps: list[Step] = field(default_factory=list)
    known: Known = field(default_factory=dict)
    whole: Node | None = None  # the formula that is asked for

    def symbol(self, node: Node) -> Node:
        """The derivative of a formula, not carried out."""
        if self._held(node):
            return ZERO
        return Partial(node, (self.by,), self.kind)

    def of(self, node: Node) -> Node:
        """The derivative of a formula; its steps are listed, each distinct part once."""
        if self._held(node):
            return ZERO
        if node not in self.known:
            self._add(node, self.symbol(node), ())
        return self.known[node][1]

    def _held(self, node: Node) -> bool:
        """Whether a formula is another name, held fixed; ∂b/∂a would be read as that of line b."""
        return self.kind == "local" and isinstance(node, Name) and node != self.by

    def finish(self, node: Node, left: Node, opening: Rows = ()) -> Node:
        """The derivative of the whole formula, as the step that answers."""
        self.whole = node
        rows: Rows = (*opening, ("goal", self.symbol(node)))
        if node in self.known:
            self._cite(node, left, rows)
        else:
            self._add(node, left, rows, last=True)
        return self.known[node][1]

    def _cite(self, node: Node, left: Node, opening: Rows) -> None:
        """A derivative that an earlier line has already is that line's."""
        id, result = self.known[node]
        because = Text(f"{RULE}again", {"of": node, "by": self.by})
        rows = distinct((*opening, ("placed", result)))
        self.steps.append(
            Step(self.id, "calculus", self.claim, because, (id,), "outline", left=left, lines=rows)
        )
        self.known[node] = (self.id, result)

    def _add(self, node: Node, left: Node, opening: Rows, last: bool = False) -> None:
        rule = rule_for(node, self.by.text, spare_name(names(node) | self.taken))
        key, rows, facts, goals = self._chained(rule) if isinstance(rule, Chain) else self._applied(rule)
        uses = tuple(dict.fromkeys(self.known[goal][0] for goal in goals if not self._held(goal)))
        id = self.id if last else f"{self.id}.{len(self.known) + 1}"
        whole = self.whole or node
        rows = with_logarithm((*opening, *rows), whole)
        tidy = tidied(rows[-1][1], last)
        rows = distinct((*rows, *with_decimals(tidy, whole)))
        if size(rows[-1][1]) > MAX_SIZE:
            raise ProblemError("problem.derivative_too_long", by=self.by.text, limit=MAX_SIZE)
        because = Text(RULE + key, {**facts, "of": node, "by": self.by})
        detail: Detail = "outline" if last else "lecture"
        self.steps.append(Step(id, "calculus", self.claim, because, uses, detail, left=left, lines=rows))
        self.known[node] = (id, rows[-1][1])

    def _applied(self, rule: Application) -> tuple[str, Rows, Mapping[str, Any], tuple[Node, ...]]:
        results = tuple(self.of(goal) for goal in rule.goals)
        rows: list[tuple[str, Node]] = []
        if rule.goals:
            rows.append(("rule", rule.combine(tuple(map(self.symbol, rule.goals)))))
        rows.append(("placed", rule.combine(results)))
        return rule.rule, tuple(rows), {**rule.facts, "count": len(rule.goals)}, rule.goals

    def _chained(self, rule: Chain) -> tuple[str, Rows, Mapping[str, Any], tuple[Node, ...]]:
        """Outer derivative times inner derivative; then the inner function is put back."""
        inner = self.of(rule.inner)
        *_, (_, slope) = (("", rule.slope), *tidied(rule.slope))
        symbols = (Partial(rule.outer, (rule.u,), "total"), Partial(rule.u, (self.by,), self.kind))
        rows: Rows = (
            ("rule", times(*symbols, style="juxtaposed")),
            ("placed", times(slope, inner, style="juxtaposed")),
            ("put_back", times(substitute(slope, {rule.u.text: rule.inner}), inner, style="juxtaposed")),
        )
        facts = {"inner": Compare("=", rule.u, rule.inner), "outer": rule.rule, "name": rule.u}
        key = "chain_absolute" if rule.rule == "absolute" else "chain"
        return key, rows, facts, (rule.inner,)


def tidied(node: Node, answers: bool = False) -> Rows:
    """The rows that tidy a formula, each named by its move; an answer takes the form that is handed in."""
    forms = list(told(node))
    forms += shortened(forms[-1].node if forms else node)
    if answers:
        forms += finished(forms[-1].node if forms else node)
    return tuple((form.rule, form.node) for form in forms)


def spare_name(taken: Set[str]) -> str:
    """A letter for an inner function that is not in use."""
    letters: tuple[str, ...] = ("u", "v", "w", "s", "t", *ascii_lowercase)
    return next(letter for letter in letters if letter not in taken)


def folded(step: Step, known: tuple[str, ...]) -> bool:
    """Whether a step may go without saying to readers who know some rules.

    A line that brings a sign, a substitution or a sum over paths is never left out.
    """
    if step.phase != "calculus" or step.detail != "lecture":
        return False
    rule = step.because.key.removeprefix(RULE)
    return bool(rule in known and rule not in NEVER_FOLDED) and not _brings_sign(step)


def _brings_sign(step: Step) -> bool:
    goal = step.because.facts["of"]
    return any(_signs(node) > _signs(goal) for _, node in step.lines[-1:])


def _signs(node: Node) -> int:
    return sum(isinstance(part, Negate) for part in walk(node))
