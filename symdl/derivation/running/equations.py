"""This module computes equations over arrays: each is built once as a graph and then run many times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symdl.core.arithmetic import FLOAT
from symdl.core.building import Builder
from symdl.core.compiling import body_function
from symdl.core.dims import Shape
from symdl.core.evaluation import Program, compile_graph
from symdl.core.op import pointwise
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry
from symdl.formula.tree import Node, names, number, substitute
from symdl.models.optimizers import is_entrywise


@dataclass(frozen=True, slots=True, eq=False)
class Calculation:
    """One equation, compiled: its target, the names it reads, its program."""

    target: str
    formula: Node
    reads: tuple[str, ...]
    program: Callable[..., Any]
    shape: Shape

    def __call__(self, known: Mapping[str, Any]) -> Any:
        """The value, from those of the names."""
        return self.program(*[known[name] for name in self.reads])


def calculation(
    target: str,
    formula: Node,
    shapes: Mapping[str, Shape],
    settings: Mapping[str, Fraction],
    matrices: bool = False,
) -> Calculation:
    """An equation over quantities of some shapes; settings are constants in it.

    One that works entry by entry needs no graph: NumPy repeats scalars by itself. With `matrices`,
    products are those of matrices.
    """
    reads = tuple(sorted(name for name in names(formula) if name in shapes))
    if not matrices and is_entrywise(((target, formula),)):
        body = substitute(formula, {name: number(value) for name, value in settings.items()})
        shape = max((shapes[name] for name in reads), key=len, default=())
        return Calculation(
            target, formula, reads, body_function(pointwise(target, reads, body), FLOAT), shape
        )
    program, shape = _graph(formula, reads, shapes, settings)
    return Calculation(target, formula, reads, lambda *args: program(*args)[0], shape)


def _graph(
    formula: Node, reads: Sequence[str], shapes: Mapping[str, Shape], settings: Mapping[str, Fraction]
) -> tuple[Program, Shape]:
    """The program of a formula over arrays."""
    tape = Tape()
    scope: dict[str, Entry] = {name: Constant(number(value)) for name, value in settings.items()}
    scope |= {name: tape.input(name, shapes[name]) for name in reads}
    builder = Builder(tape, scope)
    out = builder.variable(builder.value(formula))
    return compile_graph(tape.graph(out), (out,)), out.shape


def calculations(
    lines: Sequence[tuple[str, Node]], shapes: Mapping[str, Shape], settings: Mapping[str, Fraction],
    matrices: bool = False,
) -> Iterator[Calculation]:  # fmt: skip
    """Equations in order; each may read what those before it gave."""
    known = dict(shapes)
    for target, formula in lines:
        found = calculation(target, formula, known, settings, matrices)
        known[target] = found.shape
        yield found
