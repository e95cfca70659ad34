"""This module writes the lines of searches as formulas in time: `x_t1 = x_t0 + alpha_t0 p_t0`.

`called` says what the problem calls a quantity, the variable `x` or the function `F`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symdl.formula.tree import Name, Negate, Node, names, substitute

if TYPE_CHECKING:
    from symdl.derivation.running.methods import Move

SYMBOL = {
    "h": "g", "q": "p", "x_new": "x", "g_new": "g", "lambda_new": "lambda", "f_new": "f",
    "Delta_new": "Delta", "most": "Delta_max", "tau_new": "tau", "grow": "mu",
}  # fmt: skip
LATER = frozenset(
    {"x_new", "x_try", "g_new", "f_new", "lambda_new", "Delta_new", "tau_new"}
)  # of the new point
EARLIER = frozenset({"h", "q"})  # of the step before
TIMELESS = frozenset({"I", "sigma", "most", "A", "m", "grow"})


@dataclass(frozen=True, slots=True)
class Worked:
    """How a line was worked out: a formula over operands, and where they stand in what is printed."""

    formula: Node | None
    operands: Mapping[str, Any]
    placed: Mapping[Node, Any]
    goal: Any = None  # what the formula must give, where that is not the printed value
    old: Any = None  # what the value changed from


def worked(move: Move, called: Mapping[str, str]) -> Worked:
    """A line with every number in its place."""
    found = dict(move.operands)
    reads = {name: found[name] for name in names(move.formula) if name in found} if move.formula else {}
    shown = (
        reads | {name: found[name] for name in names(move.written) if name in found}
        if move.written
        else reads
    )
    placed = {stamped(name, move, called): value for name, value in shown.items()}
    return Worked(move.formula, reads, placed, move.goal, found.get("x") if move.kind == "point" else None)


def sides(move: Move, called: Mapping[str, str]) -> tuple[Node, Node | None]:
    """What stands left and right."""
    left = (
        timed_formula(move.written, move, called)
        if move.written
        else stamped(move.target, move, called, left=True)
    )
    if move.formula is None or move.kind == "solution":
        return left, None
    if "right" in move.facts:
        return left, timed_formula(move.facts["right"], move, called)
    if move.kind == "system":
        return left, timed_formula(Negate(Name("F" if "F" in move.operands else "g")), move, called)
    return left, timed_formula(move.formula, move, called)


def timed_formula(node: Node, move: Move, called: Mapping[str, str]) -> Node:
    """A formula with the step at every name."""
    return substitute(node, {name: stamped(name, move, called) for name in names(node)})


def stamped(name: str, move: Move, called: Mapping[str, str], left: bool = False) -> Node:
    """A name with its step."""
    base = SYMBOL.get(name, name)
    base = f"{called.get('x', 'x')}_tilde" if base == "x_try" else called.get(base, base)
    if name in TIMELESS or (name == "f" and move.kind in ("better", "worse")):
        return Name(base)
    if name in move.stamps:
        return Name(f"{base}_t{move.stamps[name][0 if left else 1]}")
    learned = name in ("B", "C") and (move.kind == "secant" or (move.kind in ("inverse", "direct") and left))
    later = name in LATER or learned
    t = move.t if later else move.t - 2 if name in EARLIER else move.t - 1
    return Name(f"{base}_t{t}")
