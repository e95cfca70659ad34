"""What the analysis says of a rule against what the rule does: rates, limits, the best settings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.derivation.running.regimes import Analysis
from symdl.derivation.running.update import run_rule
from symdl.errors import ProblemError
from symdl.problems.reading.settings import RuleSettings
from symdl.problems.running.rules import plan_of

EIGENVALUES = np.array([0.5, 3.0, 8.0])


def walk(rule: str, steps: int, **settings: str) -> Any:
    """The distances to the minimum of a bowl with known eigenvalues."""
    turn = np.linalg.qr(np.arange(9.0).reshape(3, 3) + np.eye(3))[0]
    matrix = turn @ np.diag(EIGENVALUES) @ turn.T

    def slope(parameters: Any, t: int = 0) -> Any:
        x = parameters["x"]
        return float(x @ matrix @ x / 2), {"x": matrix @ x}

    ask = SimpleNamespace(**{**dict.fromkeys(RuleSettings.model_fields), "settings": settings, "form": None})
    run = run_rule(plan_of(rule, ask), {"x": turn @ np.ones(3)}, slope, steps, shown=0)
    return np.array([float(np.linalg.norm(record.parameters["x"])) for record in run.records])


def said(rule: str, eta: float, mu: float = 0.0) -> dict[str, Any]:
    return {claim.target: claim.value for claim in Analysis(rule, EIGENVALUES, eta, mu).claims()}


@pytest.mark.parametrize(
    ("rule", "eta", "mu"),
    [("gd", 0.05, 0), ("gd", 0.2, 0), ("gd", 0.26, 0), ("momentum", 0.1, 0.5), ("momentum", 0.3, 0.8),
     ("momentum", 0.02, 0.2), ("nesterov", 0.1, 0.5), ("nesterov", 0.05, 0.9)],
)  # fmt: skip
def test_the_factor_is_that_of_a_long_run(rule: str, eta: float, mu: float) -> None:
    steps = 600
    settings = {"learning_rate": str(eta)} | ({} if rule == "gd" else {"momentum": str(mu)})
    away = walk(rule, steps, **settings)
    measured = (away[steps] / away[steps // 2]) ** (2 / steps) if away[steps] > 1e-300 else None
    assert measured == pytest.approx(said(rule, eta, mu)["rho"], rel=0.01)


@pytest.mark.parametrize(("rule", "mu"), [("gd", 0.0), ("momentum", 0.5)])
def test_the_limit_parts_convergence_from_divergence(rule: str, mu: float) -> None:
    limit = said(rule, 0.1, mu)["eta_max"]
    extra = {} if rule == "gd" else {"momentum": str(mu)}
    below, above = (walk(rule, 3000, learning_rate=str(limit * part), **extra) for part in (0.99, 1.01))
    assert below[-1] < 1e-6 < 1e6 < above[-1]


def test_no_other_rate_is_better_than_the_best() -> None:
    best = said("gd", 0.1)
    assert said("gd", best["eta_best"])["rho"] == pytest.approx(best["rho_best"])
    assert all(said("gd", eta)["rho"] >= best["rho_best"] - 1e-12 for eta in np.linspace(0.01, 0.3, 200))
    both = said("momentum", 0.1, 0.5)
    reached = said("momentum", both["eta_best"], both["mu_best"])["rho"]
    assert reached == pytest.approx(both["rho_best"], abs=1e-6)
    pairs = [(eta, mu) for eta in np.linspace(0.02, 0.4, 25) for mu in np.linspace(0, 0.9, 25)]
    assert all(said("momentum", eta, mu)["rho"] >= both["rho_best"] - 1e-6 for eta, mu in pairs)


@pytest.mark.parametrize(
    ("formula", "rate", "verdict"),
    [("x^2 - 2 x", "1/100", "rate_slow"), ("x^2 - 2 x", "2/5", "rate_right"),
     ("x^2 - 2 x", "8/10", "rate_zigzag"),
     ("x^2 - 2 x", 1, "rate_border"), ("x^2 - 2 x", "11/10", "rate_diverging"),
     ("-x^2", "1/10", "rate_saddle"),
     ("2 x", "1/10", "rate_plateau"),
     ("x^4 + x", "1/10", "hessian_local")],
)  # fmt: skip
def test_every_regime_is_named_and_every_line_holds(formula: str, rate: Any, verdict: str) -> None:
    ask = {"update": "gd", "of": "f", "by": "x", "learning_rate": rate, "steps": 3, "analysis": True}
    found = symdl.derive(symdl.problem(given={"x": 0.3}, let={"f": formula}, asks=[ask]))
    keys = [step.because.key for step in found.derivation.steps]
    assert f"rule.regime_{verdict}" in keys
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}


def test_other_rules_have_no_analysis() -> None:
    ask = {"update": "rmsprop", "of": "f", "by": "x", "analysis": True}
    with pytest.raises(ProblemError, match="momentum"):
        symdl.derive(symdl.problem(given={"x": 1}, let={"f": "x^2"}, asks=[ask]))


BOWL = {"x": [20, 1, 1]}
STRETCHED = {"f": "(x[1]^2 + 20 x[2]^2 + 7 x[3]^2) / 2"}


@pytest.mark.parametrize(
    ("method", "expected"), [("steepest_descent", 19 / 21), ("conjugate_gradient", None)]
)
def test_exact_steps_are_as_fast_as_the_analysis_says(method: str, expected: float | None) -> None:
    ask = {"minimize": "f", "by": "x", "method": method, "steps": 12, "analysis": True, "tolerance": "1/10^9"}
    found = symdl.derive(symdl.problem(given=BOWL, let=STRETCHED, asks=[ask]))
    lines = {step.because.key: step for step in found.derivation.steps}
    factor = lines[f"rule.regime_exact_{method}"].value
    root = np.sqrt(20)
    assert factor == pytest.approx(expected or (root - 1) / (root + 1))
    values = [row["objective"] for row in found.derivation.answers[0].table]
    if method == "steepest_descent":
        ratios = np.array(values[1:]) / np.array(values[:-1])
        assert np.all(ratios <= factor**2 + 1e-12) and ratios[-1] > 0.98 * factor**2
    else:
        assert len(values) == 4  # as many steps as there are different eigenvalues
        assert all(value <= 4 * factor ** (2 * t) * values[0] for t, value in enumerate(values))
    assert {check.outcome for check in symdl.verify(found)} == {"holds"}
    for language in ("en", "fa"):
        assert symdl.compose(found, symdl.verify(found), language=language).blocks


@pytest.mark.parametrize(
    "ask", [{"method": "trust_region"}, {"learning_rate": "1/100"}, {"line_search": "armijo"}], ids=str
)
def test_other_minimizers_have_no_analysis(ask: dict[str, Any]) -> None:
    whole = {"minimize": "f", "by": "x", "analysis": True, **ask}
    with pytest.raises(ProblemError, match="steepest_descent"):
        symdl.derive(symdl.problem(given=BOWL, let=STRETCHED, asks=[whole]))
