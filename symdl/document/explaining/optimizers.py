"""This module tells of rules of update and minimizers: equations, settings with their ranges, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symdl.document.blocks import Block, Formula, Math, Paragraph, Row, Table
from symdl.document.explaining.functions import notation
from symdl.document.language import Language, typeset
from symdl.formula.tree import Compare, Name, Node, substitute, times
from symdl.models.minimizers import SEARCHES, Minimizer
from symdl.models.optimizers import POSITIVE, RANGES, RELATIONS, SYMBOLS, Optimizer, Range, Setup
from symdl.text import Text


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


def optimizer_blocks(rule: Optimizer, words: Language) -> Iterator[Block]:
    """A rule: its equations in each form, the rules it agrees with, its settings and its source."""
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


def minimizer_blocks(method: Minimizer, words: Language) -> Iterator[Block]:
    """A minimizer: its direction, how far it goes, what it learns, its settings and its source."""
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
