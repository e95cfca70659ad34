"""This module reads a number exactly, with the digits it was written in."""

from __future__ import annotations

from fractions import Fraction

from symdl.formula.cursor import Cursor
from symdl.formula.limits import MAX_DECIMAL_EXPONENT, MAX_DIGITS
from symdl.formula.tokens import Token
from symdl.formula.tree import Number


def numeral(cursor: Cursor) -> Number:
    """The number that comes next; `0.10` and `1e-5` keep their spelling, `2` and `2.` need none."""
    token = cursor.advance()
    _check(cursor, token)
    value, written = Fraction(token.text), token.text.rstrip(".")
    return Number(value, None if written == str(value) else written)


def _check(cursor: Cursor, token: Token) -> None:
    mantissa, _, exponent = token.text.lower().partition("e")
    name = token.text[len(mantissa) :]
    if cursor.declares(name):
        raise cursor.refuse("ambiguous_number", token, mantissa=mantissa, name=name)
    if len(mantissa) > MAX_DIGITS:
        raise cursor.refuse("too_many_digits", token, limit=MAX_DIGITS)
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_DECIMAL_EXPONENT):
        raise cursor.refuse("decimal_exponent_too_large", token, limit=MAX_DECIMAL_EXPONENT)
