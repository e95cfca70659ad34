"""This module finds the ends of brackets among the tokens of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from symdl.formula.tokens import Token

OPEN, CLOSE = frozenset("(["), frozenset(")]")


def kind_at(tokens: Sequence[Token], at: int) -> str:
    """The kind of the token at a place, "end" behind the last."""
    return tokens[at].kind if at < len(tokens) else "end"


def closing(tokens: Sequence[Token], at: int) -> int:
    """The place of the bracket that closes the one at a place; the last place where none does."""
    depth = 0
    for k in range(at, len(tokens)):
        depth += (tokens[k].kind in OPEN) - (tokens[k].kind in CLOSE)
        if depth == 0:
            return k
    return len(tokens) - 1
