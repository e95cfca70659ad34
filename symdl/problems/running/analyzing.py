"""This module adds its analysis to a run: the Hessian, its eigenvalues, and what they say of the rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symdl.core.naming import leaf
from symdl.derivation.running.layout import Layout, layout
from symdl.derivation.running.regimes import ROOTS, Analysis, Claim
from symdl.derivation.running.tracing import Worked
from symdl.derivation.running.update import Run
from symdl.derivation.step import Step
from symdl.errors import ProblemError
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, names, number, substitute
from symdl.models.optimizers import RATE
from symdl.ops.declaring import read
from symdl.problems.names import declared
from symdl.problems.running.adam_lines import adam_lines
from symdl.problems.running.slopes import slopes_of
from symdl.problems.running.surfaces import curvature_of
from symdl.text import Text

if TYPE_CHECKING:
    from symdl.problems.solver import Solver

MOST = 40  # variables
RECURSION = Compare("=", Name("e_t2"), read("a e_t1 - b e_t0", "a", "b", "e_t1", "e_t0"))
EQUATION = Compare("=", read("z^2 - a z + b", "a", "b", "z"), ZERO)
REPEATED = (  # lines that do not depend on the learning rate: one analysis on a sheet brings them
    "limit", "limit_momentum", "condition", "eta_best", "rho_best", "eta_best_single", "eta_best_momentum",
    "mu_best", "rho_best_momentum",
)  # fmt: skip
MATRIX = Name("H")
GRADUALLY, AT_ONCE = (read(text, "e", "H", "I", "eta") for text in ("e - eta H e", "(I - eta H) e"))


def analysis_steps(solver: Solver, ask: Any, run: Run, by: tuple[str, ...], id: str) -> Iterator[Step]:
    """The lines of the analysis of a run of gradient descent, momentum or Nesterov's rule."""
    writer = Writer(solver, ask.of, run.plan.rule.key, id)
    if run.plan.rule.key == "adam" and RATE in run.plan.settings and run.plan.lines == run.plan.rule.lines:
        yield from adam_lines(writer, run, ask.of)
        return
    places = _analyzed(run)
    matrix = curvature_of(solver, ask.of, by, places.unpack, scalar=False)
    first, last = (places.pack(run.records[k].parameters) for k in (0, -1))
    curved = matrix(last)
    constant = np.allclose(matrix(first), curved, rtol=1e-9, atol=1e-12)
    eigenvalues = np.linalg.eigvalsh(curved)
    slopes = slopes_of(solver, solver.backward(declared(ask.of), by), by)

    def parent(x: Any) -> Any:
        return places.pack(slopes(places.unpack(np.atleast_1d(x)))[1])

    single, descends = places.size == 1, run.plan.rule.key == "gd"
    bend = float(curved[0, 0]) if single else curved
    yield from writer.once("hessian" if constant else "hessian_local", MATRIX, bend, parent=parent, at=last)
    if not (single and descends):
        yield from writer.once("eigenvalues", Apply("eig", (MATRIX,)), eigenvalues, matrix=curved)
    if constant and descends and abs(eigenvalues).min() > 0 and len(run.records) > 1:
        yield writer.step("error", Name("e_t1"), **_error(places, run, curved))
    rate, momentum = (float(run.plan.settings.get(name, 0)) for name in (RATE, "momentum"))
    for found in Analysis(run.plan.rule.key, eigenvalues, rate, momentum).claims():
        yield from writer.claim(found)


def _analyzed(run: Run) -> Layout:
    """The entries of the parameters of a run that has an analysis; any other is refused."""
    rule, lines = run.plan.rule, run.plan.lines
    if rule.key not in ("gd", *ROOTS) or RATE not in run.plan.settings or lines != rule.lines:
        raise ProblemError("problem.no_analysis", name="analysis", rule=rule.key)
    places = layout(run.records[0].parameters)
    if places.size > MOST:
        raise ProblemError("problem.too_many_variables", count=places.size, limit=MOST)
    return places


@dataclass(frozen=True)
class Writer:
    """Writes the lines of one analysis."""

    solver: Solver
    of: str
    rule: str
    id: str

    def step(self, key: str, left: Node, value: Any, lines: Any = (), **facts: Any) -> Step:
        """One line, with what its sentence needs."""
        common = {
            "of": leaf(declared(self.of)),
            "rule": self.rule,
            "worked": Worked(None, {}, {}),
            "recursion": RECURSION,
            "run": self.id,
            "equation": EQUATION,
        }
        because = Text(f"rule.regime_{key}", {**common, **facts})
        graph = self.solver.graph
        claim = graph.definition[self.solver.named(self.of)]
        return Step(
            f"{self.id}.{key}", "update", claim, because, (), "lecture", value, None, left, lines, graph
        )

    def once(self, key: str, left: Node, value: Any, lines: Any = (), **facts: Any) -> Iterator[Step]:
        """A line that no analysis before this one has brought."""
        line = self.step(key, left, value, lines, **facts)
        if not any(_same(line, earlier) for earlier in self.solver.steps):
            yield line

    def claim(self, found: Claim) -> Iterator[Step]:
        """What the analysis states, each time or once for all learning rates."""
        lines = () if found.formula is None else (("rule", found.formula),)
        facts = {"worked": _worked(found), "operands": found.operands}
        if found.kind in REPEATED:
            yield from self.once(found.kind, Name(found.target), found.value, lines, **facts)
        else:
            yield self.step(found.kind, Name(found.target), found.value, lines, **facts)


def _same(line: Step, other: Step) -> bool:
    return (
        line.because.key == other.because.key
        and line.because.facts["of"] == other.because.facts["of"]
        and np.shape(line.value) == np.shape(other.value)
        and bool(np.all(line.value == other.value))
    )


def _error(places: Layout, run: Run, curved: Any) -> dict[str, Any]:
    """The first step as a map of the distance to the stationary point: e_t1 = (I - η H) e_t0."""
    start = places.pack(run.records[0].parameters)
    solution = start - np.linalg.solve(curved, places.pack(run.records[0].gradient))
    before, after = (places.pack(run.records[t].parameters) - solution for t in (0, 1))
    scalar = places.size == 1
    known = {
        "e": float(before[0]) if scalar else before, "H": float(curved[0, 0]) if scalar else curved,
        "I": 1.0 if scalar else np.eye(places.size), "eta": float(run.plan.settings[RATE]),
    }  # fmt: skip
    timed: dict[str, Node] = {"e": Name("e_t0")}
    if scalar:
        timed["I"] = number(1)
    printed: dict[Node, Any] = {
        timed.get(name, Name(name)): value for name, value in known.items() if name != "I"
    }
    lines = tuple(("rule", substitute(formula, timed)) for formula in (GRADUALLY, AT_ONCE))
    return {
        "value": float(after[0]) if scalar else after, "lines": lines,
        "worked": Worked(AT_ONCE, known, printed if scalar else {}),
    }  # fmt: skip


def _worked(claim: Claim) -> Worked:
    if claim.formula is None:
        return Worked(None, {}, {})
    reads = {name: claim.operands[name] for name in names(claim.formula) if name in claim.operands}
    return Worked(claim.formula, reads, {Name(name): value for name, value in reads.items()})
