"""Levels of detail differ, fold only what may be folded, and keep every line checked."""

from __future__ import annotations

import re

import pytest

import symdl
from symdl.document.blocks import Note, Paragraph, StepBlock
from symdl.document.lines.folding import FOLDABLE
from symdl.resources import folder

LEVELS = ("answer", "outline", "lecture", "tutorial", "audit")


def problem(name):
    return symdl.load(folder("worked_examples") / name / "problem.toml")


@pytest.fixture(scope="module")
def network():
    return symdl.derive(problem("mlp_relu_sigmoid"))


@pytest.fixture(scope="module")
def graph():
    return symdl.derive(problem("quadratic_graph"))


def steps(document):
    return [block for block in document.blocks if isinstance(block, StepBlock)]


def text(document):
    return symdl.render(document, "txt")


def test_every_level_says_more_than_the_one_before(network):
    sheets = [text(network.compose(detail=level)) for level in LEVELS]
    assert len(set(sheets)) == len(LEVELS)
    assert sorted(map(len, sheets)) == list(map(len, sheets))


def test_an_outline_has_one_formula_and_its_result_on_each_line(network):
    found = steps(network.compose(detail="outline"))
    assert found and all(not step.sentence and len(step.formula.rows) <= 2 for step in found)
    assert {step.strength for step in found} <= {"definition", "proved", "checked", "convention"}


def test_a_rule_is_explained_once_then_cited_and_always_in_a_tutorial(network):
    lecture, tutorial = steps(network.compose()), steps(network.compose(detail="tutorial"))
    cited = [step for step in lecture if str(step.sentence[0]).startswith("As in line")]
    numbers = {step.number for step in lecture}
    assert len(cited) >= 4
    for step in cited:
        number, *others = map(str, re.findall(r"\d+", str(step.sentence[0])))
        assert {number, *others} <= numbers and max(map(int, (number, *others))) < int(step.number)
        (first,) = [other for other in lecture if other.number == number]
        kinds = ("W", "z", "h", "b", "New", "Gradient", "Chain", "Activation", "Affine", "Another", "Shared")
        assert any(str(first.title[0]).startswith(kind) for kind in kinds)
    assert not any(str(step.sentence[0]).startswith("As in line") for step in tutorial)


def test_why_the_transpose_is_told_from_the_entries_once_for_each_side(network):
    notes = [b for b in network.compose().blocks if isinstance(b, Note) and b.title == ("Why the transpose",)]
    lines = [span.plain for note in notes for span in note.spans if not isinstance(span, str)]
    assert len(notes) == 2
    assert "∑" not in lines[0] and "∑" in lines[1]


def test_upstream_and_local_gradient_are_named_where_a_rule_is_first_used(network):
    tex = str(symdl.render(network.compose(), "tex"))
    assert tex.count(r"_{\text{upstream}}") == 1 and tex.count(r"_{\text{local}}") == 1
    assert tex.count(r"\textcolor{symdllocal}{\sigma'") == 1
    assert str(symdl.render(network.compose(detail="tutorial"), "tex")).count(r"_{\text{upstream}}") == 2


def test_known_rules_fold_into_one_checked_sentence(graph):
    plain, known = graph.compose(), graph.compose(known=("seed", "through_sum"))
    assert len(steps(plain)) - len(steps(known)) == 3
    (said,) = [b for b in known.blocks if isinstance(b, Paragraph) and str(b.spans[0]).startswith("By rules")]
    assert [span.plain for span in said.spans if not isinstance(span, str)] == [
        "∂f/∂f = 1",
        "∂f/∂c = 1",
        "∂f/∂a = 1",
    ]
    folded = {"backward.f.f", "backward.f.c", "backward.f.a"}
    assert all(check.outcome == "holds" for check in graph.checks if check.step in folded)
    assert folded <= {check.step for check in graph.checks}


def test_sums_over_paths_and_transposes_are_never_folded(network, graph):
    folded = {f"rule.{rule}" for rule in FOLDABLE}
    for solved in (network, graph):
        shown = {step.id for step in steps(solved.compose(known=FOLDABLE))}
        kept = [s for s in solved.steps if s.phase == "backward" and s.because.key not in folded]
        assert kept and {step.id for step in kept} <= shown


def test_a_sign_is_never_folded():
    let = {"a": "x^2", "b": "-a", "L": "b^2"}
    solved = symdl.derive(symdl.problem(given={"x": 2}, let=let, asks=[{"gradient": "L", "by": ["x"]}]))
    assert "backward.L.a" in {step.id for step in steps(solved.compose(known=FOLDABLE))}


def test_a_line_of_another_loss_is_not_named():
    let = {"a": "x^2", "L1": "3a", "L2": "a^3"}
    asks = [{"gradient": "L1", "by": ["x"]}, {"gradient": "L2", "by": ["x"]}]
    solved = symdl.derive(symdl.problem(given={"x": 2}, let=let, asks=asks))
    through = {
        s.id: [n.text for n in s.because.facts["through"]]
        for s in solved.steps
        if "through" in s.because.facts
    }
    assert through["backward.L1.a"] == ["L1"] and through["backward.L2.a"] == ["L2"]


def test_an_audit_prints_matrices_in_full() -> None:
    rows = [[f"0.{10 + 12 * i + j}" for j in range(12)] for i in range(7)]
    problem = symdl.problem(
        given={"A": rows, "x": [1] * 12}, let={"f": "sum(A x)"}, asks=[{"gradient": "f", "by": ["x"]}]
    )
    derivation = symdl.derive(problem)
    lecture, audit = (
        str(symdl.render(symdl.compose(derivation, (), detail=detail), "txt")).split("Forward pass")[0]
        for detail in ("lecture", "audit")
    )
    assert "0.15" not in lecture and all(number in audit for row in rows for number in row)
