"""This module lists and explains what the library has: functions, optimizers, examples, languages, themes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence

import symdl.models.theory  # noqa: F401  (registers the library, and derivations about architectures)
from symdl.core.function import FUNCTIONS
from symdl.document.blocks import Block, Document, Formula, Math, Paragraph, Row, Spans, Table
from symdl.document.concepts import concept, concepts, meaning, places, words_of
from symdl.document.finding import meant, near
from symdl.document.functions import function_blocks, notation, shown
from symdl.document.language import Language, language_named, typeset
from symdl.document.layers import explained
from symdl.document.lessons import lessons_of
from symdl.errors import SymdlError
from symdl.formula.tree import Compare, Name, Node, substitute, times
from symdl.models.layer import LAYERS
from symdl.models.lessons import LESSONS
from symdl.models.minimizers import MINIMIZERS, SEARCHES, Minimizer
from symdl.models.optimizers import (
    OPTIMIZERS,
    POSITIVE,
    RANGES,
    RELATIONS,
    SYMBOLS,
    THETA,
    Optimizer,
    Range,
    Setup,
)  # fmt: skip
from symdl.registry import plugins
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
    import symdl.grading.variants  # noqa: F401 (declares them all)
    from symdl.grading.misconceptions import MISCONCEPTIONS

    return iter(MISCONCEPTIONS)


def listing(kind: str | None, language: str = "en") -> Document:
    """The entries of a kind, or of all kinds, with a word on each."""
    words = language_named(language)
    blocks: list[Block] = []
    for name in [kind] if kind else KINDS:
        rows = tuple(((key,), _summary(name, key, words)) for key in KINDS[name]())
        if rows:
            told = any(isinstance(span, Math) for _, spans in rows for span in spans)
            header = ((words.word(f"catalog.{name}"),), (words.word("catalog.formula"),))
            blocks.append(Table(header if told else header[:1], rows, align="ll"))
    return Document((words.word("catalog.title"),), words.code, words.direction, tuple(blocks), ())


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
        return (words.word(f"layer.{key}"),) if words.has(f"layer.{key}") else ()
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

    The entry may be called by its key or by its name in any language, `LSTM`, `gradient descent`.
    """
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
        blocks = tuple(_optimizer(rule, words))
    elif method is not None:
        blocks = tuple(_minimizer(method, words))
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
    return Document(_name(key, words), words.code, words.direction, (*blocks, *lessons_of(key, words)), ())


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


def settings_named(rule: Optimizer) -> dict[str, Node]:
    """The settings of a rule by the symbols that they are printed with."""
    return {name: Name(SYMBOLS.get(name, name)) for name in rule.settings}


def _interval(ranges: Mapping[str, Range], name: str) -> Math:
    """The values that a setting may have, `[0, 1)`."""
    low, high = ranges.get(name, (None, None))
    ends = (
        "(-∞" if low is None else f"{'(' if name in POSITIVE else '['}{low}",
        "∞" if high is None else str(high),
    )
    text = f"{ends[0]}, {ends[1]})"
    return Math(text.replace("∞", r"\infty"), text)


def _optimizer(rule: Optimizer, words: Language) -> Iterator[Block]:
    yield Paragraph((words.word("catalog.kind_optimizer"), " ", rule.key))
    named = settings_named(rule)
    for form, lines in rule.forms.items():
        if len(rule.forms) > 1:
            yield Paragraph((words.word("catalog.form"), " ", form))
        yield Formula(
            tuple(
                Row(typeset(Name(SYMBOLS.get(name, name)), notation()), "←",
                    typeset(substitute(formula, named), notation()))
                for name, formula in lines
            )
        )  # fmt: skip
    for stated in RELATIONS:
        if rule.key in (stated.left.rule, stated.right.rule):
            yield Paragraph(
                (words.word("catalog.same_path"), " ", _setup(stated.left), " = ", _setup(stated.right))
            )
    header = (
        (words.word("catalog.setting"),),
        (words.word("catalog.symbol"),),
        (words.word("catalog.default"),),
        (words.word("catalog.allowed"),),
    )
    rows = tuple(
        (
            (name,),
            (typeset(named[name], notation()),),
            (default,),
            (_interval({**RANGES, **rule.ranges}, name),),
        )
        for name, default in rule.settings.items()
    )
    yield Table(header, rows, align="llll")
    if rule.source:
        yield Paragraph((words.word("catalog.source"), " ", rule.source))


def minimizer_lines(method: Minimizer, form: str | None = None) -> list[Node]:
    """What a minimizer does, each line as an equation: its direction, then what it learns from a step."""
    chosen = form or method.forms[0]
    before = method.first if method.way == "region" else ()
    lines = [
        Compare("=", Name(name), formula) for name, formula in (*before, *method.direction.get(chosen, ()))
    ]
    if chosen in method.system:
        matrix, right = method.system[chosen]
        lines.append(Compare("=", times(matrix, Name("p"), style="juxtaposed"), right))
    return list(lines)


def _minimizer(method: Minimizer, words: Language) -> Iterator[Block]:
    yield Paragraph((words.word("catalog.kind_minimizer"), " ", method.key))
    names = {name: Name(name) for name in ("x", "g", "H", "p")}
    yield Paragraph(words.say(Text("catalog.minimizer_names", names), notation()))
    for form in method.forms:
        if len(method.forms) > 1:
            yield Paragraph((words.word("catalog.form"), " ", form))
        yield _equations(minimizer_lines(method, form))
    loops = method.loops
    if loops is not None:
        yield Paragraph((words.word("catalog.loops"),))
        lines = [*loops.back, *loops.scaled, *loops.forth, *loops.end]
        yield Formula(
            tuple(
                Row(typeset(Name(name), notation()), "←", typeset(node, notation())) for name, node in lines
            )
        )
    if method.after:
        yield Paragraph((words.word("catalog.after"),))
        yield Formula(
            tuple(
                Row(typeset(Name(name), notation()), "←", typeset(node, notation()))
                for name, node in method.after
            )
        )
    if method.line_search:
        yield Paragraph((words.word(f"catalog.search_{method.line_search}"),))
    settings = {**method.settings, **SEARCHES.get(method.line_search, {})}
    if settings:
        header = ((words.word("catalog.setting"),), (words.word("catalog.default"),))
        yield Table(header, tuple(((name,), (value,)) for name, value in settings.items()), align="ll")
    yield Paragraph((words.word("catalog.source"), " ", method.source))


def _equations(lines: Sequence[Node]) -> Formula:
    return Formula(
        tuple(
            Row(typeset(line.left, notation()), "=", typeset(line.right, notation()))
            for line in lines
            if isinstance(line, Compare)
        )
    )


def _setup(setup: Setup) -> str:
    """A rule with settings, as an ask would state it."""
    stated = [*(f"{key} = {value}" for key, value in setup.settings.items())]
    stated += [f'form = "{setup.form}"'] if setup.form else []
    return setup.rule + (f" ({', '.join(stated)})" if stated else "")
