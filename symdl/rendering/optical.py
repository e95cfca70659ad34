r"""This module estimates how much wider LaTeX sets a formula than MathJax, by which it was laid out.

TeX has small letters drawn for their size, wider than large ones made smaller, which is what MathJax has: an
exponent is wider by a seventh, an exponent in an exponent by a third. In most formulas that is nothing; in a
fraction of fractions of exponentials it is the difference between a line that fits and one that does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDER = (0.0, 0.0, 0.05, 0.095)  # em that a letter is wider in: a display, a line, an exponent, one in that
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\S", re.DOTALL)
_FRACTIONS = (r"\frac", r"\dfrac", r"\tfrac")
_BESIDE = (r"\underset", r"\overset")  # what stands above or below takes no room in the line
_BRACES = (r"\underbrace", r"\overbrace")
_INVISIBLE = re.compile(
    r"[{}&]|\\(?:left|right|[bB]igg?[lr]?|begin|end|text|mathrm|mathbf|operatorname\*?|[,;:!\\ ])"
)


def surplus(tex: str) -> float:
    r"""The em by which LaTeX sets a formula wider, about.

    >>> surplus(r"\frac{a + b}{c}"), surplus("e^{-x}"), surplus("e^{x^{2}}")
    (0.0, 0.1, 0.145)
    """
    return round(_run(iter(_TOKEN.findall(tex)), 0), 4)


def _run(tokens: Iterator[str], style: int) -> float:
    """The surplus of a group, up to the brace that closes it."""
    total, label = 0.0, False
    for token in tokens:
        if token == "}":
            break
        if token in _FRACTIONS:
            total += max(_argument(tokens, _smaller(style)), _argument(tokens, _smaller(style)))
        elif token in _BESIDE:
            _argument(tokens, style)
        elif token in _BRACES:
            total += _argument(tokens, style)
            label = True
            continue
        elif token in ("^", "_"):
            small = _argument(tokens, max(2, _smaller(style)))
            total += 0.0 if label else small
        elif token == "{":
            total += _run(tokens, style)
        else:
            total += _letters(token) * WIDER[style]
        label = False
    return total


def _argument(tokens: Iterator[str], style: int) -> float:
    token = next(tokens, "}")
    return _run(tokens, style) if token == "{" else _letters(token) * WIDER[style]


def _smaller(style: int) -> int:
    return min(3, style + 1)


def _letters(token: str) -> int:
    """How many letters a token is: a function's name has its own, a Greek letter's is one."""
    if _INVISIBLE.fullmatch(token):
        return 0
    return len(token) - 1 if token in (r"\sin", r"\cos", r"\tan", r"\tanh", r"\log", r"\exp", r"\max") else 1
