"""The rows of a line begin as a hand begins to write them, and a row is named by what happened in it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

import symdl
from symdl.document.blocks import Document, Heading, StepBlock


def composed(problem: Any, **request: Any) -> Document:
    derivation = symdl.derive(problem)
    return symdl.compose(derivation, symdl.verify(derivation), **request)


def text(problem: Any) -> str:
    return str(symdl.render(composed(problem), "txt"))


def rows(document: Document, left: str) -> list[tuple[str, str]]:
    """The right sides of the line of a quantity, with the remark behind each."""
    for block in document.blocks:
        if isinstance(block, StepBlock) and str(block.formula.rows[0].left.plain).endswith(left):  # type: ignore[union-attr]
            return [(row.right.plain, "".join(map(str, row.note))) for row in block.formula.rows]
    raise AssertionError(left)


def test_equal_halves_of_a_squared_norm_are_one_term() -> None:
    problem = symdl.problem(
        given={"X": [[1, 2], [3, 4], [5, 6]], "w": ["1/2", -1], "y": [1, 0, 2]},
        let={"r": "X w - y", "J": "|r|^2 / 6"},
        asks=[{"gradient": "J", "by": ["w"]}],
    )
    found = rows(composed(problem), "∂J/∂r")
    assert not any("+" in right for right, _ in found)
    assert any(right.startswith("1/3 r") for right, _ in found)


@pytest.mark.parametrize("detail", ["lecture", "tutorial"])
def test_a_factor_one_is_not_multiplied_and_not_called_a_constant(detail: str) -> None:
    problem = symdl.problem(
        given={"a": 1, "b": 2, "d": 3},
        let={"f": "a^2 d + b^2 a"},
        asks=[{"hessian": "f", "by": ["a", "b", "d"]}],
    )
    document = composed(problem, detail=detail)
    ((right, note),) = rows(document, "∂²f/∂a∂d")[:1]
    assert right.startswith("2a") and not note


def test_a_row_that_differs_in_a_dot_is_no_row() -> None:
    problem = symdl.problem(
        given={"x": [1, 3, -2], "g": [1, 1, 1], "b": [0, 1, 0], "y": [1, 0, 0]},
        let={"h": "2 x", "n": "layer_norm(h, g, b)", "L": "half_sse(n, y)"},
        asks=[{"gradient": "L", "by": ["x"]}],
    )
    for block in composed(problem).blocks:
        if isinstance(block, StepBlock):
            said = [row.right.plain.replace("·", " ").replace(" ", "") for row in block.formula.rows]
            assert all(before != after for before, after in pairwise(said)), said


def test_a_hessian_alone_comes_with_its_gradient_and_the_function_as_it_was_written() -> None:
    problem = symdl.problem(
        given={"a": 1, "b": 2, "c": -1},
        let={"f": "a b c + a^2 c + exp(c) b"},
        asks=[{"hessian": "f", "by": ["a", "b", "c"]}],
    )
    document = composed(problem)
    assert "a b c" in rows(document, "f")[0][0]
    for name in ("a", "b", "c"):
        assert rows(document, f"∂f/∂{name}")
    headings = [block.anchor for block in document.blocks if isinstance(block, Heading)]
    assert headings.index("backward") < headings.index("hessian")
    shown = [block for block in document.blocks if isinstance(block, StepBlock)]
    assert sum("rule" not in block.id and block.id.startswith("hessian.") for block in shown) == 6 + 1 + 1


def test_what_two_questions_share_is_derived_once() -> None:
    problem = symdl.problem(
        symbols={"x": []},
        let={"f": "x^2 sin(3x)"},
        asks=[{"derivative": "f", "by": ["x"]}, {"derivative": "f", "by": ["x"], "order": 2}],
    )
    derivation = symdl.derive(problem)
    lines = [(step.left, step.lines) for step in derivation.steps if step.phase == "calculus"]
    assert len(set(lines)) == len(lines)
    ids = {step.id for step in derivation.steps}
    assert all(use in ids for step in derivation.steps for use in step.uses)
    assert all(check.outcome == "holds" for check in symdl.verify(derivation))


def test_the_rule_of_a_factor_inside_a_line_is_explained_once() -> None:
    layers = range(1, 6)
    problem = symdl.problem(
        given={**{f"W{k}": [["1/2", k], [0, "1/3"]] for k in layers}, "x": [1, -1], "y": [0, 1]},
        let={**{f"a{k}": f"tanh(W{k} {'x' if k == 1 else f'a{k - 1}'})" for k in layers},
             "L": "half_sse(a5, y)"},
        asks=[{"gradient": "L", "by": ["W1"]}],
    )  # fmt: skip
    steps = [block for block in composed(problem).blocks if isinstance(block, StepBlock)]
    said = ["".join(s if isinstance(s, str) else s.plain for s in block.sentence) for block in steps]
    assert sum("stands on the right of a product" in sentence for sentence in said) == 1


def test_the_sizes_of_a_pooled_image_are_numbers() -> None:
    problem = symdl.problem(
        given={"X": [[1, 2, 0], [0, 1, 3], [2, 1, 0]]},
        let={"P": "max_pooling(X, width=2, stride=1)", "L": "sum(P * P)"},
        asks=[{"gradient": "L", "by": ["X"]}],
    )
    said = text(problem)
    assert "reshape(" in said and "floor" not in said and "⌊" not in said


def updated(**settings: Any) -> str:
    problem = symdl.problem(
        given={"w": [1, -2]},
        let={"f": "w[1]^2 + 3 w[2]^2"},
        asks=[{"update": "adam", "of": "f", "by": ["w"], "steps": 2, **settings}],
    )
    return " ".join(text(problem).partition("\nUpdate")[2].partition("1 ")[0].split())


def test_a_run_states_its_settings_defaults_too_in_the_order_of_the_rule() -> None:
    assert updated(learning_rate=0.3).startswith("η = 0.3 β₁ = 0.9 β₂ = 0.999 ε = 10⁻⁸")


def test_two_signs_of_a_derivative_are_told_apart_where_both_stand_on_a_sheet() -> None:
    both = symdl.problem(
        given={"x": "4/5"},
        let={"p": "exp(x)", "q": "p x", "g": "log(q)"},
        asks=[{"gradient": "g", "by": ["x"]}],
    )
    chain = symdl.problem(
        given={"x": "4/5"},
        let={"p": "exp(x)", "q": "p^2", "g": "log(q)"},
        asks=[{"gradient": "g", "by": ["x"]}],
    )
    texts = [" ".join(text(problem).split()) for problem in (both, chain)]
    assert [("∂⁺" in text, "differentiates a single line" in text) for text in texts] == [
        (True, True),
        (False, False),
    ]


def test_the_numbers_of_a_large_result_are_printed_once() -> None:
    problem = symdl.problem(
        given={"A": [[1, 0, 2], [0, 1, 1], [2, 1, 0]], "F": [[1, -1], [0, 2]], "t": [[1, 0], [0, 1]]},
        let={"N": "conv2d(A, F)", "E": "half_sse(N, t)"},
        asks=[{"gradient": "E", "by": ["F", "A"]}],
    )
    lecture, answer = (
        symdl.render(composed(problem, detail=level), "txt") for level in ("lecture", "answer")
    )
    results = str(lecture).partition("Results")[2]
    of_input, of_kernel = "∂E/∂A = ", "∂E/∂F = "
    assert of_input in results and of_kernel in results and results.count("[[") == 1  # that of the kernel
    assert "larger result stand in line" in results and "stand in line" not in str(answer)
    assert str(answer).count("[[") >= 2
