"""This module knows the words of a problem: its names, their entries, the names of its adjoints."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.core.op import Pointwise
from symdl.derivation.deltas import deltas
from symdl.formula.scope import Scope
from symdl.formula.spelling import parts
from symdl.formula.tree import Index, Node, number
from symdl.formula.vocabulary import Vocabulary
from symdl.problems.names import library_names
from symdl.problems.problem import Problem

SHORT = {
    "lam": "lambda",
    "lamda": "lambda",
    "lmbda": "lambda",
    "eps": "epsilon",
    "alph": "alpha",
    "gam": "gamma",
}
MAX_ENTRIES = 64  # of an array whose entries have spellings of their own


def vocabulary(problem: Problem, graph: Graph) -> Vocabulary:
    """What a student may write: quantities and their entries, sizes, and adjoints as δ, dz1 or ∂L/∂z1."""
    named = [var for var in graph.variables() if isinstance(var.name, str)]
    names = {str(var.name).split("[")[0] for var in named}
    sizes = {
        str(s) for var in named for dim in var.shape if not isinstance(dim, int) for s in dim.free_symbols
    }
    kinds = ("gradient", "update")
    asked = frozenset(str(getattr(ask, "of", "")) for ask in problem.asks if ask.kind in kinds)
    aliases = dict(_aliases(graph, named, asked)) | dict(_greek(names | set(problem.dims)))
    shapes = {str(var.name): tuple(var.shape) for var in named}
    adjoints = {leaf(v.name): tuple(v.shape) for v in graph.variables() if isinstance(v.name, Adjoint)}
    for word, node in aliases.items():
        if node in adjoints:
            shapes.setdefault(word, adjoints[node])
    functions = library_names() | frozenset(problem.functions)
    return Vocabulary(
        Scope(frozenset(names | set(problem.dims) | sizes), functions),
        shapes,
        {word: node for word, node in aliases.items() if word not in names},
    )


def _greek(names: set[str]) -> Iterator[tuple[str, Node]]:
    """λ for a name such as `lam`, that stands for the letter because Python keeps its name for itself."""
    for short, word in SHORT.items():
        if short in names and word not in names:
            yield word, leaf(short)
        elif word in names and short not in names:
            yield short, leaf(word)


def _aliases(graph: Graph, named: list[Var], asked: frozenset[str]) -> Iterator[tuple[str, Node]]:
    """Other spellings; where several quantities are differentiated, `dW` is of the one that is asked for."""
    for var in named:
        yield from _entries(str(var.name), var)
    greek = {**_numbered(graph), **deltas(graph)}
    for name, var in sorted(graph.by_name.items(), key=lambda item: _of_asked(item[0], asked)):
        if isinstance(name, Adjoint):
            plain = name.by.replace("[", "").replace("]", "").replace(",", "")
            for word in filter(None, (f"d{name.by}", greek.get(name.by), f"delta_{plain}")):
                yield word, leaf(name)
                yield from ((w, _of(node, leaf(name))) for w, node in _entries(word, var))


def _of_asked(name: object, asked: frozenset[str]) -> bool:
    return isinstance(name, Adjoint) and name.of in asked


def _numbered(graph: Graph) -> dict[str, str]:
    """`δ1` for the adjoint of what a function of one argument is taken of, where its name ends in 1.

    The pre-activations of other layers, of the same letters, go with it.
    """
    found: dict[str, str] = {}
    for equation in graph.equations:
        if not isinstance(equation.op, Pointwise) or len(equation.args) != 1 or equation.op.key == "identity":
            continue
        name = equation.args[0].name
        digits = parts(name).digits if isinstance(name, str) and "[" not in name else ""
        if digits and equation.args[0] in graph.definition:
            found[str(name)] = f"delta{digits}"
    letters = {parts(name).letters for name in found}
    for var in graph.definition:
        if isinstance(var.name, str) and "[" not in var.name and len(letters) == 1:
            own = parts(var.name)
            if own.letters in letters and own.digits:
                found.setdefault(var.name, f"delta{own.digits}")
    return found if len(set(found.values())) == len(found) else {}


def _entries(name: str, var: Var) -> Iterator[tuple[str, Node]]:
    """`x1` for the first entry of x, `W1_21` for the one of W1 in row 2 and column 1."""
    if not var.shape or not all(isinstance(n, int) and n < 10 for n in var.shape) or "[" in name:
        return
    if len(var.shape) > 2:
        return
    for place in product(*(range(1, n + 1) for n in var.shape)):
        digits = "".join(map(str, place))
        layered = name[-1].isdigit() or len(place) > 1
        yield (
            f"{name}_{digits}" if layered else f"{name}{digits}",
            Index(leaf(name), tuple(map(number, place))),
        )


def _of(node: Node, base: Node) -> Node:
    assert isinstance(node, Index)
    return Index(base, node.subscripts)
