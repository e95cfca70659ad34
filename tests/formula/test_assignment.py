"""Named lines of `[let]`: what may stand on the left, and what the right side knows."""

from __future__ import annotations

import pytest

from symdl.errors import FormulaError
from symdl.formula.assignment import read_assignment
from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Name, number

SCOPE = Scope(frozenset({"x", "w", "W", "b", "h0", "T", "U"}), frozenset({"tanh", "sigmoid", "lstm_cell"}))


@pytest.mark.parametrize(
    ("left", "right", "targets", "plain"),
    [
        ("z1", "W x + b", ("z1",), "W x + b"),
        ("δ₁", "w", ("delta1",), "w"),
        ("ŷ", "x", ("y_hat",), "x"),
        ("α", "w", ("alpha",), "w"),
        ("h, c", "lstm_cell(x, h0, b)", ("h", "c"), "lstm_cell(x, h0, b)"),
        ("wxy", "wx", ("wxy",), "w x"),
        ("e", "w", ("e",), "w"),
    ],
)
def test_plain_targets(left: str, right: str, targets: tuple[str, ...], plain: str) -> None:
    found = read_assignment(left, right, SCOPE)
    assert (found.targets, to_plain(found.value)) == (targets, plain)
    assert (found.parameters, found.index, found.start, found.stop) == (None, None, None, None)


def test_function_definition_knows_its_parameters() -> None:
    found = read_assignment("D(u, v_1)", "sigmoid(w u + v_1)", SCOPE)
    assert (found.targets, found.parameters) == (("D",), ("u", "v_1"))
    assert found.value == read_formula("sigmoid(w u + v_1)", SCOPE.with_names("u", "v_1"))


def test_repetition_knows_its_index_and_itself() -> None:
    found = read_assignment("h[t=1..T]", "tanh(W x[t] + U h[t-1] + b)", SCOPE)
    assert (found.targets, found.index, found.start, found.stop) == (("h",), "t", number(1), Name("T"))
    assert to_plain(found.value) == "tanh(W x[t] + U h[t - 1] + b)"


def test_repetition_with_two_states() -> None:
    found = read_assignment("h[t=1..T], c[t=1..T]", "lstm_cell(x[t], h[t-1], c[t-1])", SCOPE)
    assert (found.targets, found.index) == (("h", "c"), "t")


@pytest.mark.parametrize(
    ("left", "right", "key"),
    [
        ("", "x", "expected_name"),
        ("3", "x", "expected_name"),
        ("z +", "x", "unexpected"),
        ("z q", "x", "unexpected"),
        ("z,", "x", "expected_name"),
        ("h[1.5]", "x", "expected_name"),
        ("h[t]", "x", "unexpected"),
        ("h[t=1]", "x", "unexpected"),
        ("h[t=1..T", "x", "unclosed"),
        ("D()", "x", "expected_name"),
        ("D(u, u)", "x", "duplicate_parameter"),
        ("h, h", "x", "duplicate_target"),
        ("h[t=1..T], c[t=1..2]", "x", "mixed_targets"),
        ("D(u), c", "x", "mixed_targets"),
        ("z", "q", "unknown_name"),
        ("z", "z + x", "unknown_name"),
        ("z", "", "empty"),
    ],
)
def test_refused(left: str, right: str, key: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_assignment(left, right, SCOPE)
    assert caught.value.key == f"formula.{key}"
    assert "error." not in caught.value.message()
