"""This module lists and explains what the library has: functions, optimizers, examples, languages, themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import symdl.models  # noqa: F401  (registers the library)
from symdl.core.function import FUNCTIONS, Function
from symdl.core.op import POINTWISE
from symdl.document.blocks import Block, Document, Formula, Paragraph, Row, Spans, Table
from symdl.document.language import Language, language_named, typeset
from symdl.document.notation import function_spellings
from symdl.errors import SymdlError
from symdl.formula.notation import Notation
from symdl.formula.plain import to_plain
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, Partial, rebuild, substitute
from symdl.models.optimizers import OPTIMIZERS, RELATIONS, SYMBOLS, Optimizer, Setup
from symdl.registry import nearest, plugins
from symdl.resources import folder, names_in
from symdl.text import Text


def _functions(*kinds: str) -> list[str]:
    return [f.key for f in FUNCTIONS.values() if f.kind in kinds]


KINDS: dict[str, Callable[[], list[str]]] = {
    "ops": lambda: _functions("op"),
    "activations": lambda: _functions("activation"),
    "losses": lambda: _functions("loss"),
    "layers": lambda: _functions("layer"),
    "optimizers": lambda: list(OPTIMIZERS),
    "misconceptions": lambda: list(all_misconceptions()),
    "examples": lambda: sorted(
        path.name for path in folder("worked_examples").iterdir() if (path / "problem.toml").is_file()
    ),
    "languages": lambda: list(names_in("languages")),
    "themes": lambda: list(names_in("themes")),
}


def all_misconceptions() -> Iterator[str]:
    """The mistakes that marking can name."""
    from symdl.grading.misconceptions import MISCONCEPTIONS

    return iter(MISCONCEPTIONS)


def listing(kind: str | None, language: str = "en") -> Document:
    """The entries of a kind, or of all kinds, with a word on each."""
    words = language_named(language)
    blocks: list[Block] = []
    for name in [kind] if kind else KINDS:
        rows = tuple(((key,), _summary(key, words)) for key in KINDS[name]())
        if rows:
            blocks.append(
                Table(((words.word(f"catalog.{name}"),), (words.word("catalog.formula"),)), rows, align="ll")
            )
    return Document((words.word("catalog.title"),), words.code, words.direction, tuple(blocks), ())


def _summary(key: str, words: Language) -> Spans:
    function = FUNCTIONS.get(key)
    if function is not None and function.formula is not None:
        return (typeset(shown(function.formula), notation()),)
    if key in OPTIMIZERS:
        return (typeset(OPTIMIZERS[key].lines[-1][1], notation()),)
    return ()


def notation() -> Notation:
    """The notation in which the library prints itself."""
    return Notation(functions=function_spellings())


def shown(node: Node) -> Node:
    """A library formula without the helpers that only move shapes about."""
    if isinstance(node, Apply) and node.function == "spread":
        return shown(node.args[0])
    if isinstance(node, Apply) and any(key == "axis" for key, _ in node.keywords):
        return Apply(node.function, tuple(map(shown, node.args)))
    return rebuild(node, shown)


def explain(key: str, language: str = "en") -> Document:
    """What one entry is: formula, arguments, derivative, conventions, source."""
    words = language_named(language)
    if key not in FUNCTIONS and key not in OPTIMIZERS:
        plugins()
    function, rule = FUNCTIONS.get(key), OPTIMIZERS.get(key)
    if function is not None:
        blocks = tuple(_function(function, words))
    elif rule is not None:
        blocks = tuple(_optimizer(rule, words))
    else:
        known = [*FUNCTIONS, *OPTIMIZERS]
        raise SymdlError("cli.unknown_key", name=key, nearest=nearest(key, known))
    title = words.word(f"function.{key}") if words.has(f"function.{key}") else key
    return Document((title,), words.code, words.direction, blocks, ())


def _function(function: Function, words: Language) -> Iterator[Block]:
    call = Apply(function.key, tuple(map(Name, function.params)))
    keywords = "".join(f", {word}=…" for word in function.keywords)
    yield Paragraph((words.word(f"catalog.kind_{function.kind}"), " ", to_plain(call)[:-1] + keywords + ")"))
    if function.formula is not None:
        yield Formula((Row(typeset(call, notation()), "=", typeset(shown(function.formula), notation())),))
    op = POINTWISE.get(function.key)
    if op is not None:
        yield Formula(tuple(_derivative_row(function, k) for k in range(len(op.params))))
        for kink in op.kinks:
            where = Compare("=", kink, ZERO)
            yield Paragraph(words.say(Text("catalog.kink", {"where": where}), notation()))
    if function.kind == "loss" and len(function.params) == 2:
        yield Paragraph((words.word("catalog.loss_arguments"), " ", words.word(averaging(function))))
    if function.source:
        yield Paragraph((words.word("catalog.source"), " ", function.source))


def _derivative_row(function: Function, k: int) -> Row:
    op = POINTWISE[function.key]
    call = Apply(function.key, tuple(map(Name, op.params)))
    body = rebuild_output(op.partial_body(k), call)
    return Row(typeset(Partial(call, (Name(op.params[k]),)), notation()), "=", typeset(body, notation()))


def rebuild_output(body: Node, call: Node) -> Node:
    """A derivative in terms of the output, the output written as the function itself."""
    if body == Name("y"):
        return call
    return rebuild(body, lambda child: rebuild_output(child, call))


def averaging(function: Function) -> str:
    """The key of the sentence on how a loss averages, read off its formula."""
    text = to_plain(function.formula) if function.formula is not None else ""
    if "mean(" in text:
        return "catalog.mean_entries"
    if "rows(" in text:
        return "catalog.mean_rows"
    return "catalog.sum_entries" if "sum(" in text else "catalog.one_example"


def _optimizer(rule: Optimizer, words: Language) -> Iterator[Block]:
    yield Paragraph((words.word("catalog.kind_optimizer"), " ", rule.key))
    named = {name: Name(SYMBOLS.get(name, name)) for name in rule.settings}
    for form, lines in rule.forms.items():
        if len(rule.forms) > 1:
            yield Paragraph((words.word("catalog.form"), " ", form))
        yield Formula(
            tuple(
                Row(typeset(Name(SYMBOLS.get(name, name)), notation()), "←",
                    typeset(substitute(formula, dict(named)), notation()))
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
    )
    rows = tuple(
        ((name,), (typeset(named[name], notation()),), (default,)) for name, default in rule.settings.items()
    )
    yield Table(header, rows, align="lll")
    if rule.source:
        yield Paragraph((words.word("catalog.source"), " ", rule.source))


def _setup(setup: Setup) -> str:
    """A rule with settings, as an ask would state it."""
    stated = [*(f"{key} = {value}" for key, value in setup.settings.items())]
    stated += [f'form = "{setup.form}"'] if setup.form else []
    return setup.rule + (f" ({', '.join(stated)})" if stated else "")
