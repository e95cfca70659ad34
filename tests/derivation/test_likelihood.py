"""Likelihoods against SciPy's densities and SymPy's derivatives; wrong declarations are found out."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
import sympy

import symdl
from symdl.checking.symbolic import to_sympy
from symdl.core.arithmetic import FLOAT
from symdl.core.compiling import body_function
from symdl.core.op import pointwise
from symdl.formula.reader import Scope, read_formula
from symdl.formula.tree import substitute
from symdl.models.distributions import DISTRIBUTIONS

SCALAR = [key for key in DISTRIBUTIONS if not DISTRIBUTIONS[key].classes]


def likelihood(key: str, **ask: Any) -> symdl.Solved:
    return symdl.derive(symdl.problem(asks=[{"likelihood": key, **ask}]))


@pytest.mark.parametrize("key", list(DISTRIBUTIONS))
def test_every_line_holds(key: str) -> None:
    solved = likelihood(key)
    assert {check.outcome for check in solved.checks} == {"holds"}
    assert {step.id for step in solved.steps} == {check.step for check in solved.checks}


@pytest.mark.parametrize("key", ["bernoulli", "categorical", "gaussian", "poisson"])
def test_error_is_left_behind_the_link(key: str) -> None:
    table = json.loads(likelihood(key).to_json())["answers"][0]["table"][0]
    name = DISTRIBUTIONS[key].parameter
    place = "[i, j]" if key == "categorical" else "[i]"
    assert table["gradient"] == f"{name}{place} - t{place}"


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("gaussian", {"t": 0.3, "mu": -0.4, "s": 1.5}),
        ("laplace", {"t": 0.3, "mu": -0.4, "b": 1.5}),
        ("bernoulli", {"t": 1, "p": 0.3}),
        ("bernoulli", {"t": 0, "p": 0.3}),
    ],
)
def test_densities_are_those_of_scipy(key: str, values: dict[str, float]) -> None:
    stats = pytest.importorskip("scipy.stats")
    t = values["t"]
    expected = {
        "gaussian": lambda: stats.norm.pdf(t, values["mu"], values["s"]),
        "laplace": lambda: stats.laplace.pdf(t, values["mu"], values["b"]),
        "bernoulli": lambda: stats.bernoulli.pmf(t, values["p"]),
    }[key]()
    density = DISTRIBUTIONS[key].density
    found = body_function(pointwise("density", tuple(values), density), FLOAT)(*values.values())
    assert np.isclose(float(found), expected, rtol=1e-14)


@pytest.mark.parametrize("key", SCALAR)
def test_taught_slopes_are_the_derivatives(key: str) -> None:
    kind = DISTRIBUTIONS[key]
    by = sympy.Symbol(kind.parameter, real=True)
    rest = to_sympy(kind.loss).diff(by) - to_sympy(kind.slope)
    assert sympy.simplify(rest.rewrite(sympy.Heaviside).doit()) == 0 or key == "laplace"
    link = to_sympy(kind.link)
    slope = to_sympy(substitute(kind.link_slope, {kind.parameter: kind.link}))
    assert sympy.simplify(link.diff(sympy.Symbol("z", real=True)) - slope) == 0


@pytest.mark.parametrize(
    ("key", "part", "wrong"),
    [
        ("gaussian", "density", "exp(-(t - mu)^2 / (2 s^2)) / sqrt(pi s^2)"),
        ("bernoulli", "density", "p^(1 - t) (1 - p)^(1 - t)"),
        ("gaussian", "loss", "(t - mu)^2"),
        ("bernoulli", "slope", "(t - p) / (p (1 - p))"),
        ("poisson", "link_slope", "1 / lambda"),
    ],
)
def test_a_wrong_declaration_fails(key: str, part: str, wrong: str) -> None:
    kind = DISTRIBUTIONS[key]
    scope = Scope(frozenset({"t", "z", "s", kind.parameter}), frozenset({"exp", "sqrt", "log", "prod"}))
    DISTRIBUTIONS.remove(key)
    changed: Any = {part: read_formula(wrong, scope)}
    DISTRIBUTIONS.register(dataclasses.replace(kind, **changed))
    try:
        assert "fails" in {check.outcome for check in likelihood(key).checks}
    finally:
        DISTRIBUTIONS.remove(key)
        DISTRIBUTIONS.register(kind)


def test_the_output_by_its_name_with_its_link() -> None:
    problem = symdl.problem(
        symbols={"X": ["N", "n"], "w": ["n"], "y": ["N"]},
        let={"a": "X w", "q": "sigmoid(a)"},
        asks=[{"likelihood": "bernoulli", "of": "q"}],
    )
    solved = symdl.derive(problem)
    assert {check.outcome for check in solved.checks} == {"holds"}
    table = json.loads(solved.to_json())["answers"][0]["table"][0]
    assert table["gradient"] == "q[i] - y[i]"


def test_another_link_ends_at_the_output() -> None:
    problem = symdl.problem(
        symbols={"z": ["N"]}, let={"m": "tanh(z)"}, asks=[{"likelihood": "gaussian", "of": "m"}]
    )
    table = json.loads(symdl.derive(problem).to_json())["answers"][0]["table"][0]
    assert table["slope"] == "m[i] - t[i]" and "link" not in table


def test_unknown_distribution_names_the_nearest() -> None:
    with pytest.raises(symdl.SymdlError, match="gaussian"):
        likelihood("gausian")
