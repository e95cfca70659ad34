"""This module writes the line of a second-order test: the Hessian of the Lagrangian along the constraints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdl.core.naming import leaf
from symdl.derivation.convexity.second_test import Second
from symdl.formula.tree import ZERO, Array, Compare, Name, Node, Transpose, times

BY_KIND = ("vertex", "positive", "negative")  # verdicts whose words depend on what the point is


def second_line(
    second: Second, by: Sequence[str], constraints: Sequence[Name], kind: str
) -> tuple[str, Node, tuple[Node, ...], dict[str, Any]]:
    """The key of the rule, both sides of the line and what its words are about; `kind` is that of the
    problem as it was asked.
    """
    if not second.along:
        return (
            f"second_{'weak' if second.by == 'weak' else 'inside'}_{kind}",
            leaf("H"),
            (second.hessian,),
            {},
        )
    key = f"{second.by}_{kind}" if second.by in BY_KIND else second.by
    letter = Name("Z" if isinstance(second.form, Array) else next(n for n in ("d", "u", "q") if n not in by))
    along = tuple(Compare("=", constraints[k], ZERO) for k in second.along)
    facts = {"letter": letter, "basis": second.basis, "hessian": second.hessian, "along": along}
    if second.form is None:
        zero: Node = Array((ZERO,) * len(by)) if len(by) > 1 else ZERO
        return f"second_{key}", letter, (zero,), facts
    return (
        f"second_{key}",
        times(Transpose(letter), leaf("H"), letter, style="juxtaposed"),
        (second.form,),
        facts,
    )
