"""This module reads calls that belong to arrays in code: `A.dot(b)`, `dZ.sum(axis=0)`, `x.reshape(-1, 1)`.

A method becomes the function or the sign that a formula has for it; what only turns a vector into a column
of a matrix is left out, for vectors are columns here. Axes of code count from 0.
"""

from __future__ import annotations

import re

from symdl.formula.brackets import closing, kind_at
from symdl.formula.coded import signed
from symdl.formula.commands import MODULES
from symdl.formula.tokens import Token

PRODUCTS = ("dot", "matmul", "mm", "mv")
REDUCTIONS = ("sum", "mean", "max", "min")
PLAIN = ("astype", "copy", "flatten", "ravel", "squeeze", "numpy", "detach", "clone", "float", "item")
TURNED = ("transpose", "t")
_CODE = re.compile(
    rf"\b(?:{'|'.join(MODULES)})\.[A-Za-z]|\b(?:F|nn)\.[a-z]|axis\s*=\s*0|dim\s*=|\.(?:{'|'.join(REDUCTIONS)})\("
)
_LITERALS = ("array", "asarray", "tensor", "Tensor", "matrix", "Matrix", "ImmutableMatrix", "constant")
_NEW_AXIS = ("None", "newaxis")


def is_code(text: str) -> bool:
    """Whether an answer is written as NumPy or PyTorch take it.

    >>> is_code("np.sum(dZ, axis=1)"), is_code("sum(dZ, axis=1)")
    (True, False)
    """
    return _CODE.search(text) is not None


def methods(tokens: list[Token], by_code: bool = False) -> list[Token]:
    """The tokens with methods of arrays as functions and signs."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        at = (
            _method(tokens, at, found)
            or _new_axis(tokens, at, found)
            or _literal(tokens, at)
            or signed(tokens, at, found, methods)
            or _kept(tokens, at, found)
        )
    return _counted(found, 1 if by_code else 0)


def _kept(tokens: list[Token], at: int, found: list[Token]) -> int:
    found.append(tokens[at])
    return at + 1


def _method(tokens: list[Token], at: int, found: list[Token]) -> int:
    """The place behind a method and its arguments, 0 where there is none."""
    if tokens[at].kind != "." or kind_at(tokens, at + 1) != "word" or kind_at(tokens, at + 2) != "(":
        return 0
    name, opening, stop = tokens[at + 1], tokens[at + 2], closing(tokens, at + 2)
    args = tokens[at + 3 : stop]
    turn = Token(".T", ".T", name.start, name.stop)
    if name.text in PRODUCTS:
        found.append(tokens[at]._replace(kind="@"))
        return at + 2
    if name.text in REDUCTIONS:
        start = operand(found)
        comma = [Token(",", ",", opening.start, opening.stop)] if args else []
        found[start:] = [name, opening._replace(spaced=False), *found[start:], *comma, *args, tokens[stop]]
    elif name.text == "reshape":
        found += [turn] if [t.text for t in args if t.kind != ","][:1] == ["1"] else []
    elif name.text == "unsqueeze":
        found += [turn] if [t.text for t in args] == ["0"] else []
    elif name.text in TURNED:
        found.append(turn)
    elif name.text not in PLAIN:
        return 0
    return stop + 1


def _literal(tokens: list[Token], at: int) -> int:
    """`array([1, 2])` is the literal alone."""
    named = tokens[at].kind == "word" and tokens[at].text in _LITERALS
    return at + 1 if named and [kind_at(tokens, at + 1), kind_at(tokens, at + 2)] == ["(", "["] else 0


def operand(tokens: list[Token]) -> int:
    """Where the operand begins that the tokens end with."""
    at = len(tokens) - 1
    while at > 0 and tokens[at].kind == ".T":
        at -= 1
    while at >= 0 and tokens[at].kind in (")", "]"):
        depth = 0
        for k in range(at, -1, -1):
            depth += (tokens[k].kind in ")]") - (tokens[k].kind in "([")
            if depth == 0:
                break
        at = k - 1
        if at < 0 or tokens[at].kind not in ("word", "name", "function"):
            return k
    return max(at, 0)


def _new_axis(tokens: list[Token], at: int, found: list[Token]) -> int:
    """`a[:, None]` is the column a itself, `a[None, :]` its row."""
    if tokens[at].kind != "[" or not found:
        return 0
    stop = closing(tokens, at)
    inside = [t.text for t in tokens[at + 1 : stop]]
    for name in _NEW_AXIS:
        if inside == [":", ",", name]:
            return stop + 1
        if inside == [name, ",", ":"]:
            found.append(Token(".T", ".T", tokens[at].start, tokens[stop].stop))
            return stop + 1
    return 0


def _counted(tokens: list[Token], first: int) -> list[Token]:
    """Axes counted from 1, to which `first` has to be added, and `keepdims` left out."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "," and kind_at(tokens, at + 1) == "word" and tokens[at + 1].text == "keepdims":
            at += 4
            continue
        if token.kind == "word" and token.text == "dim" and kind_at(tokens, at + 1) == "=":
            token = token._replace(text="axis")
        if token.kind == "," and _last_axis(tokens, at, found):
            at += 5
            continue
        axis = [t.text for t in found[-2:]] == ["axis", "="] or _alone(found, tokens, at, first)
        if axis and token.kind == "number" and token.text.isdigit():
            if found[-1].kind == ",":
                found += [token._replace(kind="word", text="axis"), token._replace(kind="=", text="=")]
            token = token._replace(text=str(int(token.text) + first))
        found.append(token)
        at += 1
    return found


def _last_axis(tokens: list[Token], at: int, found: list[Token]) -> bool:
    """Whether `, axis=-1` of a softmax follows, which is what it takes anyway."""
    texts = [t.text for t in tokens[at + 1 : at + 5]]
    if len(texts) != 4 or texts[0] not in ("axis", "dim") or texts[1:] != ["=", "-", "1"]:
        return False
    return any(t.text in ("softmax", "log_softmax") for t in found)


def _alone(found: list[Token], tokens: list[Token], at: int, first: int) -> bool:
    """Whether a number is the last argument of a sum or a mean: its axis."""
    if not found or found[-1].kind != "," or kind_at(tokens, at + 1) != ")":
        return False
    depth = 0
    for k in range(len(found) - 1, 0, -1):
        depth += (found[k].kind in ")]") - (found[k].kind in "([")
        if depth < 0:
            return found[k - 1].kind == "word" and found[k - 1].text in (
                REDUCTIONS if first else REDUCTIONS[:2]
            )
    return False
