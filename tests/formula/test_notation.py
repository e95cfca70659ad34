"""How names look: layers, indices, accents, profiles, overrides."""

from __future__ import annotations

import pytest

from symdl.errors import FormulaError
from symdl.formula.answer import read_answer
from symdl.formula.notation import PROFILES, Notation
from symdl.formula.scope import Scope
from symdl.formula.tex import to_tex
from symdl.formula.tree import TWO, Index, Name, Partial, Power, Transpose, number
from symdl.formula.vocabulary import Vocabulary

ARRAYS = {
    "W1": 2,
    "W12": 2,
    "W": 2,
    "X": 2,
    "h1": 1,
    "z1": 1,
    "a1": 1,
    "o2": 1,
    "v": 1,
    "y_hat": 1,
    "Delta1": 2,
}
Z_A = Notation(ranks=ARRAYS)
NET_OUT = Notation("net-out", ranks=ARRAYS, layered=frozenset({"b1"}))

# fmt: off
NAMES = [
    # name         z-a                        net-out                       terminal
    ("x",          "x",                       "x",                          "x"),
    ("x1",         "x_{1}",                   "x_{1}",                      "x₁"),
    ("h_1",        "h_{1}",                   "h_{1}",                      "h₁"),
    ("W1",         "W^{(1)}",                 "W^{1}",                      "W⁽¹⁾"),
    ("W12",        "W^{(12)}",                "W^{12}",                     "W⁽¹²⁾"),
    ("h1",         "h^{(1)}",                 "h^{1}",                      "h⁽¹⁾"),
    ("z1",         "z^{(1)}",                 r"\mathit{In}^{1}",           "z⁽¹⁾"),
    ("o2",         "o^{(2)}",                 "O^{2}",                      "o⁽²⁾"),
    ("W1_2_1",     "w^{(1)}_{21}",            "w^{1}_{21}",                 "w⁽¹⁾₂₁"),
    ("W1_1_12",    "w^{(1)}_{1,12}",          "w^{1}_{1,12}",               "w⁽¹⁾[1,12]"),
    ("W_1_2",      "w_{12}",                  "w_{12}",                     "w₁₂"),
    ("z1_2",       "z^{(1)}_{2}",             r"\mathit{In}^{1}_{2}",       "z⁽¹⁾₂"),
    ("b1",         "b_{1}",                   "b^{1}",                      "b₁"),
    ("Delta1",     r"\Delta^{(1)}",           r"\Delta^{1}",                "Δ⁽¹⁾"),
    ("y_hat",      r"\hat{y}",                r"\hat{y}",                   "ŷ"),
    ("y_hat1",     r"\hat{y}_{1}",            r"\hat{y}_{1}",               "ŷ₁"),
    ("y_hat_1",    r"\hat{y}_{1}",            r"\hat{y}_{1}",               "ŷ₁"),
    ("theta_bar",  r"\bar{\theta}",           r"\bar{\theta}",              "θ\u0304"),
    ("x_tilde",    r"\tilde{x}",              r"\tilde{x}",                 "x\u0303"),
    ("theta_star", r"\theta^{*}",             r"\theta^{*}",                "θ*"),
    ("beta1",      r"\beta_{1}",              r"\beta_{1}",                 "β₁"),
    ("epsilon",    r"\varepsilon",            r"\varepsilon",               "ε"),
    ("Omega",      r"\Omega",                 r"\Omega",                    "Ω"),
    ("x_new",      r"x_{\mathrm{new}}",       r"x_{\mathrm{new}}",          "x_new"),
    ("x_i",        "x_{i}",                   "x_{i}",                      "xᵢ"),
    ("x_alpha",    r"x_{\alpha}",             r"x_{\alpha}",                "x_α"),
    ("loss",       r"\mathit{loss}",          r"\mathit{loss}",             "loss"),
    ("MSE",        r"\mathrm{MSE}",           r"\mathrm{MSE}",              "MSE"),
    ("loss_hat",   r"\widehat{\mathit{loss}}", None,                        None),
]
# fmt: on


@pytest.mark.parametrize(("name", "z_a", "net_out", "text"), NAMES)
def test_name(name: str, z_a: str, net_out: str | None, text: str | None) -> None:
    assert Z_A.tex(name) == z_a
    assert net_out is None or NET_OUT.tex(name) == net_out
    assert text is None or Z_A.text(name) == text


def test_an_override_wins() -> None:
    notation = Notation(ranks=ARRAYS, overrides={"h1": "h^{[1]}", "x": r"\mathbf{x}"})
    assert notation.tex("h1") == "h^{[1]}"
    assert to_tex(Transpose(Name("h1")), notation) == r"{h^{[1]}}^{\top}"
    assert to_tex(Power(Name("h1"), TWO), notation) == "(h^{[1]})^{2}"
    assert to_tex(Index(Name("x"), (TWO,)), notation) == r"\mathbf{x}_{2}"


def test_a_letter_that_is_in_use_is_not_taken() -> None:
    assert Notation(ranks={"W": 2, "w": 1}).tex("W_1_2") == "W_{12}"
    assert Notation("net-out", ranks={"a1": 1, "h1": 1}).tex("a1") == "a^{1}"
    assert Notation("net-out", ranks={"a1": 1}).tex("a1") == "h^{1}"


def test_a_profile_without_delta_writes_adjoints_out() -> None:
    adjoint = Partial(Name("L"), (Name("z1"),))
    deltas = {"z1": "delta1"}
    assert to_tex(adjoint, Notation(ranks=ARRAYS, deltas=deltas)) == r"\delta^{(1)}"
    written = to_tex(adjoint, Notation("net-out", ranks=ARRAYS, deltas=deltas))
    assert written == r"\frac{\partial L}{\partial \mathit{In}^{1}}"


def test_a_repeated_line_is_indexed_by_time() -> None:
    timed = Notation(ranks={"h": 1, "C": 2}, timed=frozenset({"h", "C", "h2"}))
    assert to_tex(Index(Name("C"), (TWO, number(1))), timed) == "C_{21}"
    assert to_tex(Index(Name("h2"), (TWO,)), timed) == "h^{(2)}_{2}"


def test_the_numbers_of_seed_004() -> None:
    """`In_1^1 = w_{11}^1 x_1 + w_{12}^1 x_2 + b^1`, as the notes write it."""
    assert [NET_OUT.tex(name) for name in ("z1_1", "W1_1_1", "x_1", "b1", "h1_1", "o2_1")] == [
        r"\mathit{In}^{1}_{1}",
        "w^{1}_{11}",
        "x_{1}",
        "b^{1}",
        "h^{1}_{1}",
        "O^{2}_{1}",
    ]


def test_an_unknown_profile_is_refused_with_the_nearest() -> None:
    with pytest.raises(FormulaError) as caught:
        Notation("net_out")
    assert caught.value.facts["nearest"] == "net-out"
    assert set(PROFILES) == {"z-a", "net-out"}


NAMES_IN_WORDS = (
    "learning_rate",
    "pre_activation",
    "features_of_the_input",
    "hidden_1",
    "total_loss",
    "rate_new",
)  # and two with a subscript


@pytest.mark.parametrize("name", NAMES_IN_WORDS)
def test_a_name_in_words_is_one_word_and_read_again(name: str) -> None:
    tex = Notation().tex(name)
    assert read_answer(tex, Vocabulary(Scope(frozenset({name}))))[0].node == Name(name)
    assert (r"\_" in tex) == (name not in ("hidden_1", "rate_new"))


@pytest.mark.parametrize(
    "tex", [r"\text{learning rate}", r"\mathrm{learning\_rate}", r"\text{learning\_rate}"]
)
def test_a_name_in_words_is_read_as_students_set_it(tex: str) -> None:
    assert read_answer(tex, Vocabulary(Scope(frozenset({"learning_rate"}))))[0].node == Name("learning_rate")
