"""Every minimizer on known functions: minima of scipy's kind, published traces, identities of the theory."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from symdl.derivation.running.descent import descend
from symdl.derivation.running.methods import Descent, Method, Surface
from symdl.derivation.running.stopping import Stopping
from symdl.models.minimizers import MINIMIZERS
from symdl.problems.running.rules import exact_number

A, B = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]]), np.array([1.0, -2.0, 0.5])
ROOT: Any = np.linalg.cholesky(A).T
BOWL = Surface(
    lambda x: float(x @ A @ x / 2 - B @ x), lambda x: A @ x - B, lambda x: A,
    lambda x: (ROOT @ x - np.linalg.solve(ROOT.T, B), ROOT),
)  # fmt: skip
SETUPS = [  # of the ways that need neither constraints nor luck; the forms of a region are its cases
    (rule.key, form)
    for rule in MINIMIZERS.values() if rule.way in ("line", "region")
    for form in (rule.forms if rule.way == "line" else rule.forms[:1])
]  # fmt: skip


def rosenbrock() -> Surface:
    return Surface(
        lambda x: float(100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2),
        lambda x: np.array([-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)]),
        lambda x: np.array([[1200 * x[0] ** 2 - 400 * x[1] + 2, -400 * x[0]], [-400 * x[0], 200.0]]),
    )


def run(key: str, form: str, surface: Surface, start: Any, steps: int = 300, **options: Any) -> Descent:
    rule = MINIMIZERS[key]
    own = {name: float(exact_number(value)) for name, value in rule.settings.items()}
    search, tolerance = options.pop("search", rule.line_search), options.pop("tolerance", 1e-8)
    method = Method(rule, form, search, settings=own, stopping=Stopping(tolerance), **options)
    return descend(method, surface, start, steps)


@pytest.mark.parametrize(("key", "form"), SETUPS)
def test_the_minimum_of_a_bowl(key: str, form: str) -> None:
    found = run(key, form, BOWL, np.array([3.0, -1.0, 2.0]))
    assert found.halt.key == "gradient"
    assert np.allclose(found.records[-1]["x"], np.linalg.solve(A, B), atol=1e-7)


@pytest.mark.parametrize("key", ["newton", "gauss_newton"])
def test_one_newton_step_solves_a_quadratic(key: str) -> None:
    assert len(run(key, "standard", BOWL, np.ones(3)).records) == 2


@pytest.mark.parametrize("form", ["linear", "fletcher_reeves", "polak_ribiere"])
def test_conjugate_gradients_end_after_as_many_steps_as_there_are_variables(form: str) -> None:
    assert len(run("conjugate_gradient", form, BOWL, np.ones(3), tolerance=1e-7).records) <= 4


@pytest.mark.parametrize(
    "key", ["damped_newton", "levenberg_marquardt", "bfgs", "dfp", "lbfgs", "trust_region"]
)
def test_the_valley_of_rosenbrock(key: str) -> None:
    found = run(key, MINIMIZERS[key].forms[0], rosenbrock(), np.array([-1.2, 1.0]))
    assert np.allclose(found.records[-1]["x"], [1, 1], atol=1e-6)


def test_a_published_trace_of_newton() -> None:
    """Rosenbrock from (-1.2, 1): f = 24.2, 4.7319, 1411.8, 0.055966, … (Dennis & Schnabel 1983)."""
    found = run("newton", "standard", rosenbrock(), np.array([-1.2, 1.0]))
    values = [record["objective"] for record in found.records[:4]]
    assert values == pytest.approx([24.2, 4.731884, 1411.845, 0.05596552], rel=1e-6)


def test_steepest_descent_turns_at_right_angles() -> None:
    records = run("steepest_descent", "standard", BOWL, np.ones(3), steps=6).records
    for one, next_one in pairwise(records):
        assert abs(one["g"] @ next_one["g"]) < 1e-9 * float(one["g"] @ one["g"])


def test_one_variable() -> None:
    surface = Surface(lambda x: (x - 3) ** 4, lambda x: 4 * (x - 3) ** 3, lambda x: 12 * (x - 3) ** 2)
    for key in ("newton", "bfgs", "steepest_descent", "levenberg_marquardt"):
        found = run(key, MINIMIZERS[key].forms[0], surface, 1.0, tolerance=1e-6)
        assert found.records[-1]["x"] == pytest.approx(3, abs=0.05)


def test_a_singular_hessian_and_a_line_that_leads_up_end_a_run() -> None:
    flat = Surface(lambda x: float(x[0]), lambda x: np.array([1.0, 0.0]), lambda x: np.zeros((2, 2)))
    assert run("newton", "standard", flat, np.ones(2)).halt.key == "singular"
    saddle = Surface(
        lambda x: float(x[0] ** 2 - x[1] ** 2), lambda x: np.array([2 * x[0], -2 * x[1]]),
        lambda x: np.diag([2.0, -2.0]),
    )  # fmt: skip
    assert run("damped_newton", "standard", saddle, np.array([0.0, 1.0])).halt.key == "ascent"


def test_divergence_keeps_the_table() -> None:
    steep = Surface(lambda x: float(x @ x), lambda x: 2 * x)
    found = run("steepest_descent", "standard", steep, np.ones(2), steps=5000, length=2.0, search="")
    assert found.halt.key == "diverged"
    assert np.all(np.isfinite(found.records[-1]["x"])) and len(found.records) == found.halt.facts["t"]


def test_both_updates_of_bfgs_are_inverse_to_each_other() -> None:
    """Sherman & Morrison: the same path, and C B = I after every step."""
    start = np.array([-1.2, 1.0])
    inverse = run("bfgs", "standard", rosenbrock(), start, steps=12).records
    direct = run("bfgs_direct", "standard", rosenbrock(), start, steps=12).records
    for one, other in zip(inverse, direct, strict=True):
        assert np.allclose(one["x"], other["x"], rtol=1e-8)
        assert np.allclose(one["state"]["B"] @ other["state"]["C"], np.eye(2), atol=1e-7)
