"""Gradients put together stand in quantities of the forward pass alone, and are what they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import symdl
from symdl.autodiff.composing import Composer
from symdl.derivation.step import Answer
from symdl.formula.plain import to_plain
from symdl.formula.tree import Negate, Partial
from symdl.formula.walking import walk
from symdl.problems.confirming.verification import verify

TWO_LAYERS: dict[str, Any] = {
    "symbols": {"x": [3], "W": [4, 3], "b": [4], "V": [2, 4], "t": [2]},
    "let": {"z": "W x + b", "h": "tanh(z)", "u": "V h", "p": "softmax(u)", "L": "cross_entropy(p, t)"},
    "assume": {"t": ["distribution"]},
    "asks": [{"gradient": "L", "by": ["V", "W", "b", "u"]}],
}


def answers(problem: Any) -> dict[str, Answer]:
    return {answer.by: answer for answer in symdl.derive(problem).derivation.answers}


def test_a_gradient_is_written_in_forward_quantities() -> None:
    found = answers(symdl.problem(**TWO_LAYERS))
    written = {by: to_plain(answer.composed) for by, answer in found.items() if answer.composed is not None}
    assert written == {
        "V": "(p - t) h.T",
        "W": "((V.T (p - t)) * (1 - h^2)) x.T",
        "b": "(V.T (p - t)) * (1 - h^2)",
    }
    for answer in found.values():
        assert answer.composed is None or not any(isinstance(n, Partial) for n in walk(answer.composed))


def test_one_that_grows_too_long_is_left_out() -> None:
    layers = {f"h{k}": f"tanh(W h{k - 1})" for k in range(1, 9)}
    problem = symdl.problem(
        symbols={"h0": [2], "W": [2, 2], "t": [2]}, let={**layers, "L": "sum((h8 - t)^2)"},
        asks=[{"gradient": "L", "by": ["h0", "W"]}],
    )  # fmt: skip
    assert all(answer.composed is None for answer in answers(problem).values())


@pytest.mark.parametrize("wrong", (False, True))
def test_it_is_checked_as_every_line_is(wrong: bool) -> None:
    problem: Any = symdl.problem(**TWO_LAYERS)
    derivation = symdl.derive(problem).derivation
    if wrong:
        derivation = replace(
            derivation,
            answers=tuple(
                replace(a, composed=Negate(a.composed)) if a.composed is not None else a
                for a in derivation.answers
            ),
        )
    outcomes = {check.outcome for check in verify(problem, derivation)}
    assert outcomes == ({"holds", "fails"} if wrong else {"holds"})


def deep(depth: int) -> Any:
    """A network of some depth, asked for the gradients of all its weights."""
    symbols: dict[str, Any] = {"x": ["n"]} | {f"W{k}": ["n", "n"] for k in range(1, depth + 1)}
    let, h = {}, "x"
    for k in range(1, depth + 1):
        let[f"h{k}"] = f"tanh(W{k} {h})"
        h = f"h{k}"
    asks = [{"gradient": "L", "by": [f"W{k}" for k in range(1, depth + 1)]}]
    return symdl.problem(symbols=symbols, let={**let, "L": f"sum({h})"}, asks=asks)


def test_every_line_is_put_together_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work grows with the depth, not with its square."""
    counted: list[int] = []
    whole = Composer._whole

    def counting(self: Composer, var: Any) -> Any:
        counted[-1] += 1
        return whole(self, var)

    monkeypatch.setattr(Composer, "_whole", counting)
    for depth in (5, 10, 20):
        counted.append(0)
        symdl.derive(deep(depth))
    assert counted[2] - counted[1] == 2 * (counted[1] - counted[0])


def test_a_gradient_that_is_zero_is_not_put_into_others() -> None:
    """Behind a threshold every gradient is 0, as an array: `v 0ᵀ` says nothing."""
    problem = symdl.problem(
        given={"v": [1, 2], "W": [[1, 0.5], [0.25, -1]], "u": [0.3, 0.4]},
        let={"p": "sigmoid(W v)", "h": "step(p - u)", "L": "sum(h)"},
        asks=[{"gradient": "L", "by": ["W", "v"]}],
    )
    solved = symdl.derive(problem)
    assert {check.outcome for check in symdl.verify(solved)} == {"holds"}
    assert all(answer.composed is None for answer in solved.derivation.answers)
