r"""This module breaks a long formula before its operators, as a teacher does: first where terms are added or
sides compared, then between factors, then inside brackets, the outermost first.

It reads TeX only so far as to know what stands inside what. A group in braces or in an environment is never
opened; brackets that grow with their content become large ones of fixed size, so that a line may end inside.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

SUMS = frozenset(("+", "-", r"\pm", r"\mp"))
RELATIONS = frozenset(
    ("=", "<", ">", r"\approx", r"\neq", r"\ne", r"\leq", r"\le", r"\geq", r"\ge", r"\equiv", r"\coloneqq",
     r"\to", r"\in", r"\propto", r"\Rightarrow", r"\Leftrightarrow", "≈", "≠", "≤", "≥", "≔", "→", "⇒", "∈")
)  # fmt: skip
PRODUCTS = frozenset((r"\cdot", r"\times", r"\odot", r"\otimes", r"\circ", "*", "·", "@", "⊙"))
TERMS = SUMS | RELATIONS
DEEPEST = 4  # brackets inside brackets
NARROW = 0.4  # of the room: a bracket that is not wider stays whole

_TOKEN = re.compile(
    r"\\(?:left|right|[bB]igg?[lr])(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|.)|\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL
)
_GROWING = re.compile(r"\\(left|right)(?![A-Za-z])")
_LARGE = re.compile(r"\\[bB]igg?([lr])(?![A-Za-z])")
_SPACE = re.compile(r"\s+|\\[,;:!> ]|\\q?quad|~")
_OPENS = {"{": "{", "(": "(", "[": "(", r"\{": "(", r"\lvert": "(", r"\lVert": "(", r"\begin": "begin"}
_CLOSES = {"}": "{", ")": "(", "]": "(", r"\}": "(", r"\rvert": "(", r"\rVert": "(", r"\end": "begin"}
_BARS = ("|", r"\|", r"\Vert", r"\vert")
_NO_OPERAND = TERMS | PRODUCTS | {"", ",", ";", "&", "^", "_", "(", "[", "{", r"\{", r"\\"}


def segments(
    tex: str, operators: frozenset[str] = TERMS, depth: int = 0, whole: Callable[[str], bool] | None = None
) -> list[str]:
    r"""The pieces of a formula, each but the first beginning with an operator between two operands, at most
    so many brackets deep. What stands in brackets that are to stay `whole` is in one piece.

    >>> segments(r"a + \frac{b + c}{d} - f(x + y)")
    ['a ', '+ \\frac{b + c}{d} ', '- f(x + y)']
    >>> segments("(1 + a)(b + c)", depth=1, whole=lambda group: "a" in group)
    ['(1 + a)(b ', '+ c)']
    """
    pieces: list[str] = []
    inside: list[str] = []
    start, before = 0, ""
    closed = _kept_whole(tex, whole) if depth and whole else ()
    for found in _TOKEN.finditer(tex):
        token = found[0]
        free = len(inside) <= depth and all(group == "(" for group in inside)
        free = free and not any(first < found.start() < last for first, last in closed)
        if token in operators and free and before not in _NO_OPERAND and _side(before) != "l":
            pieces.append(tex[start : found.start()])
            start = found.start()
        _step(token, inside)
        if not _SPACE.fullmatch(token):
            before = "x" if before in ("^", "_") else token  # a raised sign is part of its operand
    return [*pieces, tex[start:]]


def _kept_whole(tex: str, whole: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Where the brackets that are to stay whole begin and end."""
    opened: list[tuple[int, int]] = []  # how many groups are open before it, and where it begins
    found: list[tuple[int, int]] = []
    inside: list[str] = []
    for token in _TOKEN.finditer(tex):
        before = len(inside)
        _step(token[0], inside)
        if len(inside) > before and inside[-1] == "(":
            opened.append((before, token.start()))
        while opened and len(inside) <= opened[-1][0]:
            found.append((opened.pop()[1], token.end()))
    return [(first, last) for first, last in found if whole(tex[first:last])]


def _side(token: str) -> str:
    r"""Of `\left(` and `\bigl(` l, of their partners r, of other tokens nothing."""
    found = _GROWING.match(token) or _LARGE.match(token)
    return found[1][0] if found else ""


def _step(token: str, inside: list[str]) -> None:
    """Keep the list of open groups; a bracket without partner ends with the group around it."""
    if side := _side(token):
        group = "left" if _GROWING.match(token) else "("
        inside.append(group) if side == "l" else _close(group, inside)
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
    ['a + b', '{}+ c']
    """
    return [line.strip() for line in _filled(_pieces(tex, room, width, start), room, width)]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a formula, what stands before it where it begins a line, and how deep the break before it is:
    0 between terms, 1 between factors, and so on.
    """

    start: str
    tex: str
    level: int

    @property
    def line(self) -> str:
        """The piece as a line of its own."""
        return self.start + self.tex


def _pieces(tex: str, room: float, width: Callable[[str], float], start: str) -> list[Piece]:
    """The formula in pieces that fit, none broken more than it must be."""

    def whole(group: str) -> bool:
        return width(group) <= NARROW * room

    pieces = [Piece("", tex, 0)]
    for level in range(2 * (DEEPEST + 1)):
        if all(width(piece.line) <= room for piece in pieces):
            break
        pieces = [
            part
            for piece in pieces
            for part in ([piece] if width(piece.line) <= room else _broken(piece, level, start, whole))
        ]
    return pieces


def _broken(piece: Piece, level: int, start: str, whole: Callable[[str], bool]) -> list[Piece]:
    """A piece broken at one level; brackets that stay `whole` are not opened."""
    depth, factors = divmod(level, 2)
    operators = TERMS | PRODUCTS if factors else TERMS
    first, *rest = segments(_opened(piece.tex) if depth else piece.tex, operators, depth, whole)
    return [replace(piece, tex=first), *(Piece(start, part, level) for part in rest)]


def _opened(tex: str) -> str:
    """A formula whose outer growing brackets are large ones of fixed size instead."""
    inside: list[str] = []
    size = "bigg" if r"\frac" in tex else "big"
    parts = []
    for found in _TOKEN.finditer(tex):
        token, growing = found[0], _GROWING.match(found[0])
        closed = [group for group in inside if group != "("]
        if growing and closed == ([] if growing[1] == "left" else ["left"]):
            parts.append(rf"\{size}{growing[1][0]}{token[growing.end() :]}")
        else:
            parts.append(token)
        _step(token, inside)
    return "".join(parts)


def _filled(pieces: list[Piece], room: float, width: Callable[[str], float]) -> list[str]:
    """Pieces put together to lines as full as they get. A new term does not join a line that began inside
    another.
    """
    first, *rest = pieces
    filled, begun = [first.line], first.level
    for piece in rest:
        joins = piece.level >= begun or piece.level % 2 == 1
        if joins and width(filled[-1] + piece.tex) <= room:
            filled[-1] += piece.tex
        else:
            filled.append(piece.line)
            begun = piece.level
    return filled
