r"""This module breaks a long formula before its operators, as a teacher does: first where terms are added or
sides compared, then between factors, last inside brackets.

It reads TeX only so far as to know what stands inside what. A group in braces, between `\left` and
`\right`, or in an environment is never opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable

SUMS = frozenset(("+", "-", r"\pm", r"\mp"))
RELATIONS = frozenset(
    ("=", "<", ">", r"\approx", r"\neq", r"\ne", r"\leq", r"\le", r"\geq", r"\ge", r"\equiv", r"\coloneqq",
     r"\to", r"\in", r"\propto", r"\Rightarrow", r"\Leftrightarrow", "≈", "≠", "≤", "≥", "≔", "→", "⇒", "∈")
)  # fmt: skip
PRODUCTS = frozenset((r"\cdot", r"\times", r"\odot", r"\otimes", r"\circ", "*", "·", "@", "⊙"))
TERMS = SUMS | RELATIONS
_LEVELS = ((TERMS, False), (TERMS | PRODUCTS, False), (TERMS, True), (TERMS | PRODUCTS, True))

_TOKEN = re.compile(
    r"\\(?:left|right|[bB]igg?[lrm]?)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|.)|\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL
)
_PAIRED = re.compile(r"\\(?:left|right)(?![A-Za-z])")
_SPACE = re.compile(r"\s+|\\[,;:!> ]|\\q?quad|~")
_OPENS = {"{": "{", "(": "(", "[": "(", r"\{": "(", r"\lvert": "(", r"\lVert": "(", r"\begin": "begin"}
_CLOSES = {"}": "{", ")": "(", "]": "(", r"\}": "(", r"\rvert": "(", r"\rVert": "(", r"\end": "begin"}
_BARS = ("|", r"\|", r"\Vert", r"\vert")
_NO_OPERAND = TERMS | PRODUCTS | {"", ",", ";", "&", "^", "_", "(", "[", "{", r"\{", r"\\"}


def segments(tex: str, operators: frozenset[str] = TERMS, in_brackets: bool = False) -> list[str]:
    r"""The pieces of a formula, each but the first beginning with an operator between two operands.

    >>> segments(r"a + \frac{b + c}{d} - f(x + y)")
    ['a ', '+ \\frac{b + c}{d} ', '- f(x + y)']
    """
    pieces: list[str] = []
    inside: list[str] = []
    start, before = 0, ""
    for found in _TOKEN.finditer(tex):
        token = found[0]
        free = all(group == "(" for group in inside) if in_brackets else not inside
        if token in operators and free and before not in _NO_OPERAND:
            pieces.append(tex[start : found.start()])
            start = found.start()
        _step(token, inside)
        before = before if _SPACE.fullmatch(token) else token
    return [*pieces, tex[start:]]


def _step(token: str, inside: list[str]) -> None:
    """Keep the list of open groups; a bracket without partner ends with the group around it."""
    if _PAIRED.match(token):
        _close("left", inside) if token.startswith(r"\right") else inside.append("left")
    elif token in _BARS:
        _close("|", inside) if inside[-1:] == ["|"] else inside.append("|")
    elif token in _OPENS:
        inside.append(_OPENS[token])
    elif token in _CLOSES:
        _close(_CLOSES[token], inside)


def _close(group: str, inside: list[str]) -> None:
    if group in inside:
        while inside.pop() != group:
            pass


def lines(tex: str, room: float, width: Callable[[str], float], start: str = "{}") -> list[str]:
    r"""A formula as lines no wider than the room, as far as it can be broken.

    Lines after the first begin with `start`: an empty operand, so that a plus sign keeps the space of one
    between two.

    >>> lines("a + b + c", 6, len)
    ['a + b ', '{}+ c']
    """
    whole = [tex]
    for operators, in_brackets in _LEVELS:
        if all(width(line) <= room for line in whole):
            break
        whole = [
            part
            for line in whole
            for part in _filled(segments(line, operators, in_brackets), room, width, start)
        ]
    return whole


def _filled(pieces: list[str], room: float, width: Callable[[str], float], start: str) -> list[str]:
    """Pieces put together to lines as full as they get."""
    filled = pieces[:1]
    for piece in pieces[1:]:
        if width(filled[-1] + piece) <= room:
            filled[-1] += piece
        else:
            filled.append(start + piece)
    return filled
