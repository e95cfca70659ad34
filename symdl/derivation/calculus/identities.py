"""This module writes the identities of a function of the library as steps."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.elementary_ops import IDENTITY
from symdl.core.graph import Equation, Graph
from symdl.derivation.step import Step
from symdl.formula.tree import Apply, Name, Node, Partial
from symdl.models.identities import VARIABLE, of_function
from symdl.text import Text

RULE = "rule.identity."


def identity_steps(function: str, id: str, graph: Graph) -> Iterator[Step]:
    """Each identity as one step, its moves as rows."""
    var, x = graph.inputs[0], Name(VARIABLE)
    claim = Equation(var, IDENTITY, (var,))
    for found in of_function(function):
        call: Node = Apply(function, (x,))
        left = Partial(call, (x,), "total") if found.derivative else call
        key = "derivative" if found.derivative else "value"
        because = Text(f"{RULE}{key}", {"function": function, "of": call, "by": x})
        yield Step(
            f"{id}.{found.key}", "calculus", claim, because, (), "outline", left=left, lines=found.rows
        )
