"""These tests read problem files that are right, and files that cannot be read at all."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symdl.errors import Place, ProblemError
from symdl.formula.tree import Number, number
from symdl.problems.reading.asks import MODELS, GradientAsk, UpdateAsk, answer_ids, distinct
from symdl.problems.reading.file import MAX_BYTES, read_file, read_text
from symdl.problems.reading.locate import locate
from symdl.problems.reading.validation import validated

PROBLEM = """\
title = "Backpropagation through a 2-2-2 network"  # or {en = "...", fa = "..."}
source = "where it comes from"
seed = 7

[conventions]
jacobian = "numerator"
kink = 0.5
ties = "share"
[rounding]
digits = 3
policy = "carry"
[notation]
profile = "z-a"
[notation.names]
h = 'h^{(1)}'

[dims]
N = 3
[given]
x = [0.05, 0.10]
W1 = [
  [0.15, "1/5"],
  [0.25, 3e-1],
]
b1 = 0.35
[symbols]
y = ["N", 2]
alpha = []
[assume]
y = ["distribution", "one-hot"]
alpha = "positive"
[let]
z1 = "W1 x + b1"
"D(u)" = "alpha u"
"h[t=1..N]" = "relu(z1)"
"p, q" = "pair(z1)"
L = "sum((z1 - y)^2) / 2"

[[ask]]
gradient = "L"
by = ["W1", "W1[1, 2]", "b1"]
points = 4
[[ask]]
id = "step"
update = "adam"
of = "L"
by = "W1"
steps = 2
learning_rate = 0.01
[[ask]]
compare = "L"
start = {alpha = "1/3"}
rules = [
  {update = "gd", learning_rate = 0.1},
  {minimize = "levenberg_marquardt", lambda = 10},
]
"""


@pytest.fixture(scope="module")
def problem():
    return read_text(PROBLEM, "problem.toml")


def test_numbers_keep_their_digits(problem):
    assert problem.given["x"] == (Number(Fraction(1, 20), "0.05"), Number(Fraction(1, 10), "0.10"))
    assert problem.given["W1"][0][1] == "1/5"
    assert problem.given["W1"][1][1] == Number(Fraction(3, 10), "3e-1")
    assert problem.conventions.kink == Number(Fraction(1, 2), "0.5")


def test_tables(problem):
    assert problem.title == "Backpropagation through a 2-2-2 network"
    assert (problem.seed, problem.dims, problem.conventions.ties) == (7, {"N": 3}, "share")
    assert (problem.rounding.digits, problem.rounding.policy) == (3, "carry")
    assert problem.notation.names == {"h": "h^{(1)}"}
    assert problem.symbols == {"y": ("N", 2), "alpha": ()}
    assert problem.assume == {"y": ("distribution", "one-hot"), "alpha": ("positive",)}
    assert list(problem.let) == ["z1", "D(u)", "h[t=1..N]", "p, q", "L"]


def test_asks(problem):
    gradient, update, compare = problem.asks
    assert isinstance(gradient, GradientAsk)
    assert (gradient.of, gradient.by, gradient.points) == ("L", ("W1", "W1[1,2]", "b1"), number(4))
    assert isinstance(update, UpdateAsk)
    assert (update.rule, update.of, update.steps) == ("adam", "L", 2)
    assert update.learning_rate == Number(Fraction(1, 100), "0.01")
    assert compare.start == {"alpha": "1/3"}
    assert [rule.update or rule.minimize for rule in compare.rules] == ["gd", "levenberg_marquardt"]
    assert compare.rules[1].lambda_ == number(10)


def test_places(problem):
    line = PROBLEM.splitlines().index('z1 = "W1 x + b1"') + 1
    assert problem.lines["let.z1"] == line
    assert problem.place("let.z1") == Place("problem.toml", line, 'z1 = "W1 x + b1"', 0, 2)
    assert problem.place("let", "h[t=1..N]").line == problem.place("let.h[t=1..N]").line == line + 2
    assert problem.place("ask[3].rules[2].lambda").source.strip().startswith("{minimize")
    assert problem.place("given", "W1", 1, 0).line == problem.lines["given.W1"] + 2
    assert problem.place("given.missing").line == problem.lines["given"]
    assert problem.place("nothing") == Place("problem.toml")


def test_ids(problem):
    gradient, update, compare = problem.asks
    assert answer_ids(gradient) == (
        ("gradient.L.W1", ("W1",)),
        ("gradient.L.W1[1,2]", ("W1[1,2]",)),
        ("gradient.L.b1", ("b1",)),
    )
    assert answer_ids(update) == (("step", ("W1",)),)
    assert answer_ids(update, ["W1", "b1"]) == (("step.W1", ("W1",)), ("step.b1", ("b1",)))
    assert answer_ids(compare) == (("compare.L", ()),)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"value": "z1"}, ["value.z1"]),
        ({"derivative": "y", "by": "x"}, ["derivative.y.x"]),
        ({"gradient": "L"}, ["gradient.L"]),
        ({"jacobian": "o", "by": ["x", "W"]}, ["jacobian.o.x", "jacobian.o.W"]),
        ({"hessian": "f", "by": ["x", "y"]}, ["hessian.f.x.y"]),
        ({"paths": "L", "by": "W[1,1]"}, ["paths.L.W[1,1]"]),
        ({"taylor": "f", "by": "x", "at": 0}, ["taylor.f"]),
        ({"stationary": "f"}, ["stationary.f"]),
        ({"minimize": "f", "method": "newton"}, ["minimize.f"]),
        ({"root": "F", "by": "x", "start": 1}, ["root.F"]),
        ({"update": "gd", "of": "L", "by": ["W", "b"]}, ["update.W", "update.b"]),
        ({"compare": "f", "rules": [{"update": "gd"}]}, ["compare.f"]),
        ({"likelihood": "bernoulli"}, ["likelihood.bernoulli"]),
        ({"check": "L", "by": ["W", "b"]}, ["check.L"]),
        ({"show": "parameters"}, ["show.parameters"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_default_ids(table, expected):
    ask = MODELS[next(iter(table))].model_validate(table)
    assert [answer.id for answer in answer_ids(ask)] == expected


def test_one_number_for_one_variable():
    ask: Any = MODELS["taylor"].model_validate({"taylor": "f", "by": "x", "at": 0})
    assert ask.at == {"x": number(0)}


def test_a_name_may_be_spelt_otherwise_in_a_formula():
    text = '[let]\nf = "θ_1^2 + 3xy ŷ"\n[[ask]]\ngradient = "f"\nby = ["theta1", "x", "yhat"]'
    assert read_text(text).asks[0].wanted == ("theta1", "x", "yhat")


def test_a_network_brings_names_of_its_own():
    network = '[network]\ninput = "x"\nlayers = [{dense = 2, activation = "relu"}]\nloss = {mse = "y"}'
    problem: Any = read_text(network + '\n[[ask]]\ngradient = "L"\nby = "W1"')
    assert problem.network.layers == ({"dense": number(2), "activation": "relu"},)
    assert problem.network.loss == {"mse": "y"}


def test_after_names_an_earlier_update():
    step = '[[ask]]\nupdate = "gd"\nof = "f"\nby = "{by}"\n{more}\n'
    text = (
        '[let]\nf = "x y"\n' + step.format(by="x", more="") + step.format(by="y", more='after = "update.x"')
    )
    ask: Any = read_text(text).asks[1]
    assert ask.after == "update.x"


def test_windows_lines_and_marks(tmp_path):
    file = tmp_path / "problem.toml"
    file.write_bytes(b"\xef\xbb\xbf" + PROBLEM.replace("\n", "\r\n").encode())
    assert read_file(file).lines == read_text(PROBLEM).lines


def test_a_folder_for_a_file(tmp_path):
    assert refusal(tmp_path) == (
        f"{tmp_path}: This is a folder, not a problem file.\n"
        "  hint: name the file in it, such as `problem.toml`."
    )


def test_a_file_that_is_not_there(tmp_path):
    (tmp_path / "problem.toml").touch()
    assert refusal(tmp_path / "problm.toml") == (
        f"{tmp_path}/problm.toml: There is no such file.\n  hint: did you mean `{tmp_path}/problem.toml`?"
    )


def test_a_name_that_no_file_has(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "a\0b.toml") or "no such file" in refusal(tmp_path / "a\0b")
    assert "cannot be read" in refusal(tmp_path / ("a" * 300))


def test_another_encoding(tmp_path):
    file = tmp_path / "problem.toml"
    file.write_bytes(b'seed = 1\ntitle = "\xe9"')
    assert refusal(file) == (
        f"{file}:2: The byte 0xE9 is not UTF-8 text.\n  hint: save the file as UTF-8 in the editor."
    )


def test_a_file_too_big(tmp_path):
    file = tmp_path / "problem.toml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))
    assert refusal(file) == f"{file}: The file is larger than 800 kB; no problem file needs that."


def refusal(path: Path) -> str:
    with pytest.raises(ProblemError) as caught:
        read_file(path)
    return caught.value.message()


@settings(deadline=None)
@given(st.text(alphabet="[]{}=,.\"'\\\n#ab1 é-\t", max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        read_text(text)
    except ProblemError as error:
        assert error.message()


@settings(deadline=None)
@given(st.data())
def test_any_slip_is_read_or_refused(data):
    start = data.draw(st.integers(0, len(PROBLEM)))
    stop = data.draw(st.integers(start, min(len(PROBLEM), start + 4)))
    slip = data.draw(st.text(alphabet="[]{}=,.\"'\\\n#x1", max_size=3))
    try:
        read_text(PROBLEM[:start] + slip + PROBLEM[stop:])
    except ProblemError as error:
        assert error.place is None or error.place.line is not None or "nothing" in error.key


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), st.recursive(
    st.sampled_from(["1", '"x"', "'#'", '"""a\n[b]"""', "0.5"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[ # list\n{', '.join(items)}\n]")
    | st.dictionaries(st.sampled_from("pqr"), inner.filter(lambda text: "\n" not in text), max_size=2).map(
        lambda table: f"{{{', '.join(f'{key} = {item}' for key, item in table.items())}}}"
    ),
    max_leaves=5,
)))  # fmt: skip
def test_every_key_is_found_where_it_stands(table):
    text = "[s]\n" + "".join(f"{key} = {value} # {key} = 0\n" for key, value in table.items())
    layout = locate(text)
    assert not layout.twice
    for path in paths(tomllib.loads(text)):
        span = layout.spans[path]
        assert text.split("\n")[span.line - 1][span.start : span.stop] == path[-1]


def paths(table, base=()):
    for key, value in table.items():
        yield (*base, key)
        yield from paths(value, (*base, key)) if isinstance(value, dict) else ()


def test_validated_is_what_read_text_returns():
    origin = read_text(PROBLEM).origin
    assert validated({"let": {"f": "x"}}, origin).origin is origin


def test_no_two_answers_share_an_id():
    asks = [
        MODELS["update"].model_validate({"update": rule, "of": "L", "by": "W"}) for rule in ("gd", "adam")
    ]
    seen: dict[str, int] = {}
    ids = [distinct(answer, seen).id for ask in asks for answer in answer_ids(ask)]
    assert ids == ["update.W", "update.W-2"]
