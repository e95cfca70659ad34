"""Lines stand on lines: no line of a backward pass uses a gradient that the sheet has not stated before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import symdl
from symdl.core.graph import Adjoint
from symdl.core.naming import leaf
from symdl.document.lines.stages import View
from symdl.document.request import Request
from symdl.document.sheet import Sheet
from symdl.formula.tree import Node, Partial, children

EXAMPLES = sorted(Path("worked_examples").glob("*/problem.toml"))
UNIT: dict[str, Any] = {
    "given": {"x": [1, -2], "w": ["3/10", "1/10"], "b": "1/5", "t": 1},
    "let": {"z": "dot(w, x) + b", "p": "sigmoid(z)", "L": "bce(p, t)"},
}


def partials(node: Node) -> Iterator[Node]:
    if isinstance(node, Partial):
        yield node
    else:
        for child in children(node):
            yield from partials(child)


def unstated(problem: Any, view: View) -> list[str]:
    derivation = symdl.derive(problem).derivation
    sheet = Sheet(problem, derivation, (), Request(view=view))
    names = {name for step in derivation.steps if isinstance(name := step.claim.out.name, Adjoint)}
    known = {Partial(leaf(name.of), (leaf(name.by),)) for name in problem_adjoints(derivation)} - {
        Partial(leaf(name.of), (leaf(name.by),)) for name in names
    }
    found = []
    for step in derivation.steps:
        if step.phase == "backward":
            for chain in sheet.writer.chains(step):
                found += [f"{chain.left}: {n}" for _, row in chain.rows for n in partials(row) if n in known]
    return found


def problem_adjoints(derivation: Any) -> list[Adjoint]:
    return [name for name in derivation.graph.by_name if isinstance(name, Adjoint)]


@pytest.mark.parametrize("view", ("matrix", "index", "scalar"))
def test_a_loss_and_its_activation_leave_no_line_between_them(view: View) -> None:
    problem = symdl.problem(**UNIT, asks=[{"gradient": "L", "by": ["w", "b"]}])
    assert unstated(problem, view) == []
    step = next(s for s in symdl.derive(problem).derivation.steps if s.because.key == "rule.fused")
    rows = (
        Sheet(problem, symdl.derive(problem).derivation, (), Request(view=view)).writer.chains(step)[0].rows
    )
    assert [kind for kind, _ in rows][:1] == ["line"] and not list(partials(rows[0][1]))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_worked_examples(path: Path) -> None:
    assert unstated(symdl.load(path), "matrix") == []
