r"""This module reads the left side of an answer that names the question in looser words than the problem.

`\frac{\partial L}{\partial w_{ij}} = …` is an entry of `W1` where `W1` is what was asked for: the letter is
the same, the layer was left out. Only what stands left of the first equals sign is changed.
"""

from __future__ import annotations

import re

from symdl.core.graph import Adjoint
from symdl.formula.tokens import MAX_CHARACTERS
from symdl.grading.judging.entrywise import LETTERS
from symdl.grading.question import Question

_D = r"(?:\\partial|∂|d)\s*"
_LEFT = re.compile(
    rf"^\s*\$?\s*(?:\\[dt]?frac\s*{{\s*{_D}(?P<of>[A-Za-z]\w*)\s*}}\s*{{\s*{_D}(?P<by>[^=]+?)\s*}}"
    rf"|{_D}(?P<above>[A-Za-z]\w*)\s*/\s*{_D}(?P<below>[^=/]+?))\s*=(?!=)"
)
_NAME = re.compile(r"([A-Za-z]+)(.*)", re.DOTALL)
_LAST = re.compile(r"[A-Za-z]+")


def relabeled(text: str, question: Question, names: frozenset[str]) -> str | None:
    """The answer with its left side in the words of the question; None where it does not name it."""
    found = _LEFT.match(text) if len(text) <= MAX_CHARACTERS else None
    name = None if question.target is None else question.target.name
    if found is None or not isinstance(name, Adjoint):
        return None
    of, by = found["of"] or found["above"], found["by"] or found["below"]
    quantity = _NAME.fullmatch(by.strip())
    asked = _NAME.fullmatch(name.by)
    if quantity is None or asked is None or (of in names and of != name.of):
        return None
    if quantity[1].lower() != asked[1].lower() or quantity[1] in names:
        return None
    layer = "".join(re.findall(r"\d", quantity[2]))
    if layer and layer not in asked[2]:
        return None
    letters = [letter for letter in "".join(_LAST.findall(quantity[2])) if letter in LETTERS]
    subscripts = f"[{','.join(letters)}]" if letters else ""
    return f"d{name.by}{subscripts} = {text[found.end() :]}"
