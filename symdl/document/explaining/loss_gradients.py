"""This module derives what a loss of the library does: its gradient by the prediction, and a plot of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symdl.autodiff.gathering import condensed
from symdl.autodiff.reverse import backward
from symdl.autodiff.rewriting import tidied
from symdl.core.building import Builder
from symdl.core.dims import dim_symbol
from symdl.core.evaluation import compile_graph
from symdl.core.function import FUNCTIONS, Function
from symdl.core.graph import Graph, Var, instantiate
from symdl.core.op import UPSTREAM
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry
from symdl.document.blocks import Block, Spans
from symdl.document.language import Language
from symdl.document.notation import function_spellings
from symdl.document.pictures.curves import Function as Curve
from symdl.document.pictures.curves import finite_value
from symdl.document.pictures.functions import loss_pictures
from symdl.errors import SymdlError
from symdl.formula.notation import Notation
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    Apply,
    Name,
    Negate,
    Node,
    Product,
    Transpose,
    names,
    rebuild,
    substitute,
    unmarked,
)  # fmt: skip
from symdl.formula.walking import walk
from symdl.ops.declaring import read
from symdl.text import Text

SIZE = "n"
RANGES = ((-3.0, 3.0), (0.02, 0.98))  # where a loss is drawn: anywhere, or where it asks for probabilities


def told(function: Function) -> Iterator[tuple[str, Node]]:
    """The gradients of a loss: those that it declares, nothing above it, or else those that are derived."""
    known = function.facts.get("pullbacks", {})
    given = (*function.params, *function.keywords, UPSTREAM)
    yield from ((name, _alone(read(text, *given))) for name, text in known.items())
    if not known:
        yield from gradients(function)


def _alone(node: Node) -> Node:
    """A declared gradient where the upstream gradient is 1."""
    match node:
        case Product((Name(text), *rest), (_, *styles)) if text == UPSTREAM:
            return Product(tuple(rest), tuple(styles)) if len(rest) > 1 else rest[0]
        case Product((Negate(Name(text)), *rest), (_, *styles)) if text == UPSTREAM:
            return Negate(Product(tuple(rest), tuple(styles)) if len(rest) > 1 else rest[0])
    return rebuild(node, _alone)


def gradients(function: Function) -> Iterator[tuple[str, Node]]:
    """The gradient of a loss of vectors by its prediction, or by each of its vectors where it has several.

    >>> import symdl.models
    >>> from symdl.core.function import FUNCTIONS
    >>> from symdl.formula.plain import to_plain
    >>> [(name, to_plain(node)) for name, node in gradients(FUNCTIONS["half_sse"])]
    [('p', 'p - y')]
    """
    graph = _graph(function)
    if graph is None:
        yield from _inherited(function)
        return
    vectors = [var for var in graph.inputs if var.shape]
    for var in vectors[: 1 if len(function.params) == 2 else None]:
        swept = backward(graph, graph.output, [var])
        try:
            line = matrix_line(Speller(swept.graph), swept.adjoints[var])
        except NoMatrixView:
            continue
        found = tidied(unmarked(line))
        if not any(_mixes(part) for part in walk(found)):
            found = condensed(found)
        if not any(name not in {*function.params, SIZE, "L"} for name in names(found)):
            yield str(var.name), found


def _inherited(function: Function) -> Iterator[tuple[str, Node]]:
    """The gradients of a loss that calls another one with a target of its own making: those of the other."""
    match function.formula:
        case Apply(inner, args) if inner in FUNCTIONS and FUNCTIONS[inner].kind == "loss":
            put_in = dict(zip(FUNCTIONS[inner].params, args, strict=True))
            for name, node in gradients(FUNCTIONS[inner]):
                if isinstance(put_in[name], Name):
                    yield to_plain(put_in[name]), condensed(_one_hot(substitute(node, put_in)))


def _one_hot(node: Node) -> Node:
    """A formula in which the entries of the vector of a class number, a single 1, are added up."""
    match node:
        case Apply("sum", (Apply("class_vector"),), ()):
            return ONE
    return rebuild(node, _one_hot)


def _mixes(node: Node) -> bool:
    """Whether a part of a formula is made of all entries together."""
    return isinstance(node, Transpose) or (
        isinstance(node, Apply) and node.function in ("norm", "sum", "dot")
    )


def _graph(function: Function) -> Graph | None:
    """A loss of vectors as a graph; a label that decides between two cases, or counts one, is a number."""
    for last in ((dim_symbol(SIZE),), ()):
        tape = Tape()
        scope: dict[str, Entry] = {SIZE: Constant(Name(SIZE))}
        for k, name in enumerate(function.params):
            shape = last if k == len(function.params) - 1 else (dim_symbol(SIZE),)
            scope[name] = tape.input(name, shape)
        call = Apply(function.key, tuple(map(Name, function.params)))
        try:
            out: Var = Builder(tape, scope).line("L", call, "loss")
        except SymdlError:
            continue
        if not out.shape:
            return tape.graph(out)
    return None


def picture(function: Function, words: Language) -> Iterator[Block]:
    """The loss of one entry with the target 1, and its derivative by the prediction."""
    graph = _graph(function)
    if graph is None or len(function.params) != 2 or any(not var.shape for var in graph.inputs):
        return
    one = instantiate(graph, {SIZE: 1})
    swept = backward(one, one.output, [one.inputs[0]])
    run = compile_graph(swept.graph, [one.output, swept.adjoints[one.inputs[0]]])

    def part(k: int) -> Curve:
        def value(x: float) -> float:
            with np.errstate(all="ignore"):
                return float(np.ravel(run(np.array([x]), np.array([1.0]))[k])[0])

        return value

    value, slope = part(0), part(1)
    key, spoken = f"function.{function.key}", Notation(functions=function_spellings())
    name = words.word(key) if words.has(key) else function.key

    def say(text: str, **facts: Any) -> Spans:
        return words.say(Text(text, facts), spoken)

    for low, high in RANGES:
        drawn = [finite_value(value, x) for x in np.linspace(low, high, 41)]
        if np.all(np.isfinite(drawn)) and len(set(np.round(drawn, 9))) > 3:
            yield loss_pictures(say, name, value, slope, (low, high))
            return
