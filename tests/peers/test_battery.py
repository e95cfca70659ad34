"""The battery: problem files against plain torch in double precision, number for number.

For every named quantity that the peer returns, its value and its adjoint; for every answer, its value as the
result's JSON gives it; every line checked; every format and language set.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from symdl import api
from symdl.problems.construction import build
from symdl.problems.reading.file import read_text
from symdl.solved import Solved

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")
pytestmark = pytest.mark.peers

# They fill the table.
from tests.peers.battery import architectures, calculus, generative, networks, sequences  # noqa: E402, F401
from tests.peers.battery.cases import CASES, Case, number  # noqa: E402

each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
Tensors = Mapping[str, Any]


@pytest.fixture(scope="module")
def solved() -> Any:
    """The solved problem of a case, made once."""
    made: dict[str, Solved] = {}

    def of(case: Case) -> Solved:
        if case.text not in made:
            made[case.text] = api.derive(build(read_text(case.text)))
        return made[case.text]

    return of


def leaves(case: Case) -> dict[str, Any]:
    return {
        name: torch.tensor(number(value), dtype=torch.float64, requires_grad=True)
        for name, value in case.given.items()
    }


def slope(of: Any, by: Any, deep: bool = False) -> Any:
    """The gradient of a scalar, zeros where it does not depend."""
    (found,) = torch.autograd.grad(of, [by], create_graph=deep, retain_graph=True, allow_unused=True)
    return torch.zeros_like(by) if found is None else found


def target(named: Tensors, name: str) -> tuple[Any, Any]:
    """The tensor of a name such as `W` or `W[1,2]`, and how to pick the entry."""
    if name in named:
        return named[name], lambda x: x
    base, _, inside = name[:-1].partition("[")
    place = tuple(int(part) - 1 for part in inside.split(","))
    return named[base], lambda x: x[(..., *place)]


def jacobian(of: Any, by: Any) -> Any:
    """Output axes first, then those of the variable."""
    rows = [slope(entry, by) for entry in of.reshape(-1)]
    return torch.stack(rows).reshape(*of.shape, *by.shape)


def hessian(named: Tensors, of: str, by: list[str]) -> Any:
    """Entries in the order of `by`, row by row."""
    picked = [target(named, name) for name in by]
    first = torch.cat([pick(slope(named[of], x, deep=True)).reshape(-1) for x, pick in picked])
    return torch.stack([torch.cat([pick(slope(g, x)).reshape(-1) for x, pick in picked]) for g in first])


def expected(named: Tensors, answer: Mapping[str, Any]) -> Any:
    """What the peer says to an answer."""
    of = named[answer["of"]]
    if answer["kind"] == "value":
        return of
    if answer["kind"] == "hessian":
        return hessian(named, answer["of"], split(answer["by"]))
    by, pick = target(named, answer["by"])
    return pick(jacobian(of, by) if answer["kind"] == "jacobian" else slope(of, by))


def split(by: str) -> list[str]:
    """`b,W[1,2]` as names: a comma inside brackets does not part."""
    names = [""]
    for part in by.split(","):
        names[-1] += ("," if "[" in names[-1] else "") + part if names[-1] else part
        if names[-1].count("[") == names[-1].count("]"):
            names.append("")
    return names[:-1]


def compare(found: Any, wanted: Any, what: str, tolerance: float = 1e-11) -> None:
    """Equal shapes and numbers, relative to the largest."""
    assert found is not None, what
    left, right = np.asarray(found, dtype=float), wanted.detach().numpy()
    assert left.shape == right.shape, (what, left.shape, right.shape)
    scale = max(1.0, float(np.abs(right).max(initial=0)))
    assert np.allclose(left, right, rtol=1e-10, atol=tolerance * scale), (what, left, right)


@each_case
def test_values_and_adjoints(case: Case, solved: Any) -> None:
    found, named = json.loads(solved(case).to_json()), case.named(leaves(case))
    for name, tensor in named.items():
        compare(found["values"][name], tensor, f"value of {name}")
    for loss, table in found["adjoints"].items():
        assert case.unfolded or set(table) <= set(named), "a quantity that the peer does not name"
        for name, adjoint in ((name, table[name]) for name in table if name in named):
            wanted = (
                slope(named[loss], named[name])
                if named[loss].ndim == 0
                else jacobian(named[loss], named[name])
            )
            compare(adjoint, wanted, f"adjoint of {name} by {loss}")


@each_case
def test_answers(case: Case, solved: Any) -> None:
    found, named = json.loads(solved(case).to_json()), case.named(leaves(case))
    assert found["answers"]
    for answer in found["answers"]:
        if answer["kind"] == "update":
            compare_run(case, answer)
            continue
        wanted = expected(named, answer)
        compare(answer["value"], wanted, answer["id"])
        if answer["exact"] is not None and wanted.ndim == 0:
            compare(number(answer["exact"]), wanted, answer["id"])
        if answer["kind"] == "paths":
            assert np.isclose(sum(row["value"] for row in answer["table"]), float(wanted))


def compare_run(case: Case, answer: Mapping[str, Any]) -> None:
    """Parameters, gradients and moments of every step."""
    assert case.optimizer is not None
    given, by = leaves(case), answer["by"]
    names = list(answer["value"][0]["parameters"])
    optimizer = case.optimizer([given[name] for name in names])
    for t, record in enumerate(answer["value"]):
        assert record["t"] == t
        loss = case.named(given)[answer["of"]]
        optimizer.zero_grad()
        loss.backward()
        compare(record["objective"], loss, f"loss at step {t}")
        for name in names:
            compare(record["parameters"][name], given[name], f"{name} at step {t}")
            compare(record["gradient"][name], given[name].grad, f"gradient of {name} at step {t}")
        for own, peer in case.state.items():
            moments = optimizer.state[given[by]].get(peer, torch.zeros_like(given[by]))
            compare(record["state"][own], moments, f"{own} at step {t}")
        optimizer.step()


@each_case
def test_every_line_is_confirmed(case: Case, solved: Any) -> None:
    d = solved(case)
    checks = d.checks
    outcomes = {check.outcome for check in checks}
    assert outcomes == {"holds"}, [check for check in checks if check.outcome != "holds"]
    assert {step.id for step in d.steps} <= {check.step for check in checks}


@each_case
@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_sheet_is_set(case: Case, language: str, solved: Any) -> None:
    from symdl.rendering.renderer import render

    document = solved(case).compose(language=language)
    for form in ("terminal", "md"):
        assert render(document, form)


@pytest.mark.parametrize("case", list(CASES.values())[::8], ids=list(CASES)[::8])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_some_sheets_are_typeset(case: Case, language: str, solved: Any) -> None:
    from symdl.rendering.renderer import render

    document = solved(case).compose(language=language)
    for form in ("tex", "html"):
        assert render(document, form)
