r"""This module rewrites what students type or paste into the notation that the lexer reads.

`∑[k=1..3]`, `Σᵢ₌₁³`, `sum_k` become `\sum` with its bounds; `W[i][j]` and `W(i,j)` are entries, `W.grad` is
`dW`; `dW += e` is a label, `W -= e` the line `W = W - (e)`; MATLAB's `.*` is `*`, the `[4pt]` of a row is
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symdl.formula.characters import SUBSCRIPTS, SUPERSCRIPTS
from symdl.formula.coded import summed
from symdl.formula.tokens import MAX_CHARACTERS
from symdl.formula.vocabulary import Vocabulary

INDICES = "ijklmnrstpq"  # letters that are read as indices where they are no names of the question
_LOWERED = SUBSCRIPTS | dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_LOW, _HIGH = "".join(_LOWERED), "".join(SUPERSCRIPTS)
_BOUNDED = re.compile(f"(?:∑|Σ)([{_LOW}₌]*₌[{_LOW}]+)([{_HIGH}]*)")
_SUM = r"(?:∑|Σ|\\sum|\\Sigma|(?<![A-Za-z0-9_\\])(?:[Ss]um|Sigma))"
_RANGED = re.compile(rf"{_SUM}\s*\[\s*([A-Za-z])\s*=\s*([^\[\].]+?)\s*\.\.\s*([^\[\]]+?)\s*\]")
_WORDED = re.compile(rf"(?:Σ|\\Sigma|(?<![A-Za-z0-9_\\])(?:[Ss]um|Sigma))\s*(?=_|[{_LOW}])")
_EACH = re.compile(
    r"\b(?P<sum>(?:np\.)?sum)\(\s*\[?(?P<body>[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*?)\s+for\s+(?P<index>[a-z])\s+in"
    r"\s+range\((?P<count>[A-Za-z0-9]+)\)\s*\]?\s*\)"
)
_TWICE = re.compile(r"(?<=[A-Za-z0-9])\[\s*([A-Za-z0-9]+|:)\s*\]\[\s*([A-Za-z0-9]+|:)\s*\]")
_ROUND = re.compile(
    r"(?<![A-Za-z0-9_\\])(?P<d>[d∂]?)(?P<name>[A-Za-z_]\w*)\((?P<at>[a-z0-9](?:\s*,\s*[a-z0-9])*)\)"
)
_GRADIENT = re.compile(r"\b([A-Za-z]\w*)\.grad(?:\.data)?\b(?!\()")
_ASSIGNED = re.compile(r"^(\s*)([A-Za-z][\w\[\],]*)\s*([-+*/])=(?!=)\s*(.+)$", re.MULTILINE)
_MATLAB = re.compile(r"\.[*/^](?!\*)")
_STAR = re.compile(r"(?<![.*])\*(?!\*)")
_OPERATOR = re.compile(
    r"\\[dt]?frac\s*\{\s*(?:\\partial|d|\\mathrm\{d\})\s*\}"
    r"|(?<![A-Za-z\\])[d∂]\s*/\s*[d∂][A-Za-z]\w*\s*[(\[\\]"
)
_INVERSE = re.compile(r"\\?\b(sin|cos|tan|sinh|cosh|tanh)\s*(?:\^\s*(?:\{\s*-\s*1\s*\}|\(-1\)|-1(?!\d))|⁻¹)")
_DOTTED = re.compile(r"\.([*/^])|\.'")
_ROW_SPACE = re.compile(r"\\\\\s*\[-?[0-9.]+\s*(?:pt|em|ex|mm|cm|bp|in)\]")
_KRONECKER = re.compile(
    r"(?:\\delta|δ|(?<![A-Za-z\\])delta)"
    r"(?:_\{([a-z])[ ,]*([a-z])\}|_([a-z])([a-z])(?![A-Za-z0-9])|\(([a-z]),\s*([a-z])\))"
)
_SMALL = re.compile(f"δ([{''.join(SUBSCRIPTS)}]{{2}})")


def typed(text: str, vocabulary: Vocabulary) -> str:
    r"""The text in the notation of the lexer.

    >>> from symdl.formula.scope import Scope
    >>> typed("∑[k=1..3] x[k] .* y[k]", Vocabulary(Scope()))
    '\\sum_{k=1}^{3}  x[k] * y[k]'
    """
    if len(text) > MAX_CHARACTERS:
        return text
    text = _BOUNDED.sub(_bounded, summed(text))
    text = _RANGED.sub(r"\\sum_{\1=\2}^{\3} ", text)
    text = _EACH.sub(r"\g<sum>(\g<body>, \g<index>=1..\g<count>)", text)
    if vocabulary.known("Sigma") is None:
        text = _WORDED.sub(r"\\sum", text)
    text = _INVERSE.sub(r"a\1 ", text)
    text = _TWICE.sub(r"[\1,\2]", _ROW_SPACE.sub(r"\\\\", text))
    if vocabulary.scope.names is not None:
        text = _ROUND.sub(lambda found: _subscripted(found, vocabulary), text)
        text = _ASSIGNED.sub(_assigned, _GRADIENT.sub(r"d\1", text))
    if _MATLAB.search(text):
        text = _STAR.sub("@", text)
    return _DOTTED.sub(lambda found: found[1] or "'", text)


def kroneckers(text: str) -> Iterator[str]:
    r"""The text once more with every `\delta_{kj}` as 1 where k = j and 0 elsewhere, if there is one.

    >>> list(kroneckers(r"p_k(\delta_{kj} - p_j)"))
    ['p_k(1[k=j] - p_j)']
    """
    lowered = _SMALL.sub(lambda found: "1[{}={}]".format(*(SUBSCRIPTS[letter] for letter in found[1])), text)
    other = _KRONECKER.sub(lambda found: "1[{}={}]".format(*filter(None, found.groups())), lowered)
    if other != text:
        yield other


def ruleless(text: str) -> Iterator[str]:
    r"""The text once more without the sides in the middle that only announce a rule, `\frac{d}{dx}(x^2)`.

    >>> list(ruleless("y = d/dx(x^2) = 2x"))
    ['y = 2x']
    """
    sides = text.split("=")
    kept = [side for k, side in enumerate(sides) if k in (0, len(sides) - 1) or not _OPERATOR.search(side)]
    if len(kept) < len(sides):
        yield "=".join(kept)


def _bounded(found: re.Match[str]) -> str:
    low = "".join(_LOWERED.get(letter, "=") for letter in found[1])
    high = "".join(SUPERSCRIPTS[letter] for letter in found[2])
    return rf"\sum_{{{low}}}" + (f"^{{{high}}} " if high else " ")


def _subscripted(found: re.Match[str], vocabulary: Vocabulary) -> str:
    """`W(i,j)` as an entry, where W has two axes and i, j name nothing."""
    at = [place.strip() for place in found["at"].split(",")]
    name = vocabulary.known(found["name"])
    if name is None and found["name"][0] == "d":
        name = vocabulary.known(found["name"][1:])
    fitting = name is not None and vocabulary.rank(name) == len(at)
    words = {*vocabulary.shapes, *vocabulary.aliases}
    free = all(place in INDICES and place not in words for place in at if not place.isdigit())
    if not (fitting and free) or (len(at) == 1 and at[0].isdigit()):
        return found.group()
    return f"{found['d']}{found['name']}[{','.join(at)}]"


def _assigned(found: re.Match[str]) -> str:
    """`dW += e` adds to a gradient of zero; `W -= e` is a step."""
    start, name, sign, rest = found.groups()
    if sign == "+" and (name[0] == "d" or "grad" in name):
        return f"{start}{name} = {rest}"
    return f"{start}{name} = {name} {sign} ({rest})"
