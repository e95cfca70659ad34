"""This module reads given numbers exactly: from TOML with the digits as written, from Python of any make.

A number becomes a `Number` (a fraction and its written digits); text such as "1/3" or "sqrt(2)" stays text
for the formula reader; lists become tuples of equal lengths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any, Union

from symdl.formula.tree import Number
from symdl.problems.reading.faults import Fault, Path, preview

Exact = Number | str
Value = Union[Number, str, tuple["Value", ...]]  # noqa: UP007 (a name in quotes)

MAX_DIGITS = 60
MAX_EXPONENT = 300
MAX_TEXT = 2000
MAX_ORDER = 6  # how deep lists may nest: a batch of colored images needs 4
MAX_ENTRIES = 100_000

_DECIMAL = re.compile(r"([+-]?\d+)(?:\.(\d+))?(?:e([+-]?\d+))?", re.IGNORECASE | re.ASCII)


class Written(str):
    """A decimal as it stands in the file; `tomllib` makes these in place of floats."""

    __slots__ = ()


def exact(value: object) -> Exact:
    """One number, exactly, or text that a formula reader will take for one.

    >>> exact(Written("0.10"))
    Number(value=Fraction(1, 10), written='0.10')
    """
    value = _unwrapped(value)
    if isinstance(value, Written):
        return _decimal(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float | Decimal):
        return _decimal(_digits(value))
    if isinstance(value, Number):
        return value
    if isinstance(value, Rational) and not isinstance(value, bool):
        return _fraction(Fraction(int(value.numerator), int(value.denominator)))
    if getattr(value, "is_number", False):
        return _symbolic(value)
    raise Fault("wrong_number", got=preview(value))


def _unwrapped(value: Any) -> Any:
    """The plain Python number inside a NumPy scalar or an array with one entry and no axes."""
    return value.tolist() if getattr(value, "shape", None) == () else value


def _decimal(written: str) -> Number:
    plain = written.replace("_", "")
    found = _DECIMAL.fullmatch(plain)
    if found is None:
        raise Fault("not_finite" if _endless(plain) else "wrong_number", got=written)
    whole, part, exponent = found[1], found[2] or "", int(found[3] or 0)
    if len(whole) + len(part) > MAX_DIGITS:
        raise Fault("too_many_digits", limit=MAX_DIGITS)
    if abs(exponent) > MAX_EXPONENT:
        raise Fault("too_large", got=preview(Written(written)), limit=MAX_EXPONENT)
    power = exponent - len(part)
    value = Fraction(int(whole + part) * 10 ** max(power, 0), 10 ** max(-power, 0))
    return Number(value, plain.removeprefix("+"))


def _digits(value: float | Decimal) -> str:
    """The shortest digits of a Python number; a whole one without its `.0`."""
    digits = repr(float(value)) if isinstance(value, float) else str(value)
    return re.sub(r"e([+-])0+", r"e\1", digits) if "e" in digits else digits.removesuffix(".0")


def _fraction(value: Fraction) -> Number:
    if max(abs(value.numerator), value.denominator) >= 10**MAX_DIGITS:
        raise Fault("too_many_digits", limit=MAX_DIGITS)
    return Number(value)


def _text(text: str) -> str:
    if not text.strip():
        raise Fault("empty_text")
    if len(text) > MAX_TEXT:
        raise Fault("long_text", length=len(text), limit=MAX_TEXT)
    if _endless(text):
        raise Fault("not_finite", got=preview(text))
    return text


def _endless(text: str) -> bool:
    """Whether a text stands for infinity, or for what is no number."""
    return text.strip().lstrip("+-").lower() in ("inf", "infinity", "nan")


def _symbolic(value: Any) -> Exact:
    """A SymPy number: rational ones as fractions, floats by their digits, the rest as text."""
    if value.is_Rational:
        return _fraction(Fraction(int(value.p), int(value.q)))
    if not (value.is_finite and value.is_real):
        raise Fault("not_finite", got=preview(value))
    if value.is_Float:
        return exact(float(value))
    from sympy.printing.str import StrPrinter

    printer = StrPrinter({"full_prec": False})
    printer._print_Exp1 = lambda _: "e"
    return _text(printer.doprint(value).replace("**", "^"))


def nested(value: object) -> Value:
    """A number, or lists of numbers of equal lengths, as tuples.

    >>> shape(nested([[1, 2], [3, 4], [5, 6]]))
    (3, 2)
    """
    found = _nested(_listed(value), (), [MAX_ENTRIES])
    _same_shapes(found, ())
    return found


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _nested(value: object, inside: Path, room: list[int]) -> Value:
    """The value as tuples; `room` holds how many more numbers may come."""
    if isinstance(value, list | tuple) or (inside == () and isinstance(value, range)):
        return _items(list(value), inside, room)
    room[0] -= 1
    if room[0] < 0:
        raise Fault("too_many_entries", limit=MAX_ENTRIES)
    try:
        return exact(value)
    except Fault as fault:
        raise Fault(fault.key, inside=inside, **fault.facts) from None


def _items(items: list[Any], inside: Path, room: list[int]) -> tuple[Value, ...]:
    if not items:
        raise Fault("empty_list", inside=inside)
    if len(inside) >= MAX_ORDER:
        raise Fault("deep_list", inside=inside, limit=MAX_ORDER)
    return tuple(_nested(_listed(item), (*inside, k), room) for k, item in enumerate(items))


def _same_shapes(value: Value, inside: Path) -> tuple[int, ...]:
    """The shape of a value, whose parts must all have one shape."""
    if not isinstance(value, tuple):
        return ()
    first = _same_shapes(value[0], (*inside, 0))
    for k, item in enumerate(value[1:], start=1):
        other = _same_shapes(item, (*inside, k))
        if other != first:
            raise _ragged(first, other, (*inside, k))
    return (len(value), *first)


def _ragged(first: tuple[int, ...], other: tuple[int, ...], inside: Path) -> Fault:
    if len(first) == len(other) == 1:
        return Fault("ragged", inside=inside, length=other[0], expected=first[0])
    return Fault("uneven", inside=inside)


def shape(value: Value) -> tuple[int, ...]:
    """The shape of a read value: () for a number, (3,) for a list of three."""
    return (len(value), *shape(value[0])) if isinstance(value, tuple) else ()


def flat(value: Value) -> Iterator[Exact]:
    """The numbers of a read value, row by row."""
    if isinstance(value, tuple):
        for item in value:
            yield from flat(item)
    else:
        yield value


def whole(value: object, least: int = 1, most: int = 10**6) -> int:
    """A whole number between two bounds.

    >>> whole(7)
    7
    """
    if isinstance(value, Written) and (found := _decimal(value).value).denominator == 1:
        value = int(found)
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise Fault("wrong_integer", got=preview(value), least=least)
    number = int(value)
    if not least <= number <= most:
        raise Fault("out_of_range", got=preview(number), least=least, most=most)
    return number
