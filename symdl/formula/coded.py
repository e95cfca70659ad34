"""This module reads calls of NumPy and PyTorch that a formula writes with signs: `subtract(a, b)`, `einsum`.

`einsum("ij,i->j", W, d)` is `W^T d`; the letters say which product is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from symdl.formula.brackets import closing, kind_at
from symdl.formula.tokens import Token

_SIGNED = {
    "subtract": "-", "sub": "-", "add": "+", "multiply": "*", "mul": "*", "divide": "/", "true_divide": "/",
    "div": "/", "mv": "@", "mm": "@", "bmm": "@",
}  # fmt: skip
_NEGATED = ("negative", "neg")
_EINSUM = re.compile(
    r"(?:\b[a-z]+\.)?einsum\(\s*[\"']\s*([a-z]+(?:\s*,\s*[a-z]+)*)\s*->\s*([a-z]*)\s*[\"']\s*,"
)
_PRODUCTS = {
    "ij,j->i": "{0} {1}", "ij,i->j": "{0}^T {1}", "i,ij->j": "{1}^T {0}", "i,ji->j": "{1} {0}",
    "i,j->ij": "outer({0}, {1})", "i,j->ji": "outer({1}, {0})", "i,i->": "dot({0}, {1})",
    "i,i->i": "{0} * {1}", "ij,ij->ij": "{0} * {1}", "ij,ij->": "sum({0} * {1})", "i->": "sum({0})",
    "ij,jk->ik": "{0} {1}", "ij,kj->ik": "{0} {1}^T", "ij,ik->jk": "{0}^T {1}", "ij,ik->kj": "{1}^T {0}",
    "ij->ji": "{0}^T", "ij->j": "sum({0}, axis=1)", "ij->i": "sum({0}, axis=2)", "ij->": "sum({0})",
}  # fmt: skip


def signed(
    tokens: list[Token], at: int, found: list[Token], inside: Callable[[list[Token]], list[Token]]
) -> int:
    """The place behind a call that is a sign between its two arguments, 0 where there is none.

    What stands `inside` the arguments is read in the same way.
    """
    token = tokens[at]
    if token.kind != "word" or kind_at(tokens, at + 1) != "(":
        return 0
    opening, stop = at + 1, closing(tokens, at + 1)
    if token.text in _NEGATED:
        mark = token._replace(text="(", kind="(")
        found += [mark, token._replace(kind="-", text="-"), tokens[opening]]
        found += [*inside(tokens[opening + 1 : stop]), tokens[stop], tokens[stop]]
        return stop + 1
    middle = _comma(tokens, opening, stop)
    if token.text not in _SIGNED or middle is None:
        return 0
    sign = tokens[middle]._replace(kind=_SIGNED[token.text], text=_SIGNED[token.text])
    left, right = inside(tokens[opening + 1 : middle]), inside(tokens[middle + 1 : stop])
    open_, close = tokens[opening]._replace(spaced=token.spaced), tokens[stop]
    found += [open_, open_, *left, close, sign, open_, *right, close, close]
    return stop + 1


def _comma(tokens: list[Token], start: int, stop: int) -> int | None:
    """The one comma between two arguments."""
    depth, places = 0, list[int]()
    for k in range(start, stop):
        depth += (tokens[k].kind in "([") - (tokens[k].kind in ")]")
        if depth == 1 and tokens[k].kind == ",":
            places.append(k)
    return places[0] if len(places) == 1 else None


def summed(text: str) -> str:
    """The text with its `einsum` written as a product, where the letters say a common one.

    >>> summed("np.einsum('ij,i->j', W, p - y)")
    '((W)^T (p - y))'
    """
    found = _EINSUM.search(text)
    stop = None if found is None else _end(text, found.end())
    if found is None or stop is None:
        return text
    reads, args = found[1].replace(" ", ""), _arguments(text[found.end() : stop])
    letters = dict.fromkeys(reads.replace(",", ""))
    own = str.maketrans(dict(zip(letters, "ijklmn", strict=False)))
    product = _PRODUCTS.get(f"{reads}->{found[2]}".translate(own))
    if product is None or len(args) != 1 + reads.count(","):
        return text
    return f"{text[: found.start()]}({product.format(*(f'({arg})' for arg in args))}){text[stop + 1 :]}"


def _end(text: str, start: int) -> int | None:
    """Where the bracket closes that was opened before a place."""
    depth = 1
    for k in range(start, len(text)):
        depth += (text[k] in "([") - (text[k] in ")]")
        if depth == 0:
            return k
    return None


def _arguments(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
