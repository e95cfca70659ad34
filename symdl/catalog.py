"""This module lists and explains what the library has: functions, optimizers, examples, languages, themes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator

import symdl.models.theory  # noqa: F401  (registers the library, and derivations about architectures)
from symdl.arguments import of_type
from symdl.core.function import FUNCTIONS
from symdl.document.blocks import Block, Document, Math, Paragraph, Spans, Table
from symdl.document.explaining.concepts import concept, concepts, meaning, places, words_of
from symdl.document.explaining.finding import meant, near
from symdl.document.explaining.functions import function_blocks, notation, shown
from symdl.document.explaining.layers import explained, results_of
from symdl.document.explaining.lessons import lessons_of
from symdl.document.explaining.optimizers import (
    minimizer_blocks,
    minimizer_lines,
    optimizer_blocks,
    settings_named,
)
from symdl.document.language import Language, language_named, typeset
from symdl.errors import SymdlError
from symdl.formula.tree import substitute
from symdl.models.layer import LAYERS
from symdl.models.lessons import LESSONS
from symdl.models.minimizers import MINIMIZERS
from symdl.models.optimizers import OPTIMIZERS, THETA
from symdl.registry import plugins
from symdl.rendering.shown import Shown
from symdl.resources import folder, names_in
from symdl.text import Text


def _functions(*kinds: str) -> list[str]:
    return [f.key for f in FUNCTIONS.values() if f.kind in kinds]


KINDS: dict[str, Callable[[], list[str]]] = {
    "ops": lambda: _functions("op"),
    "activations": lambda: _functions("activation"),
    "losses": lambda: _functions("loss"),
    "layers": lambda: _functions("layer"),
    "optimizers": lambda: [*OPTIMIZERS, *MINIMIZERS],
    "lessons": lambda: list(LESSONS),
    "concepts": lambda: list(concepts()),
    "misconceptions": lambda: list(all_misconceptions()),
    "examples": lambda: sorted(
        path.name for path in folder("worked_examples").iterdir() if (path / "problem.toml").is_file()
    ),
    "languages": lambda: list(names_in("languages")),
    "themes": lambda: list(names_in("themes")),
}


def all_misconceptions() -> Iterator[str]:
    """The mistakes that marking can name."""
    from symdl.grading.diagnosing.mistakes import MISCONCEPTIONS

    plugins()
    return iter(MISCONCEPTIONS)


def listing(kind: str | None, language: str = "en") -> Document:
    """The entries of a kind, or of all kinds, with a word on each."""
    words = language_named(language)
    plugins()
    blocks: list[Block] = []
    for name in [kind] if kind else KINDS:
        rows = tuple(((key,), _summary(name, key, words)) for key in KINDS[name]())
        if rows:
            told = any(isinstance(span, Math) for _, spans in rows for span in spans)
            header = ((words.word(f"catalog.{name}"),), (words.word("catalog.formula"),))
            blocks.append(Table(header if told else header[:1], rows, align="ll"))
    return Shown((words.word("catalog.title"),), words.code, words.direction, tuple(blocks), ())


def _summary(kind: str, key: str, words: Language) -> Spans:
    if kind == "lessons":
        return (words.word(f"lesson.{key}"),)
    if kind == "concepts":
        return (words_of(key, words.code)["name"],)
    if kind == "examples":
        return _title(key, words)
    if kind == "misconceptions":
        return (words.word(f"cause.{key}"),)
    if key in LAYERS:
        return (words.word(f"layer.{key}"),) if words.has(f"layer.{key}") else (results_of(LAYERS[key]),)
    function = FUNCTIONS.get(key)
    if function is not None and function.formula is not None:
        return (typeset(shown(function.formula), notation()),)
    if key in OPTIMIZERS:
        rule = OPTIMIZERS[key]
        return (typeset(substitute(dict(rule.lines)[THETA], settings_named(rule)), notation()),)
    if key in MINIMIZERS:
        return (typeset(minimizer_lines(MINIMIZERS[key])[-1], notation()),)
    return ()


def _title(example: str, words: Language) -> Spans:
    """What an example is about, in the language of the list where it has a title in it."""
    path = folder("worked_examples") / example / "problem.toml"
    title = tomllib.loads(path.read_text("utf-8"))["title"]
    return (words.running(title if isinstance(title, str) else title.get(words.code, title["en"])),)


def explain(key: str, language: str = "en") -> Document:
    """What one entry is: formula, arguments, derivative, conventions, source.

    The entry may be called by its key or by its name in any language, `LSTM`, `gradient descent`. What is
    called by no name raises a `SymdlError` with the nearest one.

    >>> explain("relu").title
    ('ReLU',)
    """
    of_type("key", key, str)
    words = language_named(language)
    if key not in FUNCTIONS and key not in OPTIMIZERS:
        plugins()
    key = meant(key, _keys()) or key
    function, rule, method = FUNCTIONS.get(key), OPTIMIZERS.get(key), MINIMIZERS.get(key)
    if key in LAYERS:
        blocks = tuple(explained(LAYERS[key], words))
    elif function is not None:
        blocks = tuple(function_blocks(function, words))
    elif rule is not None:
        blocks = tuple(optimizer_blocks(rule, words))
    elif method is not None:
        blocks = tuple(minimizer_blocks(method, words))
    elif key in concepts():
        blocks = tuple(concept(key, words))
    elif key in LESSONS:
        blocks = ()
    elif key in (mistakes := (*all_misconceptions(),)):
        blocks = tuple(_misconception(key, words))
    else:
        raise SymdlError("cli.unknown_key", name=key, nearest=near(key, (*_keys(), *mistakes)))
    if key in concepts() and _in_library(key):
        blocks = (*meaning(key, words), *blocks, *places(key, words))
    return Shown(_name(key, words), words.code, words.direction, (*blocks, *lessons_of(key, words)), ())


def _in_library(key: str) -> bool:
    return key in FUNCTIONS or key in OPTIMIZERS or key in MINIMIZERS


def _keys() -> tuple[str, ...]:
    """Everything that can be explained."""
    return (*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS, *LESSONS, *concepts())


def _name(key: str, words: Language) -> Spans:
    """The name of an entry: of a function, a concept, a derivation."""
    for family in ("function", "lesson", "cause"):
        if key in concepts() and key not in (*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS):
            return (words_of(key, words.code)["name"],)
        if words.has(f"{family}.{key}"):
            return (words.word(f"{family}.{key}"),)
    return (words_of(key, words.code)["name"],) if key in concepts() else (key,)


def _misconception(key: str, words: Language) -> Iterator[Block]:
    """A mistake that marking can name, and what the student is told; `…` is filled in by marking."""
    yield Paragraph((words.word("catalog.kind_misconception"), " ", key))
    facts = dict.fromkeys(("place", "factor", "other", "count"), "…")
    yield Paragraph(words.say(Text(f"misconception.{key}", facts), notation()))
