"""Words around an answer are set aside where they say nothing, and only there."""

from __future__ import annotations

import pytest

import symdl
from symdl.formula.wording import without_words

KEPT = ["not $2x$", "the answer is not 2x", "پاسخ منفی ۲x", "۲x نیست", "2x because of y", "پاسخ نمی‌شود ۲x"]
FREED = [
    "پاسخ: 2x", "جواب نهایی = ۲x است.", "بنابراین داریم: $$2x$$", "گرادیان برابر ۲x می‌شود", "answer: 2x",
    "the answer is 2x", "Therefore $2x$", "Final Answer: The final answer is $2x$.", "پاسخ برابر است با ۲x",
]  # fmt: skip


@pytest.mark.parametrize("text", FREED)
def test_words_that_say_nothing_are_set_aside(text: str) -> None:
    assert symdl.compare(text, "2x", symbols=["x"]).outcome == "equal"
    assert symdl.compare(text, "3x", symbols=["x"]).outcome == "different"


@pytest.mark.parametrize("text", KEPT)
def test_words_that_may_say_something_stay(text: str) -> None:
    assert {"not", "منفی", "نیست", "because", "نمی‌شود"} & set(without_words(text, lambda word: False).split())
    assert symdl.compare(text, "2x", symbols=["x", "y"]).outcome == "unreadable"


def test_names_of_the_question_are_no_words() -> None:
    assert symdl.compare("a: 2x", "2x", symbols=["x", "a"]).outcome == "unreadable"
    assert without_words("value: 3", lambda word: word == "value") == "value: 3"


def test_places_are_those_of_the_text() -> None:
    found = symdl.compare("پاسخ: 2x + €", "2x", symbols=["x"])
    assert found.error is not None and found.error.place is not None and found.error.place.start == 11
