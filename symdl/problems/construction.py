"""This module builds problems: from the tables of a file to a graph, given values and questions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symdl.core.conventions import Conventions
from symdl.core.indexing import evaluate as evaluate_constant
from symdl.errors import FormulaError, ProblemError
from symdl.formula.notation import Notation
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Number
from symdl.models.distributions import TARGET
from symdl.models.identities import VARIABLE
from symdl.problems import elementary, network, recurring
from symdl.problems.assumptions import implied
from symdl.problems.declaring import Declarations
from symdl.problems.lines import Lines
from symdl.problems.names import declared, defined
from symdl.problems.placing import with_place
from symdl.problems.problem import Problem
from symdl.problems.reading.drawn import refuse_undrawable
from symdl.problems.reading.schema import RawProblem
from symdl.problems.singular import with_cofactors
from symdl.registry import plugins


def build(raw: RawProblem) -> Problem:
    """The problem of some validated tables; every fault names its line."""
    try:
        return _built(raw)
    except (FormulaError, ProblemError):
        if not plugins():  # they may know the function that was not
            raise
    return _built(raw)


def _built(raw: RawProblem) -> Problem:
    if raw.notation.profile is not None:
        with_place(lambda: Notation(profile=str(raw.notation.profile)), raw, "notation", "profile")
    known = Declarations(raw)
    typed = _typed(known)
    lines = Lines(known)
    for group in recurring.together(typed):
        if len(group) > 1:  # each may need any of the others, the first too
            known.families.update(name for left in group for name in defined(left))
        paths = [("let", left) if left in raw.let else ("network",) for left in group]
        read = [
            with_place(lambda a=left: lines.read(a, typed[a]), raw, *path)
            for left, path in zip(group, paths, strict=True)
        ]
        with_place(lambda found=read: lines.add(found), raw, *paths[0])
    return _finished(known, lines)


def _typed(known: Declarations) -> Mapping[str, str]:
    """The lines to be read, those of `[network]` first."""
    raw = known.raw
    if raw.network is None:
        return raw.let
    return {**with_place(lambda: _network(known, raw.network), raw, "network", "layers"), **raw.let}


def _network(known: Declarations, table: Any) -> dict[str, str]:
    """The lines of `[network]`; parameters that are not declared become inputs."""
    shapes = {str(var.name): var.shape for var in known.tape.inputs}
    lines, missing = network.expanded(table, shapes, known.raw.place)
    for name, shape in missing.items():
        known.input(name, shape, learned=True)
    return lines


def _finished(known: Declarations, lines: Lines) -> Problem:
    raw, tape = known.raw, known.tape
    bare = {"likelihood": TARGET, "show": VARIABLE}  # asks about the library alone, and what it is of
    for kind in {ask.kind for ask in raw.asks} & bare.keys() if not tape.inputs else ():
        known.input(bare[kind], (), learned=False)
    if not tape.equations and not tape.inputs:
        raise ProblemError("problem.empty", place=raw.place("let"))
    output = tape.equations[-1].out if tape.equations else tape.inputs[-1]
    graph = with_cofactors(tape.graph(output), known.given)
    refuse_undrawable(raw, graph)
    parts = elementary.decomposed(graph, lines.written) if elementary.wanted(raw.asks) else None
    return Problem(
        title=_title(raw), graph=graph if parts is None else parts, given=known.given, dims=known.dims,
        asks=raw.asks, conventions=_conventions(raw), raw=raw,
        facts={declared(k): implied(v) for k, v in raw.assume.items()},
        whole=None if parts is None else graph, lines=lines.written,
        functions=lines.functions, origins=lines.origins,
    )  # fmt: skip


def _title(raw: RawProblem) -> Any:
    return raw.title if raw.title is not None else ""


def _conventions(raw: RawProblem) -> Conventions:
    kink = raw.conventions.kink
    if isinstance(kink, Number):
        kink = kink.value
    elif kink not in ("default", "undefined"):
        kink = Fraction(evaluate_constant(read_formula(str(kink), Scope(frozenset()))) or 0)
    return Conventions(
        raw.conventions.jacobian,
        kink,
        raw.conventions.ties,
        raw.rounding.digits,
        raw.rounding.policy,
        raw.conventions.vec,
    )
