r"""This module sets aside the words around an answer: `پاسخ: 2x`, `the answer is $2x$`, `2x است`.

Words are set aside only where every one of them is known to say nothing about the formula, so that `not` or
`منفی` never get lost. They become blanks, which keeps every place in the formula where it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ENGLISH_WORDS = """
a an and answer answers are as be becomes by chain course derivative equal equals final finally find follows
for from get gets gives gradient have hence i it is its know my obtain of our product result rule so solution
sum that the then therefore this thus to using value we which with yields
"""
_PERSIAN_WORDS = """
آخر آن آنگاه آید آیند از است اند این با باشد بدست بنابراین به برابر برابرند برای بود پاسخ پس پایانی تابع
جواب حاصل حل خواهد خواهیم داریم داشت در دست را راه رابطه سوال سؤال شد شود شده صورت عبارت قاعده گام گرادیان
ما مرحله مساوی مشتق مقدار می نتیجه نسبت نهایی هست همان و یعنی زنجیره زنجیری ای طبق مطابق که
"""
_EMPTY = frozenset((_ENGLISH_WORDS + _PERSIAN_WORDS).split())
_VARIANTS = str.maketrans("يك", "یک")
_WORD = re.compile("[A-Za-z]+|[\u0600-\u06ff\u200c]+")
_PERSIAN_LETTER = re.compile("[\u0621-\u064a\u066e-\u06d3]")
_LEAD = re.compile("^(?:[\\s.,:،؛\u200c\u200e\u200f]|[A-Za-z]{2,}|[aI](?=\\s)|[\u0621-\u064a\u066e-\u06d3])+")
_TAIL = re.compile("[\\s.،؛:\u200c\u200e\u200f\u0621-\u064a\u066e-\u06d3]+$")
_SET = re.compile(
    r"\$\$(?P<a>[^$]+)\$\$|\$(?P<b>[^$]+)\$|\\\((?P<c>(?:(?!\\\)).)+)\\\)|\\\[(?P<d>(?:(?!\\\]).)+)\\\]",
    re.DOTALL,
)
MAX = 2000  # characters; longer ones are refused anyway
TRIED = 20  # ends of the words before a formula


def without_words(text: str, known: Callable[[str], bool]) -> str:
    """The text with the words before and after its formula as blanks; `known` are words of the question.

    >>> without_words("پاسخ: 2x", lambda word: False).strip()
    '2x'
    >>> without_words("the answer is not $2x$", lambda word: False)
    'the answer is not $2x$'
    """
    if len(text) > MAX or not _WORD.search(text):
        return text
    sets = list(_SET.finditer(text))
    if len(sets) == 1:
        (found,) = sets
        outside = f"{text[: found.start()]} {text[found.end() :]}"
        if outside.strip() and _says_nothing(outside, known):
            return " " * found.start() + found.group() + " " * (len(text) - found.end())
        return text
    return _trailing(_leading(text, known), known)


def _leading(text: str, known: Callable[[str], bool]) -> str:
    """Without the words before the formula: up to a colon, an equals sign, or what is no word."""
    found = _LEAD.match(text)
    if found is None or not _WORD.search(found.group()):
        return text
    lead = found.group()
    cut = max(lead.rfind(":"), lead.rfind("："), lead.rfind("؛")) + 1
    for stop in dict.fromkeys((len(lead), *_ends(lead), cut)):
        head, rest = lead[:stop], text[stop:]
        clear = (
            stop == cut or _PERSIAN_LETTER.search(head) is not None or head.rstrip().endswith((" is", "="))
        )
        if stop and rest.strip() and clear and _says_nothing(head, known):
            rest = rest.lstrip().removeprefix("=") if rest.lstrip().startswith("=") else rest
            return " " * (len(text) - len(rest)) + rest
    return text


def _ends(lead: str) -> list[int]:
    """Where the words of a lead end, the last first."""
    return [word.end() for word in reversed(list(_WORD.finditer(lead)))]


def _trailing(text: str, known: Callable[[str], bool]) -> str:
    found = _TAIL.search(text)
    if found is None or not _PERSIAN_LETTER.search(found.group()) or not text[: found.start()].strip():
        return text
    return text[: found.start()] + " " * len(found.group()) if _says_nothing(found.group(), known) else text


def _says_nothing(words: str, known: Callable[[str], bool]) -> bool:
    """Whether text is words alone, each of which may be left out."""
    if re.sub("[\\s.,:،؛!\u200c\u200e\u200f]", "", _WORD.sub("", words)):
        return False
    return all(_empty(word, known) for word in _WORD.findall(words))


def _empty(word: str, known: Callable[[str], bool]) -> bool:
    if word.isascii():
        return word.lower() in _EMPTY and (len(word) > 1 or word in "aI") and not known(word)
    parts = re.split("[\u200c،؛]", word.translate(_VARIANTS))
    return all(part in _EMPTY for part in parts if part)
