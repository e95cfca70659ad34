"""What later lines cite says what they say: a line that tells of another function is told itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

import symdl
from symdl.document.blocks import Document, Heading, Spans, StepBlock
from symdl.document.lines.values import value_node
from symdl.formula.plain import to_plain

GIVEN: dict[str, Any] = {
    "x": [1, -2], "W": [[1, 2], [3, -4]], "t": [1, 0], "X": [[0, 0], [0, 1], [1, 0], [1, 1]],
}  # fmt: skip


def said(spans: Spans) -> str:
    return "".join(span if isinstance(span, str) else span.plain for span in spans)


def sheet(let: dict[str, str], asks: list[dict[str, Any]], language: str = "en") -> Document:
    used = " ".join([*let.values(), *map(str, asks)])
    given = {name: value for name, value in GIVEN.items() if name in used}
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=asks))
    return symdl.compose(solved, symdl.verify(solved), language=language)


def sentences(document: Document) -> dict[str, str]:
    return {block.id: said(block.sentence) for block in document.blocks if isinstance(block, StepBlock)}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_two_losses_are_not_the_same_loss(language: str) -> None:
    let = {"p": "W x", "J": "half_sse(p, t)", "q": "sigmoid(p)", "L": "bce(q, t)", "M": "half_sse(q, t)"}
    found = sentences(sheet(let, [{"value": name} for name in "JLM"], language))
    assert "forward.L" in found and len({found[f"forward.{name}"] for name in "JLM"}) == 3
    assert "1" not in found["forward.L"] and "۱" not in found["forward.L"]
    assert any(digit in found["forward.M"] for digit in "2۲")


def test_an_activation_cites_its_own_line() -> None:
    let = {"z": "W x", "a": "relu(z)", "b": "sigmoid(z)", "c": "relu(b)", "d": "sigmoid(a)"}
    found = sentences(sheet(let, [{"value": name} for name in "abcd"]))
    assert "ReLU" in found["forward.a"] and "sigmoid" in found["forward.b"]
    assert (found["forward.c"], found["forward.d"]) == ("As in line 2.", "As in line 3.")


def test_no_heading_comes_twice() -> None:
    problem = symdl.problem(
        symbols={"Phi": ["N", "n"], "w": ["n"], "t": ["N"]},
        assume={"t": "unit"},
        let={"z": "Phi w", "p": "sigmoid(z)", "L": "-sum(t*log(p) + (1-t)*log(1-p))"},
        asks=[{"gradient": "L", "by": ["w"]}, {"likelihood": "bernoulli"}],
    )
    solved = symdl.derive(problem)
    blocks = symdl.compose(solved, symdl.verify(solved)).blocks
    headings = [said(block.spans) for block in blocks if isinstance(block, Heading)]
    assert len(headings) == len(set(headings))


def test_nearest_rows_are_those_of_something() -> None:
    asks = [
        {"nearest": "x", "by": ["X"], "measure": "euclidean"},
        {"nearest": "X", "by": ["X"], "measure": "euclidean"},
    ]
    document = sheet({"s": "sum(x) + sum(X)"}, asks)
    headings = [said(block.spans) for block in document.blocks if isinstance(block, Heading)]
    assert "Rows nearest to x" in headings and "Nearest rows" in headings


def test_a_line_that_separates_says_which_classes() -> None:
    problem = symdl.problem(
        given={"X": GIVEN["X"], "AND": [0, 0, 0, 1], "XOR": [0, 1, 1, 0]},
        let={"s": "sum(X)"},
        asks=[{"separate": "AND", "by": ["X"]}, {"separate": "XOR", "by": ["X"]}],
    )
    solved = symdl.derive(problem)
    found = sentences(symdl.compose(solved, symdl.verify(solved)))
    lines = [text for id, text in found.items() if "line" in id or "condition" in id]
    assert lines and all("AND" in text or "XOR" in text or "As in line" in text for text in lines)


def test_the_state_of_a_rule_says_whose_it_is() -> None:
    """A line on the state of one parameter does not cite a line on that of another."""
    problem = symdl.problem(
        given={"p": 1.5, "q": -2},
        let={"f": "2 p^2 + p q + q^2"},
        asks=[{"update": "adam", "of": "f", "by": ["p", "q"], "steps": 2, "learning_rate": 0.1}],
    )
    solved = symdl.derive(problem)
    blocks = symdl.compose(solved, symdl.verify(solved)).blocks
    states = [
        said(block.sentence)
        for block in blocks
        if isinstance(block, StepBlock) and said(block.title).startswith("State of")
    ]
    assert [text for text in states if text] == [f"Step {t} for {name}." for t in (1, 2) for name in "pq"]
    assert len(states) == 16 and not any(states[1:4])


def test_what_cancellation_leaves_of_zero_is_no_number() -> None:
    """The gradients of the keys sum to zero: 3e-16 beside 0.04 is a rounding error."""
    node = value_node([[0.04411, 0.04411], [-2.984e-16, 4.857e-17]], 4)
    assert node is not None and to_plain(node) == "[[0.04411, 0.04411], [0, 0]]"


def test_bounds_of_a_product_are_numbers() -> None:
    """The allocation of a memory multiplies over the places before one: up to 0, 1, 2, not up to 1-1."""
    solved = symdl.derive(
        symdl.problem(given={"u": [0.6, 0.2, 0.4]}, let={"a": "dnc_allocation(u)"}, asks=[{"value": "a"}])
    )
    page = str(symdl.render(symdl.compose(solved, symdl.verify(solved)), "tex"))
    assert re.findall(r"\\prod_\{i=1\}\^\{(.*?)\}", page) == ["0", "1", "2"]
