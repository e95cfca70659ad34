"""This module explains functions of the library: formula, derivative, kinks, range, behavior, a plot."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.algebra import signed
from symdl.core.constants import number_at
from symdl.core.elementary import ELEMENTARY
from symdl.core.function import POINTWISE, Function
from symdl.core.op import OUTPUT, UPSTREAM, Pointwise, pointwise
from symdl.document.blocks import Block, Formula, Math, Paragraph, Row, Spans
from symdl.document.explaining.behavior import curves, interval, sides
from symdl.document.language import Language, typeset
from symdl.document.lines.values import number_node
from symdl.document.notation import function_spellings
from symdl.document.pictures.functions import activation_pictures
from symdl.formula.notation import Notation
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Compare,
    Name,
    Node,
    Number,
    Partial,
    Quotient,
    Sum,
    names,
    number,
    plus,
    rebuild,
    substitute,
)
from symdl.models.identities import VARIABLE, of_function
from symdl.ops.declaring import read
from symdl.text import Text

LONGEST, DIGITS = 12, 7  # of a constant: digits that are printed, significant ones of a longer one
OUT = Name("y_out")
UPSTREAM_SHOWN = Partial(Name("L"), (OUT,))
LEARNED = Quotient(ONE, number(4))  # what a learned parameter is drawn with
ESCAPED = r"\_"  # an underscore in TeX


def notation() -> Notation:
    """The notation in which the library prints itself."""
    return Notation(functions=function_spellings())


def kink_at(kink: Node) -> Compare:
    """Where a kink is: the place itself where its formula is a variable and a number.

    >>> to_plain(kink_at(Sum((Name("x"), number(3))))), to_plain(kink_at(Sum((Name("x"), Name("a")))))
    ('x == -3', 'x + a == 0')
    """
    if isinstance(kink, Sum) and isinstance(kink.terms[0], Name):
        away = plus(*kink.terms[1:])
        found = None if names(away) else number_at(away)[1]
        if found is not None:
            return Compare("=", kink.terms[0], signed(-found))
    return Compare("=", kink, ZERO)


def shown(node: Node) -> Node:
    """A library formula without the helpers that only move shapes about."""
    if isinstance(node, Apply) and node.function == "spread":
        return shown(node.args[0])
    if isinstance(node, Apply) and any(key == "axis" for key, _ in node.keywords):
        return Apply(node.function, tuple(map(shown, node.args)))
    return rebuild(node, shown)


def function_blocks(function: Function, words: Language, proved: bool = False) -> Iterator[Block]:
    """What a function is: how it is called, formula, derivative, kinks, known forms, range, plot, source;
    its identities too, unless they follow as lines that are proved.
    """
    call = Apply(function.key, tuple(map(Name, function.params)))
    keywords = "".join(f", {word}=…" for word in function.keywords)
    typed = to_plain(call)[:-1] + keywords + ")"
    code = Math(rf"\mathtt{{{typed.replace('_', ESCAPED)}}}", typed)
    if not proved:  # on a sheet of many functions the name stands with what is said about it
        yield Paragraph((words.word(f"catalog.kind_{function.kind}"), " ", code))
    rows: list[Row] = []
    formula = _defining(function, call)
    if formula is not None:
        written = rounded(shown(formula))
        sign = "=" if written == shown(formula) else "≈"
        rows.append(Row(typeset(call, notation()), sign, typeset(written, notation())))
    op = POINTWISE.get(function.key)
    told: list[Spans] = [(code, ".")] if proved else []
    if op is not None:
        rows += (_derivative_row(function, k) for k in range(len(op.params)))
    if function.kind == "loss":
        from symdl.document.explaining import loss_gradients

        for name, node in loss_gradients.told(function):
            left = Partial(Name("L"), (Name(name),))
            rows.append(Row(typeset(left, notation()), "=", typeset(shown(node), notation())))
    if rows:
        yield Formula(tuple(rows), flowing=True)
    yield from known_forms(function, words)
    if not proved:
        yield from moves(function, words)
    if op is not None and op.kinks:
        where = tuple(typeset(kink_at(kink), notation()) for kink in op.kinks)
        told.append(words.say(Text("catalog.kink", {"where": where}), notation()))
    plotted = None if op is None or function.kind != "activation" else _of_one(op)
    if plotted is not None:
        if op is not None and op.params[1:]:
            drawn = tuple(Compare("=", Name(name), LEARNED) for name in op.params[1:])
            told.append(words.say(Text("catalog.drawn", {"values": drawn}), notation()))
        told += behavior_of(plotted, words)
    if function.kind == "loss" and len(function.params) == 2:
        told.append((words.word("catalog.loss_arguments"), " ", words.word(averaging(function))))
    if function.source:
        told.append((words.word("catalog.source"), " ", function.source))
    if told:
        yield Paragraph(tuple(span for spans in told for span in (*spans, " "))[:-1])
    if plotted is not None:
        yield _plotted(function.key, plotted, words, not proved)
    if function.kind == "loss":
        yield from loss_gradients.picture(function, words)


def _defining(function: Function, call: Node) -> Node | None:
    """The formula of a function; of an elementary one the first way of writing it out, where there is one."""
    return function.formula if function.formula != call else next(iter(function.forms), None)


def _of_one(op: Pointwise) -> Pointwise:
    """An activation with a number for each parameter that is learned, so that it can be drawn."""
    learned: dict[str, Node] = dict.fromkeys(op.params[1:], LEARNED)
    return op if not learned else pointwise(op.key, op.params[:1], substitute(op.body, learned))


def known_forms(function: Function, words: Language) -> Iterator[Block]:
    """What a declaration adds to the formula: its domain, the form that is computed, known gradients."""
    row = ELEMENTARY.get(function.key)
    if row is not None and row.domain is not None:
        yield Paragraph(words.say(Text("catalog.domain", {"where": row.domain}), notation()))
    given = (*function.params, *function.keywords)
    call = Apply(function.key, tuple(map(Name, function.params)))
    if function.facts.get("stable"):
        yield Paragraph((words.word("catalog.stable"),))
        stable = shown(read(function.facts["stable"], *given))
        yield Formula((Row(typeset(call, notation()), "=", typeset(stable, notation())),))
    pullbacks = function.facts.get("pullbacks", {})
    if pullbacks and function.kind != "loss":
        yield Paragraph(
            words.say(Text("catalog.pullbacks", {"upstream": UPSTREAM_SHOWN, "out": OUT}), notation())
        )
        yield Formula(tuple(_pullback(name, text, given) for name, text in pullbacks.items()))
    for inner, text in function.facts.get("fused", {}).items():
        yield Paragraph(words.say(Text("catalog.fused", {"inner": inner}), notation()))
        fused = shown(read(text, *given))
        yield Formula(
            (Row(typeset(Partial(Name("L"), (Name("z"),)), notation()), "=", typeset(fused, notation())),)
        )


def _pullback(name: str, text: str, given: tuple[str, ...]) -> Row:
    body = shown(read(text, *given, OUTPUT, UPSTREAM))
    body = substitute(body, {UPSTREAM: UPSTREAM_SHOWN, OUTPUT: OUT})
    return Row(typeset(Partial(Name("L"), (Name(name),)), notation()), "=", typeset(body, notation()))


def moves(function: Function, words: Language) -> Iterator[Block]:
    """The identities of a function from first principles, a named move a row."""
    for found in of_function(function.key):
        call: Node = Apply(function.key, (Name(VARIABLE),))
        left: Node = Partial(call, (Name(VARIABLE),), "total") if found.derivative else call
        rows = [
            Row(typeset(left, notation()) if k == 0 else None, "=", typeset(node, notation()),
                words.say(Text(f"move.{kind}"), notation()))
            for k, (kind, node) in enumerate(found.rows)
        ]  # fmt: skip
        yield Paragraph((words.word("catalog.moves"),))
        yield Formula(tuple(rows))


def behavior_of(op: Pointwise, words: Language) -> Iterator[Spans]:
    """The range of a function, and what it tends to on either side."""
    yield words.say(Text("catalog.range", {"range": interval(op)}), notation())
    for key, facts in sides(op):
        yield words.say(Text(f"catalog.{key}", facts), notation())


def _plotted(key: str, op: Pointwise, words: Language, large: bool) -> Block:
    """An activation and its derivative as curves, beside what is said about it."""
    value, derivative = curves(op)
    name = words.word(f"function.{key}") if words.has(f"function.{key}") else key
    return activation_pictures(
        lambda text, **facts: words.say(Text(text, facts), notation()), name, value, derivative, large=large
    )


def _derivative_row(function: Function, k: int) -> Row:
    op = POINTWISE[function.key]
    call = Apply(function.key, tuple(map(Name, op.params)))
    body = rebuild_output(op.partial_body(k), call)
    left, written = Partial(call, (Name(op.params[k]),)), rounded(body)
    return Row(typeset(left, notation()), "=" if written == body else "≈", typeset(written, notation()))


def rounded(node: Node) -> Node:
    """A formula whose constants of very many digits are rounded."""
    if isinstance(node, Number) and len(str(node.written or "")) > LONGEST:
        return number_node(node.value, DIGITS)
    return rebuild(node, rounded)


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
        return "catalog.mean_axis" if "axis" in function.keywords else "catalog.mean_rows"
    return "catalog.sum_entries" if "sum(" in text else "catalog.one_example"
