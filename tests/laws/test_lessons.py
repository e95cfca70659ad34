"""Lessons are true, can fail, and speak of the rules as they are declared."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

import symdl
import symdl.models.theory
from symdl.catalog import explain
from symdl.checking.rows import TOLERANCE
from symdl.core.function import FUNCTIONS
from symdl.derivation.calculus.proving import holds
from symdl.document.explaining.concepts import concepts
from symdl.document.language import language_named
from symdl.formula.reader import read_formula
from symdl.formula.tree import Index, Name, Negate, Node, number, plus, substitute
from symdl.models.lessons import LESSONS, SCOPE, Lesson, Line
from symdl.models.optimizers import OPTIMIZERS
from symdl.problems.confirming.lessons import deviation

LINES = [(lesson, line) for lesson in LESSONS.values() for line in lesson.lines if lesson.ground is None]
CLAIMS = [(lesson, line) for lesson in LESSONS.values() for line in lesson.lines if lesson.ground is not None]


def name(value: object) -> str:
    return str(getattr(value, "key", value))


@pytest.mark.parametrize(("lesson", "line"), LINES, ids=name)
def test_a_line_holds_and_a_changed_one_does_not(lesson: Lesson, line: Line) -> None:
    assert all(holds(lesson, line, seed) for seed in range(3))
    if len(line.forms) > 1 or line.recursion is not None:
        wrong = (*line.forms[:-1], plus(line.forms[-1], Name("mu")))
        assert not holds(lesson, replace(line, forms=wrong))
        assert not holds(lesson, replace(line, forms=(*line.forms[:-1], Negate(line.forms[-1]))))


@pytest.mark.parametrize(
    ("lesson", "line", "rule", "form", "state", "called"),
    [("bias_correction", "unrolled", "adam", None, "m", {"m": "m"}),
     ("accumulated_momentum", "memory", "momentum", "accumulated", "v", {"v": "u", "momentum": "mu"})],
)  # fmt: skip
def test_recursions_are_those_of_the_rules(
    lesson: str, line: str, rule: str, form: str | None, state: str, called: dict[str, str]
) -> None:
    stated = next(each for each in LESSONS[lesson].lines if each.key == line).recursion
    before = plus(Name("t"), Negate(number(1)))
    table: dict[str, Node] = {old: Name(new) for old, new in called.items()}
    table[state] = Index(Name(called[state]), (before,))
    table["g"] = Index(Name("g"), (Name("t"),))
    assert substitute(dict(OPTIMIZERS[rule].written(form))[state], table) == stated


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_lesson_has_a_title(language: str) -> None:
    words = language_named(language)
    assert [key for key in LESSONS if not words.has(f"lesson.{key}")] == []


def test_rules_named_by_lessons_exist() -> None:
    known = {*OPTIMIZERS, *FUNCTIONS, *concepts()}
    assert {rule for lesson in LESSONS.values() for rule in lesson.rules} <= known


@pytest.mark.parametrize(("lesson", "line"), CLAIMS, ids=name)
def test_a_claim_holds_and_a_changed_one_does_not(lesson: Lesson, line: Line) -> None:
    assert all((deviation(lesson, line, seed) or 0.0) < TOLERANCE for seed in range(1, 3))
    compared = len(line.forms) > 1 or deviation(lesson, line) != 0.0
    if compared:
        last = line.forms[-1]
        wrong = (
            plus(number(2), last) if line.relations[-1] in ("=", "~", ">", ">=") else plus(number(-9), last)
        )
        assert (deviation(lesson, replace(line, forms=(*line.forms[:-1], wrong))) or 0.0) > TOLERANCE


@pytest.mark.peers
def test_the_mean_of_a_draw_is_that_of_its_density() -> None:
    """The divergence of two normal densities as an integral, against the last form of the derivation."""
    from scipy.integrate import quad
    from scipy.stats import norm

    mu, s = -1.2, 1.7
    code, prior = norm(mu, s), norm(0, 1)
    integral, _ = quad(lambda z: code.pdf(z) * (code.logpdf(z) - prior.logpdf(z)), -30, 30)
    assert integral == pytest.approx((mu**2 + s**2 - 1 - np.log(s**2)) / 2)


@pytest.mark.peers
def test_the_value_of_the_game_is_that_of_scipy() -> None:
    from scipy.spatial.distance import jensenshannon

    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.6, 0.3])
    best = p / (p + q)
    value = np.sum(p * np.log(best) + q * np.log(1 - best))
    assert value == pytest.approx(-np.log(4) + 2 * jensenshannon(p, q) ** 2)


def test_batches_by_counting_all_of_them() -> None:
    """Means and variances of all batches of three of seven rows, with and without replacement."""
    rows = np.array([0.3, -1.0, 2.0, 0.7, 5.0, -0.2, 1.1])
    spread = rows.var()
    replaced = np.array([np.mean(batch) for batch in product(rows, repeat=3)])
    once = np.array([np.mean(batch) for batch in combinations(rows, 3)])
    assert replaced.mean() == pytest.approx(rows.mean()) and once.mean() == pytest.approx(rows.mean())
    assert replaced.var() == pytest.approx(spread / 3)
    assert once.var() == pytest.approx(spread / 3 * 4 / 6)
    assert (
        read_formula("S / B * (N - B) / (N - 1)", SCOPE)
        == next(each for each in LESSONS["batches"].lines if each.key == "drawn_once").forms[-1]
    )


@pytest.mark.parametrize("key", ["adam", "nesterov", "momentum", "gd"])
def test_a_sheet_shows_them(key: str) -> None:
    problem = symdl.problem(given={"x": 1}, let={"f": "x^2"}, asks=[{"show": key}])
    found = symdl.derive(problem)
    checks = symdl.verify(found)
    assert {check.outcome for check in checks} == {"holds"}
    assert sum(check.method == "exact" for check in checks) >= 3


@pytest.mark.parametrize("key", ["gan_value", "rbm_likelihood", "vae", "optimal_discriminator"])
def test_a_sheet_shows_what_a_layer_rests_on(key: str) -> None:
    found = symdl.derive(symdl.problem(asks=[{"show": key}]))
    checks = symdl.verify(found)
    lines = [step for step in found.steps if step.phase == "lesson"]
    assert len(lines) >= 7 and {check.step for check in checks} == {step.id for step in lines}
    assert {check.outcome for check in checks} == {"holds"}
    for language in ("en", "fa"):
        page = str(symdl.render(symdl.compose(found, checks, language=language), "txt"))
        assert page.count("✓") > 4


def test_every_derivation_is_explained() -> None:
    for key in LESSONS:
        for language in ("en", "fa"):
            assert len(symdl.render(explain(key, language), "txt").splitlines()) > 5
    assert "∂²v/∂D²" in symdl.render(explain("gan_value"), "txt")


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("key", ["delta_recursion", "linear_collapse", "xavier_initialization",
                                 "he_initialization", "vanishing_gradient"])  # fmt: skip
def test_lessons_on_networks_need_no_problem(key: str, language: str) -> None:
    found = symdl.derive(symdl.problem(asks=[{"show": key}]))
    checks = symdl.verify(found)
    assert {check.outcome for check in checks} == {"holds"}
    assert "exact" in {check.method for check in checks}
    sheet = str(symdl.render(symdl.compose(found, checks, language=language), "md"))
    assert sheet.count("### ") == len({check.step.split(".")[2] for check in checks})
    assert "lesson." not in sheet and {"en": "Update", "fa": "به‌روزرسانی"}[language] not in sheet


@pytest.mark.parametrize("seed", range(3))
def test_what_the_lessons_say_holds_for_networks(seed: int) -> None:
    """The recursion of errors and the product of Jacobians, in NumPy beside the derivation."""
    rng = np.random.default_rng(seed)
    W = {k: rng.normal(size=(3, 3)) for k in (1, 2, 3)}
    given = {"x": rng.normal(size=3).tolist(), **{f"W{k}": W[k].tolist() for k in W}}
    let = {"a1": "W1 x", "h1": "tanh(a1)", "a2": "W2 h1", "h2": "tanh(a2)", "a3": "W3 h2", "h3": "tanh(a3)",
           "L": "sum(h3 * h3)"}  # fmt: skip
    asks = [{"gradient": "L", "by": ["a1", "a2", "a3", "W2"]}]
    solved = symdl.derive(symdl.problem(given=given, let=let, asks=asks))
    delta = {k: solved.gradient[f"a{k}"].numpy for k in W}
    slope = {k: 1 - np.asarray(solved.values[f"h{k}"]) ** 2 for k in W}
    for k in (1, 2):
        assert np.allclose(delta[k], (W[k + 1].T @ delta[k + 1]) * slope[k])
    assert np.allclose(solved.gradient["W2"].numpy, np.outer(delta[2], solved.values["h1"]))
    bound = np.prod([np.linalg.norm(W[k], 2) * slope[k - 1].max() for k in (2, 3)])
    assert np.linalg.norm(delta[1]) <= bound * np.linalg.norm(delta[3]) + 1e-12
