"""This module differentiates through named lines: `dy/dx = dy/dz · dz/dx`, then z is put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symdl.autodiff.gathering import expanded
from symdl.core.graph import Equation
from symdl.derivation.calculus.differentiating import MAX_SIZE, RULE, Differentiation, Kind, Known, tidied
from symdl.derivation.calculus.rows import Rows, distinct
from symdl.derivation.step import Step
from symdl.errors import ProblemError
from symdl.formula.tree import ONE, Name, Node, Partial, names, plus, size, substitute, times
from symdl.formula.walking import walk
from symdl.text import Text


@dataclass
class Substitution:
    """Lines of scalars, differentiated by one of their names; each line once."""

    lines: Mapping[str, Node]
    claims: Mapping[str, Equation]
    by: str
    kind: Kind
    steps: list[Step] = field(default_factory=list)
    known: dict[str, tuple[str, Node]] = field(default_factory=dict)
    parts: dict[tuple[str, Kind], Known] = field(default_factory=dict)  # what is differentiated, by each name

    def of(self, name: str, id: str) -> Node:
        """The derivative of a line, as a formula in the variable; its last step has the id."""
        if name not in self.known:
            through = self.through(name)
            direct = not through or through == (self.by,)
            result = self._directly(name, id) if direct else self._chained(name, through, id)
            self.known[name] = (id, result)
        return self.known[name][1]

    def through(self, name: str) -> tuple[str, ...]:
        """The names in a line by which it depends on the variable, in the order in which they stand."""
        found = dict.fromkeys(in_order(self.lines[name]))
        return tuple(n for n in found if n == self.by or (n in self.lines and self.through(n)))

    def whole(self, node: Node) -> Node:
        """A formula with every line put in that depends on the variable."""
        inner = {n: self.whole(self.lines[n]) for n in names(node) if self._put_in(n)}
        result = substitute(node, inner)
        if size(result) > MAX_SIZE:
            raise ProblemError("problem.derivative_too_long", by=self.by, limit=MAX_SIZE)
        return result

    def _put_in(self, name: str) -> bool:
        return name != self.by and name in self.lines and bool(self.through(name))

    def _taken(self) -> frozenset[str]:
        return frozenset(self.lines).union(*map(names, self.lines.values()))

    def _directly(self, name: str, id: str) -> Node:
        return self._rules(name, self.by, id, self.kind)

    def _rules(self, name: str, by: str, id: str, kind: Kind) -> Node:
        """One line by one name in it, the others held fixed: rule by rule."""
        parts = self.parts.setdefault((by, kind), {})
        work = Differentiation(Name(by), self.claims[name], id, kind, self._taken(), known=parts)
        result = work.finish(self.lines[name], Partial(Name(name), (Name(by),), kind))
        self.steps.extend(work.steps)
        return result

    def _chained(self, name: str, through: Sequence[str], id: str) -> Node:
        kind: Kind = self.kind if len(through) == 1 else "local"
        slopes = [self._rules(name, n, f"{id}.{name}.{n}", kind) for n in through]
        inner = [ONE if n == self.by else self.of(n, f"{id}.{n}.{self.by}") for n in through]
        symbols = [self._link(name, n, kind) for n in through]
        placed = plus(*(times(s, d, style="juxtaposed") for s, d in zip(slopes, inner, strict=True)))
        put_back = plus(
            *(times(self.whole(s), d, style="juxtaposed") for s, d in zip(slopes, inner, strict=True))
        )
        rows: Rows = (("rule", plus(*symbols)), ("placed", placed), ("put_back", put_back))
        rows = (*rows, *tidied(put_back))
        rows = distinct((*rows, ("expand", expanded(rows[-1][1]))))
        uses = [f"{id}.{name}.{n}" for n in through] + [self.known[n][0] for n in through if n != self.by]
        key = "substitution" if len(through) == 1 else "paths"
        facts = {
            "of": Name(name), "by": Name(self.by), "through": tuple(map(Name, through)),
            "count": len(through),
        }  # fmt: skip
        left = Partial(Name(name), (Name(self.by),), self.kind)
        self.steps.append(
            Step(
                id, "calculus", self.claims[name], Text(RULE + key, facts), tuple(uses), "outline", left=left,
                lines=rows,
            )
        )  # fmt: skip
        return rows[-1][1]

    def _link(self, name: str, through: str, kind: Kind) -> Node:
        slope = Partial(Name(name), (Name(through),), kind)
        if through == self.by:
            return slope
        return times(slope, Partial(Name(through), (Name(self.by),), self.kind), style="juxtaposed")


def in_order(node: Node) -> tuple[str, ...]:
    """The names of a formula in the order in which they stand."""
    return tuple(part.text for part in walk(node) if isinstance(part, Name))
