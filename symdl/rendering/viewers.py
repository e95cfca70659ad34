r"""This module spells the TeX of a formula so that the viewers of Markdown leave it as it is.

Some read Markdown first and mathematics in what it leaves: a backslash before a sign is gone by then, and two
underscores are slanted letters. So signs have names here (`\cr` for `\\`, `\lbrace` for `\{`), an underscore
stands between blanks unless a letter is before it, and nothing is used that one of GitHub, Jupyter, VS Code
and Colab does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from symdl.rendering.theme import hexadecimal_colors

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
_WORDS = re.compile(r"\\(?:text|mathtt)\{(?:[^{}\\]|\\.)*\}")
_OPERATOR = re.compile(r"\\operatorname(\*?)\{((?:[^{}\\]|\\.)*)\}")
_SKIPS = re.compile(r"\\\\\s*\[[^\]]*\]")
_OPENING = re.compile(r"(?<![A-Za-z0-9])_")  # only such an underscore can begin emphasis
_BLANKS = re.compile(r" {2,}")
_UNDERSCORE = r"\rule{0.4em}{0.05em}"  # the sign itself would be a subscript in some
_NAMES = {
    r"\\": r"\cr ", r"\,": r"\thinspace ", r"\:": r"\medspace ", r"\>": r"\medspace ", r"\;": r"\thickspace ",
    r"\!": r"\negthinspace ", r"\ ": r"\space ", r"\{": r"\lbrace ", r"\}": r"\rbrace ", r"\|": r"\Vert ",
    r"\_": _UNDERSCORE, r"\coloneqq": ":=", "*": r"\ast ", "<": r"\lt ", ">": r"\gt ", "~": r"\space ",
    "|": r"\vert ", r"\&": r"\text{＆}", r"\%": r"\text{％}", r"\#": r"\text{＃}", r"\$": r"\text{＄}",
}  # fmt: skip


def safe(tex: str, colors: Mapping[str, str]) -> str:
    r"""A formula that means the same to TeX and nothing to Markdown.

    >>> safe(r"\{x_1, \hat{y}_{2}\} \\ 1", {})
    '\\lbrace x_1, \\hat{y} _ {2}\\rbrace \\cr 1'
    """
    named = _OPERATOR.sub(_operator, _SKIPS.sub(r"\\\\", hexadecimal_colors(tex, colors)))
    parts, start = [], 0
    for words in _WORDS.finditer(named):  # which no viewer reads as mathematics
        parts += [_signs(named[start : words.start()]), words[0].replace(r"\_", "-")]
        start = words.end()
    return _BLANKS.sub(" ", "".join([*parts, _signs(named[start:])])).replace("](", "] (")


def _operator(found: re.Match[str]) -> str:
    r"""An upright name that is an operator: `\operatorname` itself is refused on GitHub."""
    limits = r"\limits " if found[1] else r"\nolimits "
    return rf"\mathop{{\mathrm{{{found[2]}}}}}{limits}"


def _signs(tex: str) -> str:
    return _OPENING.sub(" _ ", "".join(_NAMES.get(token[0], token[0]) for token in _TOKEN.finditer(tex)))
