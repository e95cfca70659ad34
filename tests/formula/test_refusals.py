"""What is refused: with which key, at which place, and within what time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.errors import FormulaError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.text import template

words = str.split
FUNCTIONS = frozenset(words("sin exp log sqrt relu sigmoid softmax where sum prod ones binary factorial"))
DECLARED = Scope(frozenset(words("a b w x y z W t N beta e1")), FUNCTIONS)
NOTHING = Scope(None, FUNCTIONS)

# the formula, with the place of the caret between angle quotes, and the key of the message
# fmt: off
UNREADABLE = [
    ("‹›",                          "empty"),
    ("  ‹›",                        "empty"),
    ("x + ‹›",                      "unfinished"),
    ("x ^ ‹›",                      "unfinished"),
    ("x - -‹›",                     "unfinished"),
    ("‹(›x + 1",                    "unclosed"),
    ("x + ‹[›1, 2",                 "unclosed"),
    ("x[‹›",                        "unfinished"),
    ("(‹[›1, 2)",                   "unclosed"),
    ("‹|›x + 1",                    "unclosed"),
    ("x + 1‹)›",                    "unopened"),
    ("x‹]›",                        "unopened"),
    ("‹*›x",                        "expected_operand"),
    ("x + ‹/› y",                   "expected_operand"),
    ("(‹)›",                        "expected_operand"),
    ("a ‹,› b",                     "unexpected"),
    ("a ‹:› b",                     "unexpected"),
    ("a ‹..› b",                    "unexpected"),
    ("0‹,›25",                      "decimal_comma"),
    ("1 ‹000›",                     "two_numbers"),
    ("x ‹2›",                       "number_after_factor"),
    ("(a + b)‹2›",                  "number_after_factor"),
    ("1.2‹.3›",                     "two_numbers"),
    ("a + ‹2e1›",                   "ambiguous_number"),
    ("W ‹[›1, 2]",                  "ambiguous_bracket"),
    ("(W x) ‹[›1]",                 "ambiguous_bracket"),
    ("|a| b ‹|›x|",                 "ambiguous_bars"),
    ("‹sin›",                       "function_without_argument"),
    ("2 ‹sin› + x",                 "function_without_argument"),
    ("‹exp› -x",                    "function_without_argument"),
    ("sin 2‹x›",                    "ambiguous_argument"),
    ("sin 2 ‹x›",                   "ambiguous_argument"),
    ("sin x‹(›1 - x)",              "ambiguous_argument"),
    ("sin w‹x›",                    "ambiguous_argument"),
    ("sin^‹-1› x",                  "function_power"),
    ("sin^‹a› x",                   "function_power"),
    ("a < b ‹<› x",                 "chained_comparison"),
    ("a = b ‹=› x",                 "chained_comparison"),
    ("softmax(W, axis=1, ‹axis›=2)", "duplicate_keyword"),
    ("softmax(axis=1, ‹W›)",        "positional_after_keyword"),
    ("where(y = 1, ‹a›, b)",        "positional_after_keyword"),
    ("relu(a‹;› b)",                "semicolon"),
    ("‹[›]",                        "empty_array"),
    ("‹[›[1, 2], [3]]",             "ragged_array"),
    ("‹[›1, [3]]",                  "ragged_array"),
    ("x[1, ‹]›",                    "expected_operand"),
    ("‹q›",                         "unknown_name"),
    ("x + ‹wq›",                    "unknown_name"),
    ("‹x2›",                        "unknown_name"),
    ("x^‹T2›",                      "unknown_name"),
    ("‹sigmiod›(x)",                "unknown_function"),
    ("‹relux›(z)",                  "unknown_function"),
    ("‹diff›(x)",                   "computer_algebra"),
    ("‹i› + sum(x[i], i=1..3)",     "unknown_name"),
    ("‹;›",                         "semicolon"),
    ("x ‹?› y",                     "character"),
    ("‹_›_import__('os')",          "character"),
    ("x‹_›_y",                      "character"),
    ("x‹_›",                        "character"),
    ("x‹.›y",                       "character"),
    ("x‹'›",                        "character"),
    ("‹∂›L/∂w",                     "character"),
    ("‹é›",                         "character"),
    ("x‹\u0301›",                   "character"),
    ("x‹\u202e›y",                  "invisible"),
    ("x‹\x07›",                     "invisible"),
    ("x‹\u2066›y",                  "invisible"),
    ("‹х› + 1",                     "lookalike"),  # Cyrillic
    ("‹Α›",                         "lookalike"),  # Greek capital alpha
    ("‹𝑥›",                         "lookalike"),
    ("2‹½›",                        "mixed_number"),
]
TOO_LARGE = [
    ("9^‹9^9^9›",                   "exponent_too_large"),
    ("‹x^1001›",                    "exponent_too_large"),
    ("‹x^(2^11)›",                  "exponent_too_large"),
    ("‹(x^100)^100›",               "degree_too_large"),
    ("‹((9^9)^999)›^99",            "number_too_large"),
    ("‹(9^9)^9999›",                "exponent_too_large"),
    ("‹factorial(10^8)›",           "argument_too_large"),
    ("‹exp(99999)›",                "argument_too_large"),
    ("exp(‹exp(exp(100))›)",        "argument_too_large"),
    ("‹sum(x, i=1..10^9)›",         "too_many_terms"),
    ("‹sum(sum(x, j=1..999), i=1..999)›", "too_many_terms"),
    ("‹prod(x^2, i=1..999)›",       "degree_too_large"),
    ("‹ones(99999, 99999)›",        "too_many_entries"),
    ("‹binary(64)›",                "too_many_entries"),
    ("‹1e401›",                     "decimal_exponent_too_large"),
    ("‹1e400000000›",               "decimal_exponent_too_large"),
]
# fmt: on
HOSTILE = [
    "9^9^9^9",
    "(" * 10_000,
    "(" * 900 + "x" + ")" * 900,
    "(" * 60 + "x" + ")" * 60,
    "[" * 60 + "x" + "]" * 60,
    "-" * 5000 + "x",
    "-" * 900 + "x",
    "x" + "^x" * 400,
    "x" + "/x" * 400,
    "x" + "[1]" * 300,
    "x" + ".T" * 300,
    "|" * 900,
    "x" * 1999,
    "sin " * 400,
    "sum(" * 200,
    "9" * 1000,
    "²" * 1000,
    "x + " * 499 + "x",
    "2^" * 400 + "2",
    "sum(x, i=1.." * 100,
    "a" + " in a" * 300,
    "(" + "1," * 900,
    "x=" * 500,
]


@pytest.mark.parametrize(("marked", "key"), [*UNREADABLE, *TOO_LARGE])
def test_refused_at_its_place(marked: str, key: str) -> None:
    text = marked.replace("‹", "").replace("›", "")
    with pytest.raises(FormulaError) as caught:
        read_formula(text, DECLARED)
    error = caught.value
    assert error.key == f"formula.{key}"
    assert error.place is not None
    assert error.place.start == marked.index("‹")
    assert error.place.stop in (marked.index("›") - 1, marked.index("‹") + 1)
    assert "error." not in error.message()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_ends_in_milliseconds(text: str) -> None:
    start = time.process_time()
    try:
        read_formula(text, NOTHING)
    except FormulaError as error:
        assert error.place is not None
        assert len(error.message()) < 600
    assert time.process_time() - start < 0.5


@settings(deadline=None)
@given(st.text(alphabet="xyW12.,()[]|^*/+-= T'<>:@_eαŷ²½√…", max_size=40) | st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for scope in (DECLARED, NOTHING):
        try:
            read_formula(text, scope)
        except FormulaError as error:
            assert error.place is not None
            assert template(f"error.{error.key}") is not None
            assert error.message()


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("sigmiod(x)", "sigmoid"), ("beto x", "beta"), ("sofmax(x)", "softmax"), ("SIGMOID(x)", "sigmoid")],
)
def test_the_nearest_word_is_named(text: str, nearest: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_formula(text, DECLARED)
    assert caught.value.facts["nearest"] == nearest


def test_the_message_shows_the_place() -> None:
    with pytest.raises(FormulaError) as caught:
        read_formula("w x + sigmiod(x)", DECLARED)
    assert caught.value.message().splitlines()[1:3] == ["  w x + sigmiod(x)", "        ^^^^^^^"]


def test_a_quoted_formula_cannot_steer_the_reader() -> None:
    with pytest.raises(FormulaError) as caught:
        read_formula("x \u202e+ y\u0007", DECLARED)
    assert not set("\u202e\u0007") & set(caught.value.message())


def test_a_quantity_that_is_a_function_too_is_not_called():
    scope = Scope(frozenset({"log", "x"}), FUNCTIONS)
    with pytest.raises(FormulaError) as caught:
        read_formula("x + log(x)", scope)
    assert caught.value.place is not None
    assert (caught.value.key, caught.value.place.start) == ("formula.name_and_function", 4)
    read_formula("x log * (x + 1) + log x", scope)
