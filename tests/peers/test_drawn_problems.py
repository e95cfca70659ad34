"""Nested formulas drawn at random against torch: values, gradients, Hessians, and every printed line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-peers` installs it")

import symdl  # noqa: E402
from tests.peers.battery.drawn import Drawing  # noqa: E402

pytestmark = pytest.mark.peers

LONGEST = 1000  # characters of an answer that is handed in
SMALL = 4  # entries of a parameter whose second derivatives are compared


def agree(found: Any, wanted: Any, what: str) -> None:
    expected = np.asarray(wanted.detach() if hasattr(wanted, "detach") else wanted)
    scale = 1 + np.abs(expected).max(initial=0)
    np.testing.assert_allclose(
        np.asarray(found, dtype=float) / scale, expected / scale, atol=1e-9, err_msg=what
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_drawn_problem(seed: int) -> None:
    drawing = Drawing(seed)
    leaves, values = drawing.computed()
    slopes = dict(
        zip(
            leaves,
            torch.autograd.grad(values["L"], list(leaves.values()), allow_unused=True, create_graph=True),
            strict=True,
        )
    )
    by = [name for name, slope in slopes.items() if slope is not None]
    asks: list[dict[str, Any]] = [{"gradient": "L", "by": by}]
    few = next((name for name in by if leaves[name].numel() <= SMALL and leaves[name].dim() < 2), None)
    if few is not None:
        asks.append({"hessian": "L", "by": [few]})
    lines = {name: line.text for name, line in drawing.lines}
    solved = symdl.derive(symdl.problem(given=drawing.given, let=lines, asks=asks))
    checks = symdl.verify(solved)
    result = json.loads(symdl.to_json(solved, checks))
    for name in lines:
        if name in result["values"]:
            agree(result["values"][name], values[name], name)
    for answer in result["answers"]:
        if answer["kind"] == "gradient":
            name = str(np.atleast_1d(answer["by"])[0])
            agree(answer["value"], slopes[name], f"gradient by {name}")
        else:
            assert few is not None
            agree(np.ravel(answer["value"]), np.ravel(second(slopes[few], leaves[few])), f"Hessian by {few}")
    assert [check for check in checks if check.outcome != "holds"] == [], lines


@pytest.mark.parametrize("seed", range(1000, 1020))
def test_a_printed_gradient_is_read_back_as_right(seed: int) -> None:
    drawing = Drawing(seed)
    leaves, values = drawing.computed()
    slopes = torch.autograd.grad(values["L"], list(leaves.values()), allow_unused=True)
    by = [name for name, slope in zip(leaves, slopes, strict=True) if slope is not None]
    lines = {name: line.text for name, line in drawing.lines}
    problem = symdl.problem(given=drawing.given, let=lines, asks=[{"gradient": "L", "by": by}])
    for answer in json.loads(symdl.derive(problem).to_json())["answers"]:
        forms = answer["formula"].get("matrix", {"latex": "pmatrix"})
        for printed in (
            () if "pmatrix" in forms["latex"] else forms.values()
        ):  # rows below each other are blocks
            if len(printed) <= LONGEST:
                row = symdl.grade(problem, {answer["id"]: printed}).row(answer["id"])
                assert row.status in ("right", "equivalent_form"), (printed, row.feedback)


def second(slope: Any, leaf: Any) -> Any:
    """The Hessian by one leaf, row by row; zero where its slope does not depend on it."""
    rows = []
    for entry in slope.reshape(-1):
        row = (
            torch.autograd.grad(entry, leaf, retain_graph=True, allow_unused=True)[0]
            if entry.requires_grad
            else None
        )
        rows.append(torch.zeros_like(leaf) if row is None else row)
    return torch.stack([row.reshape(-1) for row in rows]).detach().numpy()
