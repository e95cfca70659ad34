"""This module finds literal arrays among the tokens of an answer: rows, lists; brackets that only group."""

from __future__ import annotations

from itertools import pairwise

from symdl.formula.brackets import CLOSE, OPEN, closing, kind_at
from symdl.formula.tokens import Token

_COMPARES = frozenset({"<", ">", "<=", ">=", "!=", "=", "==", ":"})
_PLACES = ("number", ",", ":", "+", "-")


def arrays(tokens: list[Token]) -> list[Token]:
    """The tokens with each array in square brackets and its parts between commas; other brackets round.

    >>> from symdl.formula.tokens import tokenize
    >>> "".join(token.text for token in arrays(tokenize("(x, y)")))
    '[x,y]'
    >>> marks = [Token(t if t in "[];," else "word", t, 0, 0) for t in "[a;b]"]
    >>> "".join(token.text for token in arrays(marks))
    '[a,b]'
    """
    return _lists(_factors(_grouped(_rows(tokens))))


def _rows(tokens: list[Token]) -> list[Token]:
    """Rows set apart by semicolons, `[a, b; c, d]`, as a literal array."""
    found = list(tokens)
    at = len(found)
    while (at := at - 1) >= 0:
        if found[at].kind != "[":
            continue
        stop = closing(found, at)
        inside = found[at + 1 : stop]
        lines = _apart(inside, ";")
        if len(lines) < 2 or found[stop].kind != "]":
            continue
        wide = any(len(_apart(line, ",")) > 1 for line in lines)
        mark = found[at]
        parts = [[mark, *line, found[stop]] if wide else line for line in lines]
        comma = Token(",", ",", mark.start, mark.start)
        found[at + 1 : stop] = [t for k, part in enumerate(parts) for t in ([comma] if k else []) + part]
    return found


def _apart(tokens: list[Token], sign: str) -> list[list[Token]]:
    """The parts between the signs outside all brackets; an empty one at the end is none."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind in OPEN) - (token.kind in CLOSE)
        if token.kind == sign and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts if parts[-1] else parts[:-1]


def _grouped(tokens: list[Token]) -> list[Token]:
    """Square brackets around one formula, which group as round ones do: `[W^T d * (1 - h^2)] x^T`."""
    found = list(tokens)
    for k, token in enumerate(tokens):
        if token.kind != "[":
            continue
        stop = closing(tokens, k)
        if tokens[stop].kind == "]" and _groups(tokens, k, stop):
            found[k] = token._replace(kind="(", text="(")
            found[stop] = tokens[stop]._replace(kind=")", text=")")
    return found


def _groups(tokens: list[Token], start: int, stop: int) -> bool:
    before, after = kind_at(tokens, start - 1) if start else "end", kind_at(tokens, stop + 1)
    inside = tokens[start + 1 : stop]
    if start > 1 and tokens[start - 2].kind == "^" and tokens[start - 1].text == "T":
        before = ".T"
    if not inside or before in ("word", "name", "function"):
        return False
    if before in (")", "]", ".T") and (not _is_formula(inside) or len(_apart(inside, ",")) > 1):
        return False
    if any(t.kind in _COMPARES or t.kind == "," for t in inside) and len(_apart(inside, ",")) > 1:
        return False
    if before == "number" and any(t.kind in _COMPARES for t in inside):
        return False
    called = start > 1 and before == "(" and tokens[start - 2].kind == "function" and after == ")"
    element = before in ("[", ",", "(") and after in ("]", ",", ")") and not called
    nested = inside[0].kind == "[" and closing(inside, 0) == len(inside) - 1
    return not element and not nested


def _is_formula(tokens: list[Token]) -> bool:
    """Whether something stands in brackets that can be no subscript: a product, a power, a call."""
    return any(token.kind not in (*_PLACES, "word") for token in tokens) or any(
        left.kind in ("word", "number") and right.kind in ("word", "number")
        for left, right in pairwise(tokens)
    )


def _factors(tokens: list[Token]) -> list[Token]:
    """A literal array behind a factor, `2 [a, b]`, in brackets of its own, which multiply it."""
    found: list[Token] = []
    last = -1  # where the array ends that is being passed
    for k, token in enumerate(tokens):
        stop = closing(tokens, k) if token.kind == "[" and k > last else k
        before = found[-1].kind if found else "end"
        if len(found) > 1 and found[-2].kind == "^" and found[-1].text == "T":
            before = ".T"
        inside = tokens[k + 1 : stop]
        array = len(_apart(inside, ",")) > 1 and (inside[0].kind == "[" or _is_formula(inside))
        if stop > k and array and (before in (")", ".T") or (before in ("word", "name") and token.spaced)):
            found += [token._replace(kind="(", text="("), token._replace(spaced=False)]
            found += [*tokens[k + 1 : stop + 1], tokens[stop]._replace(kind=")", text=")")]
            last = stop
        elif k > last:
            found.append(token)
    return found


def _lists(tokens: list[Token]) -> list[Token]:
    """Brackets that hold a list and call nothing, as those of a literal array."""
    found = list(tokens)
    for k, token in enumerate(found):
        called = k > 0 and found[k - 1].kind in ("function", "word", "name")
        if token.kind == "(" and not called:
            stop = closing(found, k)
            if _has_comma(found, k, stop) and found[stop].kind == ")":
                found[k] = token._replace(kind="[", text="[", spaced=True)
                found[stop] = found[stop]._replace(kind="]", text="]")
    return found


def _has_comma(tokens: list[Token], start: int, stop: int) -> bool:
    depth = 0
    for token in tokens[start:stop]:
        depth += (token.kind in OPEN) - (token.kind in CLOSE)
        if depth == 1 and token.kind == ",":
            return True
    return False
