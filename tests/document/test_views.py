"""The same derivation in its three views: every one composes, and none drops a rule on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

import symdl
from symdl.document.blocks import StepBlock
from symdl.rendering.renderer import render

EXAMPLES = Path(__file__).parents[2] / "worked_examples"
VIEWS = ("matrix", "index", "scalar")

ATTENTION = """
[given]
X = [[1, 0, 0.5], [0, 1, -0.5]]
P = [[0.1, 0.2], [0.3, -0.1], [0.2, 0.4]]
R = [[0.3, 0.1], [-0.2, 0.2], [0.1, 0.1]]
[let]
Q = "X P"
K = "X R"
L = "sum(tanh(Q K^T))"
[[ask]]
gradient = "L"
by = ["P", "R"]
"""


def text(problem: symdl.Problem, view: str) -> str:
    derived = symdl.derive(problem)
    document = symdl.compose(derived, symdl.verify(derived), view=view)
    assert any(isinstance(block, StepBlock) for block in document.blocks)
    return str(render(document, "txt"))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["quadratic_graph", "mlp_relu_sigmoid", "mlp_symbolic"])
def test_worked_examples_compose_in_every_view(name: str, view: str) -> None:
    assert "\u2713" in text(symdl.load(EXAMPLES / name / "problem.toml"), view)


@pytest.mark.parametrize("view", VIEWS)
def test_a_matrix_problem_composes_in_every_view(view: str, tmp_path: Path) -> None:
    (tmp_path / "attention.toml").write_text(ATTENTION)
    found = text(symdl.load(tmp_path / "attention.toml"), view)
    if view == "matrix":
        assert "Kᵀ)ᵀ" in found and "(Qᵀ" in found  # no transpose is taken in silence


GATED = """
[given]
o = [0.5, -0.25]
c = [1, 2]
[let]
k = "2 c"
h = "o * tanh(k)"
L = "sum(h^2)"
[[ask]]
gradient = "L"
by = ["c"]
"""


def test_the_chain_through_an_activation_is_for_lines_that_are_one(tmp_path: Path) -> None:
    """In `h = o ⊙ tanh k` more than the derivative of tanh stands between h and k."""
    (tmp_path / "gated.toml").write_text(GATED)
    found = text(symdl.load(tmp_path / "gated.toml"), "matrix")
    assert "tanh′" not in found and "δ" not in found
    (tmp_path / "plain.toml").write_text(GATED.replace("o * tanh", "tanh"))
    found = text(symdl.load(tmp_path / "plain.toml"), "matrix")
    assert "tanh′" in found and "δ" in found


def test_text_leaves_out_the_drawing_of_a_graph_and_its_heading() -> None:
    """What a drawing says stands in the lines; read aloud it would be a page of names."""
    found = text(symdl.load(EXAMPLES / "quadratic_graph" / "problem.toml"), "matrix")
    assert "computation graph, forward" not in found.lower() and "\nThe computation graph\n" not in found
    assert "\nBackward pass\n" in found and "\nSum over paths\n" in found


def test_what_matrices_cannot_write_is_stated_whole_and_by_an_entry() -> None:
    """An entry never equals an array: `Z = conv2d(X, K) + b` and `Zᵢⱼ = ∑ …` are two statements."""
    found = text(symdl.load(EXAMPLES / "cnn_small" / "problem.toml"), "matrix")
    assert "Z = conv2d(X, K) + b" in found and "Zᵢⱼ = ∑" in found
    assert "Zᵢⱼ = conv2d" not in found and "rᵢⱼ" not in found  # windows as rows distinguish too many cases


def test_a_function_of_a_formula_is_written_with_its_arguments() -> None:
    """The operand stands in the call, and the definition does not repeat it with numbers."""
    sheet = text(
        symdl.problem(
            given={"s": [[1, 2], [0, 1]], "y": [[1, 0], [0, 1]], "C": [[1, 0], [0.5, 1]]},
            let={"p[t=1..2]": "softmax(C s[t])", "l[t=1..2]": "cross_entropy(p[t], y[t])",
                 "L": "sum(l[t], t=1..2)"},
            asks=[{"gradient": "L", "by": ["C"]}],
        ),
        "matrix",
    )  # fmt: skip
    assert "softmax()" not in sheet and "softmax(C s₁) = exp(C s₁)" in sheet
    assert "CE(p₁, y₁) = -∑ y₁" in sheet
    assert "p₂ - y₂" in sheet and sheet.count("p₁ = ") == 1  # the rows of y sum to one


def test_an_argument_that_is_a_formula_is_written():
    solved = symdl.derive(
        symdl.problem(
            given={"s": [0.8, 0.6], "L": [[0, 1], [1, 0]]},
            let={"c": "softmax(2 s)", "B": "L * (1 - eye(2))"}, asks=[{"value": "c"}],
        )
    )  # fmt: skip
    page = str(symdl.render(symdl.compose(solved, symdl.verify(solved)), "txt"))
    assert "softmax(2s)" in page and "softmax()" not in page
    assert "L ⊙ (1 - eye(2))" in page  # entry by entry, not a product of matrices


def test_sorting_says_what_it_does_to_derivatives():
    solved = symdl.derive(
        symdl.problem(given={"u": [0.6, 0.2]}, let={"a": "dnc_allocation(u)", "L": "sum(a^2)"},
                      asks=[{"gradient": "L", "by": "u"}])
    )  # fmt: skip
    page = str(symdl.render(symdl.compose(solved, symdl.verify(solved)), "txt"))
    assert "counts as fixed" in page


def test_numbers_stand_in_place_but_not_in_heaps_of_columns() -> None:
    """One quotient of arrays can be read on paper; arrays over arrays within arrays cannot."""
    sheet = text(
        symdl.problem(
            given={"p": [0.5, 0.5], "q": [0.25, 0.75], "A": [[1, 2], [3, 4]], "B": [[1, 0], [0, 1]]},
            let={"S": "A B / 2", "J": "sum(p * log(2 p / (p + q)) + q * log(2 q / (p + q)))"},
            asks=[{"value": "J"}],
        ),
        "matrix",
    )  # fmt: skip
    assert (
        "1/2 [[1, 2], [3, 4]] [[1, 0], [0, 1]]" in sheet or "1/2 ([[1, 2], [3, 4]] [[1, 0], [0, 1]])" in sheet
    )
    (line,) = [line for line in sheet.split("\n\n") if " J = ∑" in line]
    assert "[0.5, 0.5]" not in line and "≈ 0.0" in line
