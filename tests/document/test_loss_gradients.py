"""Gradients that the library tells of its losses, entry by entry against those of a problem."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symdl
from symdl.catalog import explain
from symdl.core.constants import number_at
from symdl.core.function import FUNCTIONS
from symdl.document.blocks import Pictures, Plot
from symdl.document.explaining.loss_gradients import gradients
from symdl.formula.plain import to_plain
from symdl.formula.tree import Node, number

ENTRYWISE = (
    "sse", "half_sse", "mse", "half_mse", "rmse", "mae", "huber", "log_cosh", "hinge", "squared_hinge",
    "kl_divergence", "jensen_shannon", "focal", "poisson_nll", "quantile",
)  # fmt: skip
P, Y = ["1/5", "7/10", "9/20"], ["3/10", "1/2", "9/10"]


@pytest.mark.parametrize("key", ENTRYWISE)
def test_what_is_told_is_the_gradient(key: str) -> None:
    solved = symdl.derive(
        symdl.problem(
            given={"p": P, "y": Y}, let={"L": f"{key}(p, y)"}, asks=[{"gradient": "L", "by": ["p"]}]
        )
    )
    ((name, told),) = gradients(FUNCTIONS[key])
    assert name == "p"
    for k, derived in enumerate(solved.gradient["p"].numpy):
        at: dict[str, Node] = {
            "p": number(Fraction(P[k])), FUNCTIONS[key].params[1]: number(Fraction(Y[k])), "n": number(3),
            "L": number(Fraction(float(solved.values["L"]))),
        }  # fmt: skip
        assert number_at(told, at)[0] == pytest.approx(float(derived), rel=1e-9)


@pytest.mark.parametrize("key", ["cosine_loss", "contrastive", "triplet"])
def test_losses_of_whole_vectors_have_gradients_too(key: str) -> None:
    assert next(name for name, _ in gradients(FUNCTIONS[key])) == FUNCTIONS[key].params[0]


def test_a_loss_is_drawn_where_one_entry_says_enough() -> None:
    drawn = {
        key: any(isinstance(block, Pictures) for block in explain(key).blocks)
        for key in ("huber", "bce", "focal", "triplet")
    }
    assert drawn == {"huber": True, "bce": True, "focal": True, "triplet": False}


def test_the_curves_end_where_probabilities_do() -> None:
    (picture,) = [b for b in explain("bce").blocks if isinstance(b, Pictures)]
    plot = picture.parts[0]
    assert isinstance(plot, Plot)
    xs = np.array([x for x, _ in plot.curves[0].points])
    assert xs.min() > 0 and xs.max() < 1


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("sparse_cross_entropy", "-class_vector(k, count(p)/rows(p))/p"),
        ("sparse_softmax_cross_entropy", "softmax(z) - class_vector(k, count(z)/rows(z))"),
    ],
)
def test_a_loss_by_class_number_has_the_gradient_of_the_one_it_calls(key: str, told: str) -> None:
    ((name, node),) = gradients(FUNCTIONS[key])
    assert name == FUNCTIONS[key].params[0] and to_plain(node) == told


@pytest.mark.parametrize("key", ["prelu", "elu_alpha"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_an_activation_with_a_learned_number_is_drawn_for_one(key: str, language: str) -> None:
    shown = explain(key, language)
    assert any(isinstance(block, Pictures) for block in shown.blocks)
    assert "α = 1/4" in str(symdl.render(shown, "txt"))
