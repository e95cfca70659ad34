"""This module lists and explains what the library has: functions, optimizers, examples, languages, themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import symdl.models  # noqa: F401  (registers the library)
from symdl.core.arithmetic import FLOAT, body_function
from symdl.core.function import FUNCTIONS, Function
from symdl.core.op import POINTWISE, Pointwise
from symdl.document.blocks import Block, Document, Formula, Paragraph, Row, Spans, Table
from symdl.document.concepts import concept, concepts, words_of
from symdl.document.language import Language, language_named, typeset
from symdl.document.layers import explained
from symdl.document.notation import function_spellings
from symdl.document.plots import activation_pictures
from symdl.errors import SymdlError
from symdl.formula.notation import Notation
from symdl.formula.plain import to_plain
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, Partial, rebuild, substitute, times
from symdl.models.layer import LAYERS
from symdl.models.lessons import LESSONS, Lesson
from symdl.models.minimizers import MINIMIZERS, Minimizer
from symdl.models.optimizers import OPTIMIZERS, RELATIONS, SYMBOLS, THETA, Optimizer, Setup
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
    "optimizers": lambda: [*OPTIMIZERS, *MINIMIZERS],
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
    from symdl.grading.misconceptions import MISCONCEPTIONS

    return iter(MISCONCEPTIONS)


def listing(kind: str | None, language: str = "en") -> Document:
    """The entries of a kind, or of all kinds, with a word on each."""
    words = language_named(language)
    blocks: list[Block] = []
    for name in [kind] if kind else KINDS:
        rows = tuple(((key,), _summary(name, key, words)) for key in KINDS[name]())
        if rows:
            blocks.append(
                Table(((words.word(f"catalog.{name}"),), (words.word("catalog.formula"),)), rows, align="ll")
            )
    return Document((words.word("catalog.title"),), words.code, words.direction, tuple(blocks), ())


def _summary(kind: str, key: str, words: Language) -> Spans:
    if kind == "concepts":
        return (words_of(key, words.code)["name"],)
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
    function, rule, method = FUNCTIONS.get(key), OPTIMIZERS.get(key), MINIMIZERS.get(key)
    if key in LAYERS:
        blocks = tuple(explained(LAYERS[key], words))
    elif function is not None:
        blocks = tuple(_function(function, words))
    elif rule is not None:
        blocks = tuple(_optimizer(rule, words))
    elif method is not None:
        blocks = tuple(_minimizer(method, words))
    elif key in concepts():
        blocks = tuple(concept(key, words))
    else:
        known = [*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS, *concepts()]
        raise SymdlError("cli.unknown_key", name=key, nearest=nearest(key, known))
    title = words.word(f"function.{key}") if words.has(f"function.{key}") else key
    if key in concepts() and key not in (*FUNCTIONS, *OPTIMIZERS, *MINIMIZERS):
        title = words_of(key, language)["name"]
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
    if op is not None and function.kind == "activation" and len(op.params) == 1:
        yield _plotted(function.key, op, words)
    if function.kind == "loss" and len(function.params) == 2:
        yield Paragraph((words.word("catalog.loss_arguments"), " ", words.word(averaging(function))))
    if function.source:
        yield Paragraph((words.word("catalog.source"), " ", function.source))


def _plotted(key: str, op: Pointwise, words: Language) -> Block:
    """An activation and its derivative as curves."""
    value, partial = body_function(op, FLOAT), op.partial(0)
    slope = body_function(partial, FLOAT)

    def derivative(x: float) -> float:
        operands = op.operands((x,), value(x))
        return float(slope(*(operands[name] for name in partial.params)))

    name = words.word(f"function.{key}") if words.has(f"function.{key}") else key
    return activation_pictures(
        lambda text, **facts: words.say(Text(text, facts), notation()), name, value, derivative
    )


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


def settings_named(rule: Optimizer) -> dict[str, Node]:
    """The settings of a rule by the symbols that they are printed with."""
    return {name: Name(SYMBOLS.get(name, name)) for name in rule.settings}


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
    for lesson in LESSONS.values():
        if rule.key in lesson.rules:
            yield from _lesson(lesson, words)
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


def _lesson(lesson: Lesson, words: Language) -> Iterator[Block]:
    """The lines of a derivation, each with its sentence."""
    for line in lesson.lines:
        yield Paragraph((words.word(f"rule.lesson_{lesson.key}_{line.key}.text"),))
        first, *rest = (typeset(form, notation()) for form in line.forms)
        yield Formula(
            (Row(typeset(line.left, notation()), "=", first), *(Row(None, "=", form) for form in rest))
        )


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
    if method.settings:
        header = ((words.word("catalog.setting"),), (words.word("catalog.default"),))
        yield Table(header, tuple(((name,), (value,)) for name, value in method.settings.items()), align="ll")
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
