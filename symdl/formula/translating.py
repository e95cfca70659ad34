r"""This module says how a formula in LaTeX is typed where a problem takes text."""

from __future__ import annotations

from symdl.errors import FormulaError
from symdl.formula.answer import read_answer
from symdl.formula.characters import AS_TYPED
from symdl.formula.plain import to_plain
from symdl.formula.scope import Scope
from symdl.formula.vocabulary import Vocabulary


def typed(text: str, scope: Scope) -> str:
    r"""A formula in LaTeX as it is typed; where that cannot be read, an example of what is.

    >>> typed(r"\frac{1}{2} x", Scope(frozenset({"x"})))
    '1/2 x'
    """
    try:
        return to_plain(read_answer(text, Vocabulary(scope))[0].node)
    except FormulaError:
        return AS_TYPED
