"""Terms `0 log 0` count as 0, their limit: in every loss, in formulas of one's own, in every arithmetic."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symdl
import symdl.models
from symdl.core.building import Builder
from symdl.core.evaluation import evaluate, to_float, to_kind
from symdl.core.graph import Graph
from symdl.core.tape import Tape
from symdl.errors import DomainError
from symdl.formula.tree import Name, Negate, Quotient
from symdl.ops.declaring import read

ONE_HOT, SPARSE, PREDICTED = ["0", "1", "0"], ["0", "1/4", "3/4"], ["1/5", "3/10", "1/2"]


def _times_log(weight: float, *under: float) -> float:
    return weight * math.log(math.prod(under)) if weight else 0.0


def _kl(p: list[float], t: list[float]) -> float:
    return sum(_times_log(b, b, 1 / a if a else 0) for a, b in zip(p, t, strict=True))


def _cross(p: list[float], t: list[float]) -> float:
    return -sum(_times_log(b, a) for a, b in zip(p, t, strict=True))


def _binary(p: list[float], t: list[float]) -> float:
    pairs = list(zip(p, t, strict=True))
    return -sum(_times_log(b, a) + _times_log(1 - b, 1 - a) for a, b in pairs) / len(pairs)


def _shannon(p: list[float], t: list[float]) -> float:
    middle = [(a + b) / 2 for a, b in zip(p, t, strict=True)]
    return (_kl(middle, p) + _kl(middle, t)) / 2


def _focal(p: list[float], t: list[float]) -> float:
    pairs = list(zip(p, t, strict=True))
    terms = (_times_log(b * (1 - a) ** 2, a) + _times_log((1 - b) * a**2, 1 - a) for a, b in pairs)
    return -sum(terms) / len(pairs)


FORMULAS = {
    "kl_divergence(p, t)": _kl,
    "sum(t * log(t / p))": _kl,
    "sum(t * (log(t) - log(p)))": _kl,
    "-sum(t * log(p / t))": _kl,
    "sum(log(t / p) * t)": _kl,
    "sum(t[i] log(t[i] / p[i]), i=1..3)": _kl,
    "3 * sum(t * log(t / p)) / 3 + p[1] - p[1]": _kl,
    "jensen_shannon(p, t)": _shannon,
    "cross_entropy(p, t)": _cross,
    "-sum(t * log(p))": _cross,
    "bce(p, t)": _binary,
    "bce_sum(p, t) / 3": _binary,
    "focal(p, t)": _focal,
    "-sum(t * log(t))": lambda p, t: _cross(t, t),
    "-sum(t * log2(t))": lambda p, t: _cross(t, t) / math.log(2),
    "sum(t * ln(1 / t))": lambda p, t: _cross(t, t),
}


def value(text: str, p: list[str], t: list[str], kind: str) -> Any:
    tape = Tape()
    scope = {name: tape.input(name, (3,)) for name in "pt"}
    builder = Builder(tape, dict(scope))
    out = builder.variable(builder.value(read(text, "p", "t")))
    graph = Graph(tuple(tape.inputs), tuple(tape.equations), out)
    given = {
        scope[name]: np.array([Fraction(x) for x in v], dtype=object) for name, v in (("p", p), ("t", t))
    }
    found = evaluate(graph, {var: to_kind(numbers, kind) for var, numbers in given.items()}, kind)
    return to_float(found[out])


@pytest.mark.parametrize("kind", ["float", "ball"])
@pytest.mark.parametrize("targets", [ONE_HOT, SPARSE, PREDICTED])
@pytest.mark.parametrize("predicted", [PREDICTED, SPARSE])
@pytest.mark.parametrize("text", FORMULAS)
def test_a_term_of_weight_zero_adds_nothing(
    text: str, predicted: list[str], targets: list[str], kind: str
) -> None:
    if predicted == SPARSE and targets == PREDICTED and FORMULAS[text] not in (_shannon,):
        pytest.skip("a class that occurs and is predicted with probability 0: see the errors below")
    wanted = FORMULAS[text](*([float(Fraction(x)) for x in v] for v in (predicted, targets)))
    assert value(text, predicted, targets, kind) == pytest.approx(wanted, rel=1e-12, abs=1e-14)


def test_exact_numbers_know_it_too() -> None:
    assert value("-sum(t * log(t))", PREDICTED, ONE_HOT, "exact") == 0
    assert value("kl_divergence(p, t)", ONE_HOT, ONE_HOT, "exact") == 0


@pytest.mark.parametrize("text", ["kl_divergence(p, t)", "cross_entropy(p, t)", "sum(t * log(t / p))"])
def test_what_occurs_and_is_predicted_with_probability_zero_has_no_finite_loss(text: str) -> None:
    problem = symdl.problem(given={"p": SPARSE, "t": PREDICTED}, let={"L": text}, asks=[{"value": "L"}])
    with pytest.raises(DomainError, match="no finite value"):
        symdl.derive(problem)
    with pytest.raises(DomainError):
        value(text, SPARSE, PREDICTED, "ball")


def test_a_logarithm_of_a_negative_number_stays_undefined() -> None:
    assert np.isnan(value("sum(t * log(p))", ["-1/5", "3/10", "1/2"], ONE_HOT, "float"))


LOSSES = ("kl_divergence", "jensen_shannon", "cross_entropy", "bce", "focal")
OWN = (
    "sum(t * log(t / p))",
    "2 * sum(t * (log(t) - log(p))) + sum(p * p)",
    "sum(p * log(p)) - sum(t * log(t))",
)


@pytest.mark.parametrize("text", [*(f"{key}(p, t)" for key in LOSSES), *OWN])
def test_gradient_and_hessian_by_the_prediction_hold_at_targets_with_zeros(text: str) -> None:
    asks = [{"gradient": "L", "by": ["p"]}, {"hessian": "L", "by": ["p"]}]
    solved = symdl.derive(symdl.problem(given={"p": PREDICTED, "t": SPARSE}, let={"L": text}, asks=asks))
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}


def test_the_gradient_is_minus_target_by_prediction_whatever_the_target() -> None:
    asks = [{"gradient": "L", "by": ["p"]}]
    for text in ("sum(t * log(t / p))", "kl_divergence(p, t)"):
        solved = symdl.derive(symdl.problem(given={"p": PREDICTED, "t": SPARSE}, let={"L": text}, asks=asks))
        assert solved.answers["gradient.L.p"].numpy == pytest.approx([0, -5 / 6, -3 / 2])
        assert solved.answers["gradient.L.p"].formula == Negate(Quotient(Name("t"), Name("p")))


@pytest.mark.parametrize("by", ["p", "t"])
def test_at_the_edge_a_derivative_is_refused(by: str) -> None:
    """By the target it is infinite there, log 0; by the prediction -0/0 where both are 0."""
    asks = [{"gradient": "L", "by": [by]}]
    with pytest.raises(DomainError, match="not finite"):
        symdl.derive(
            symdl.problem(given={"p": SPARSE, "t": SPARSE}, let={"L": "kl_divergence(p, t)"}, asks=asks)
        )


@pytest.mark.parametrize(("targets", "said"), [(SPARSE, True), (PREDICTED, False)])
@pytest.mark.parametrize(("language", "words"), [("en", "counts as 0"), ("fa", "به شمار می‌آید، که حد")])
def test_it_is_said_where_it_happens(targets: list[str], said: bool, language: str, words: str) -> None:
    problem = symdl.problem(
        given={"p": ["1/3"] * 3, "t": targets}, let={"L": "kl_divergence(p, t)"}, asks=[{"value": "L"}]
    )
    solved = symdl.derive(problem)
    page = symdl.render(symdl.compose(solved, symdl.verify(solved), language=language), "html")
    assert (words in str(page)) == said


def test_a_product_with_a_logarithm_prints_as_it_is_written() -> None:
    problem = symdl.problem(
        given={"p": PREDICTED, "t": SPARSE}, let={"L": "2 + sum(log(p) * t)"}, asks=[{"value": "L"}]
    )
    solved = symdl.derive(problem)
    (step,) = json.loads(symdl.to_json(solved, symdl.verify(solved)))["steps"]
    assert step["plain"].startswith("L = 2 + ∑ log(p) ⊙ t = ")


def test_students_may_write_the_term_as_they_like() -> None:
    asks = [{"gradient": "L", "by": ["p"]}]
    problem = symdl.problem(given={"p": PREDICTED, "t": SPARSE}, let={"L": "kl_divergence(p, t)"}, asks=asks)
    report = symdl.grade(problem, {"gradient.L.p": "-t/p", "value.L": "sum(t*log(t)) - sum(t*log(p))"})
    assert [row.status for row in report.rows if row.question == "gradient.L.p"] == ["right"]
    assert symdl.compare("y*log(y/p)", "-log(p/y)*y", symbols=["y", "p"]).outcome == "equal"


@pytest.mark.parametrize("loss", ["bce(sigmoid(z), t)", "cross_entropy(softmax(z), t)"])
def test_a_value_that_only_floating_point_loses_is_not_called_infinite(loss: str) -> None:
    problem = symdl.problem(given={"z": [800, -800], "t": [0, 1]}, let={"L": loss}, asks=[{"value": "L"}])
    with pytest.raises(DomainError, match="floating point loses it") as caught:
        symdl.derive(problem)
    assert "logits" in str(caught.value) or "softmax_cross_entropy" in str(caught.value)


def test_the_divergence_of_columns_is_their_average_too() -> None:
    targets: list[list[Any]] = [["1/2", 0], ["1/2", 1], [0, 0]]
    scores: list[list[Any]] = [[1, 2], [0, 1], [2, 0]]
    turned = [[row[k] for row in targets] for k in range(2)], [[row[k] for row in scores] for k in range(2)]
    found = []
    for (t, z), axis in (((targets, scores), 1), (turned, 2)):
        let = {"P": f"softmax(Z, axis={axis})", "L": f"kl_divergence(P, T, axis={axis})"}
        asks = [{"gradient": "L", "by": ["Z"]}]
        solved = symdl.derive(symdl.problem(given={"T": t, "Z": z}, let=let, asks=asks))
        gradient = np.asarray(solved.answers["gradient.L.Z"].numpy, dtype=float)
        found.append((solved.values["L"], gradient if axis == 2 else gradient.T))
    assert found[0][0] == pytest.approx(found[1][0])
    assert np.allclose(found[0][1], found[1][1])
