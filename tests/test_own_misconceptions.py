"""A mistake of one's own: one declaration by formulas is looked for everywhere, named, listed, explained."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdl
from symdl.catalog import explain, listing
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.errors import SymdlError
from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.marker import Marker
from symdl.grading.marking import marked
from symdl.grading.workers import available, marked_apart
from symdl.text import OWN, template

WORDS = {"en": "At {place} something is believed.", "fa": "در {place} چیزی باور شده است."}

NETWORK: dict[str, Any] = {
    "given": {
        "x": [0.5, -1.5], "W1": [[0.3, -0.7], [0.9, 0.2]], "b1": [0.1, -0.2], "w2": [0.8, -1.1], "y": 0.4,
    },
    "let": {"z1": "W1 x + b1", "h1": "tanh(z1)", "o": "w2^T h1", "L": "(o - y)^2 / 2"},
    "asks": [{"gradient": "L", "by": ["W1", "b1", "w2"]}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _only_here() -> Iterator[None]:
    """What a test declares is gone after it."""
    registries: tuple[Any, ...] = (MISCONCEPTIONS, FUNCTIONS, POINTWISE)
    before = [set(registry) for registry in registries]
    yield
    for registry, known in zip(registries, before, strict=True):
        for key in set(registry) - known:
            registry.remove(key)
    OWN.clear()


def row(answer: Any, question: str = "gradient.L.W1", tables: dict[str, Any] = NETWORK) -> Any:
    return symdl.grade(symdl.problem(**tables), {question: answer}).row(question)


def backward(slope: Any, hidden: Any = np.tanh) -> dict[str, Any]:
    """The gradients of the network by NumPy, with another slope or another hidden function."""
    given = {name: np.array(value) for name, value in NETWORK["given"].items()}
    z = given["W1"] @ given["x"] + given["b1"]
    h = hidden(z)
    o = given["w2"] @ h - given["y"]
    delta = o * given["w2"] * slope(z, h)
    return {"W1": np.outer(delta, given["x"]), "b1": delta, "w2": o * h}


@pytest.mark.parametrize(
    ("declared", "slope", "hidden"),
    [
        ({"derivative": {"tanh": "1 + y^2"}}, lambda z, h: 1 + h**2, np.tanh),
        ({"derivative": {"tanh": "cosh(x)"}}, lambda z, h: np.cosh(z), np.tanh),
        ({"value": {"tanh": "x / (1 + |x|)"}}, lambda z, h: 1 - h**2, lambda z: z / (1 + np.abs(z))),
        ({"lines": {"1 - a^2": "(1 - a)^2"}}, lambda z, h: (1 - h) ** 2, np.tanh),
    ],
    ids=["derivative in the output", "derivative in the argument", "value", "lines"],
)
def test_the_answer_of_a_belief_brings_its_name(declared: dict[str, Any], slope: Any, hidden: Any) -> None:
    symdl.misconception("believed", words=WORDS, **declared)
    wrong = backward(slope, hidden)
    for name in ("W1", "b1"):
        found = row(wrong[name].tolist(), f"gradient.L.{name}")
        assert found.status == "wrong" and found.diagnosis[0] == "believed"
        assert found.place in ("h1", "z1", "adjoint.L.z1", "b1")
    right = backward(lambda z, h: 1 - h**2)
    for name in ("W1", "b1", "w2"):
        assert row(right[name].tolist(), f"gradient.L.{name}").status == "right"


def test_formulas_too_and_in_the_words_of_the_language() -> None:
    symdl.misconception("believed", derivative={"tanh": "1 + y^2"}, words=WORDS)
    found = row("((o - y) w2 * (1 + h1 * h1)) x^T")
    assert found.diagnosis == ("believed",)
    assert "something is believed" in found.spoken("en") and "باور شده" in found.spoken("fa")


def test_it_goes_before_what_the_library_would_say() -> None:
    before = row("2 (o - y) (w2 * (1 - h1 * h1)) x^T").diagnosis
    assert before[0] == "factor_two"
    symdl.misconception("two_lost", answer=["2 answer", "answer / 2"], words="The ½ of the loss is lost.")
    found = row("2 (o - y) (w2 * (1 - h1 * h1)) x^T")
    assert found.diagnosis[0] == "two_lost" and "The ½ of the loss" in found.spoken("fa")


def test_a_derivative_of_calculus() -> None:
    symdl.misconception("cosine", derivative={"cos": "sin(x)"}, words=WORDS)
    problem = symdl.solve("x^2 + cos(3 x)", at={"x": 2}).problem
    (found,) = symdl.grade(problem, {"derivative.f.x": "2 x + 3 sin(3 x)"}).rows
    assert found.diagnosis[0] == "cosine"


def test_lines_of_an_update_rule() -> None:
    symdl.misconception("no_memory", updates={"momentum": {"v": "-learning_rate g"}}, words=WORDS)
    asks = [{"update": "momentum", "of": "L", "by": ["w"], "steps": 2, "learning_rate": "1/10"}]
    problem = symdl.problem(given={"w": 3}, let={"L": "w^2"}, asks=asks)
    (found,) = symdl.grade(problem, {"update.w": "1.92"}).rows
    assert found.diagnosis[0] == "no_memory"


def test_another_convention() -> None:
    symdl.misconception("thirds", answer="answer / 3", convention=True, words=WORDS)
    assert row("(o - y) (w2 * (1 - h1 * h1)) x^T / 3").status == "other_convention"


def test_it_is_listed_and_explained_and_counted() -> None:
    name = {"en": "a belief about tanh", "fa": "باوری دربارهٔ تانژانت"}
    symdl.misconception("believed", derivative={"tanh": "1 + y^2"}, words=WORDS, name=name)
    assert "a belief about tanh" in str(listing("misconceptions").blocks)
    assert "باور شده" in str(explain("believed", "fa").blocks)
    report = symdl.grade(symdl.problem(**NETWORK), {"gradient.L.b1": "(o - y) w2 * (1 + h1 * h1)"})
    assert "a belief about tanh" in str(symdl.class_report(report).blocks)
    assert "باوری" in str(symdl.class_report(report, language="fa").blocks)


@pytest.mark.parametrize(
    "declared",
    [
        {},
        {"answer": "answer / q"},
        {"answer": "(answer"},
        {"derivative": {"tnh": "1"}},
        {"derivative": {"tanh": "1 - q"}},
        {"value": {"softmax": "x"}},
        {"lines": {"a": "b"}},
        {"lines": {"a - b": "a + c"}},
        {"updates": {"adam": {"q": "g"}}},
        {"updates": {"adamm": {"m": "g"}}},
        {"answer": "2 answer", "words": {"en": "At {where} …"}},
        {"answer": "2 answer", "words": {"en": "At {place.__class__} …"}},
        {"answer": "2 answer", "words": {"en": "At { …"}},
        {"answer": "2 answer", "words": {}},
        {"answer": "2 answer", "words": {"xx": "At {place}"}},
    ],
)
def test_a_mistake_is_told_where_the_declaration_is_made(declared: dict[str, Any]) -> None:
    with pytest.raises(SymdlError) as caught:
        symdl.misconception("broken", **{"words": WORDS, **declared})
    assert "broken" not in MISCONCEPTIONS and template("misconception.broken") is None
    for language in ("en", "fa"):
        assert caught.value.message(language)


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(SymdlError, match="sign"):
        symdl.misconception("sign", answer="-answer", words=WORDS)
    assert template("misconception.sign") != WORDS["en"]


PLUGIN = """
import symdl
from symdl.grading.diagnosing.misconceptions import Change

def only_ones(passage):
    for line in passage.forward.equations:
        if line.op.key == "tanh":
            yield Change(str(line.out.name), line.out, lambda values: values[line.out] * 0 + 1)

symdl.misconception("only_ones", changes=only_ones, words="At {place} there are ones only.")
"""


def test_workers_know_what_was_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By formulas in this process, by functions in a module; a function of one's own in the problem too."""
    pytest.importorskip("pebble")
    (tmp_path / "own_mistakes_of_a_course.py").write_text(PLUGIN, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    __import__("own_mistakes_of_a_course")
    symdl.activation("softer", "x / (1 + x^2)")
    symdl.misconception("believed", derivative={"softer": "1 + y^2"}, words=WORDS)
    let = {**NETWORK["let"], "h1": "softer(tanh(z1))"}
    problem = symdl.problem(**{**NETWORK, "let": let})
    assert available(problem)
    marker = Marker(problem)
    wrong = {
        "believed": "(o - y) (w2 * (1 + h1 * h1) * (1 - tanh(z1)^2)) x^T",
        "only_ones": "(1/2 w2[1] + 1/2 w2[2] - y) [1/2, 1/2]",
    }
    questions = {"believed": "gradient.L.W1", "only_ones": "gradient.L.w2"}
    table = [{"student": key, "question": questions[key], "answer": wrong[key]} for key in wrong]
    here = marked(marker, table)
    groups = [[each] for each in _submissions(table)]
    apart = [found for rows in marked_apart(problem, groups, 1) for found in rows or ()]
    for rows in (here.rows, apart):
        assert {found.student: found.diagnosis[0] for found in rows} == {key: key for key in wrong}
    del sys.modules["own_mistakes_of_a_course"]


def _submissions(table: list[dict[str, str]]) -> Any:
    from symdl.grading.reporting.submissions import submissions

    return submissions(table).answers


def test_functions_typed_here_are_not_sent_away() -> None:
    pytest.importorskip("pebble")

    def nothing(_: Any) -> Iterator[Any]:
        return iter(())

    symdl.misconception("local", changes=nothing, words=WORDS)
    assert not available(symdl.problem(**NETWORK))


def test_where_no_worker_can_be_made_ready_this_process_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that was declared behind symdl's back is unknown to every worker."""
    pytest.importorskip("pebble")
    from symdl.grading import marking
    from symdl.models.activations import activation

    activation("hidden_away", "x / (1 + x^2)")
    problem = symdl.problem(**{**NETWORK, "let": {**NETWORK["let"], "h1": "hidden_away(z1)"}})
    monkeypatch.setattr(marking, "MANY", 1)
    report = marking.marked(Marker(problem), {"gradient.L.w2": "(o - y) h1"}, workers=1)
    assert [found.status for found in report] == ["right"]
