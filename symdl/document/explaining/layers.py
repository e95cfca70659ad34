"""This module explains layers: their lines, arguments with shapes, results, learned entries, source."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.naming import dim_node
from symdl.document.blocks import Block, Formula, Paragraph, Row, Span, Spans, Table
from symdl.document.language import Language, typeset
from symdl.document.notation import function_spellings
from symdl.formula.notation import Notation
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, Assign, Compare, Index, Name, Node, Product, number, times
from symdl.models.layer import Layer
from symdl.text import Text


def explained(layer: Layer, words: Language) -> Iterator[Block]:
    """What a layer is."""
    written = notation(layer)
    call = Apply(layer.key, tuple(map(leaf, layer.params)))
    keywords = "".join(f", {key}=…" for key in layer.settings)
    yield Paragraph((words.word("catalog.kind_layer"), " ", to_plain(call)[:-1] + keywords + ")"))
    if words.has(f"layer.{layer.key}"):
        yield Paragraph((words.word(f"layer.{layer.key}"),))
    yield Formula(tuple(_line(line, words, written) for line in layer.assigns))
    yield Table(
        tuple((words.word(f"catalog.{key}"),) for key in ("argument", "shape", "learned")),
        tuple(_argument(layer, name, words, written) for name in layer.params),
        align="lcl",
    )
    if layer.settings:
        header = ((words.word("catalog.setting"),), (words.word("catalog.default"),))
        yield Table(
            header, tuple(((key,), (default,)) for key, default in layer.settings.items()), align="ll"
        )
    results: list[Span] = [typeset(Name(name), written) for name in layer.results]
    yield Paragraph((words.word("catalog.results"), " ", *words.joined(results)))
    if layer.weights:
        count = typeset(dim_node(layer.count()), Notation(functions=function_spellings()))
        yield Paragraph((words.word("catalog.learned_entries"), " ", count))
    if layer.source:
        yield Paragraph((words.word("catalog.source"), " ", layer.source))


def results_of(layer: Layer) -> Span:
    """The line of the first result: what a list says of a layer that has no words."""
    line = next(line for line in layer.assigns if line.targets[0] == layer.results[0])
    return typeset(Compare("=", _left(line), line.value), notation(layer))


def notation(layer: Layer) -> Notation:
    """The notation of the lines of a layer: vectors and matrices as its shapes say, or any arrays."""
    ranks = layer.ranks if layer.shapes else dict.fromkeys(layer.params, 1)
    return Notation(ranks=ranks, timed=layer.families, functions=function_spellings())


def leaf(name: str) -> Node:
    """A parameter as a formula: `h[0]` is the state before the first."""
    base, bracket, _ = name.partition("[")
    return Index(Name(base), (number(0),)) if bracket else Name(base)


def _line(line: Assign, words: Language, written: Notation) -> Row:
    note: Spans = ()
    if line.index is not None:
        facts = {"index": Name(line.index), "start": line.start, "stop": line.stop}
        note = words.say(Text("catalog.repeated", facts), written)
    return Row(typeset(_left(line), written), "=", typeset(line.value, written), note)


def _left(line: Assign) -> Node:
    """What a line defines, a repeated one with its index."""
    name = Name(line.targets[0])
    return name if line.index is None else Index(name, (Name(line.index),))


def _argument(layer: Layer, name: str, words: Language, written: Notation) -> tuple[Spans, ...]:
    sizes = layer.sizes.get(name)
    shape: Spans = ()
    for k, size in enumerate(sizes or ()):
        shape += ((" × ",) if k else ()) + (typeset(_size(size), written),)
    if sizes == ():
        shape = ("1",)
    learned: Spans = ("✓",) if name in layer.weights else ()
    return (typeset(leaf(name), written),), shape, learned


def _size(node: Node) -> Node:
    """A size as it is written, `4m` without a sign between."""
    return times(*node.factors, style="juxtaposed") if isinstance(node, Product) else node
