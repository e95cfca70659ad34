"""This module gives derived quantities back as programs: a quick function, and readable NumPy source."""

from __future__ import annotations

import keyword
from typing import Any

import numpy as np

from symdl.core.contraction import canonical
from symdl.core.elementary import ELEMENTARY
from symdl.core.evaluation import Program
from symdl.core.expansion import primitive
from symdl.core.graph import Adjoint, Equation, Graph, Var
from symdl.core.op import POINTWISE, Contract, Literal, Pointwise, Select
from symdl.core.spelling import covers
from symdl.errors import ProblemError
from symdl.formula.tree import (
    Apply,
    Bars,
    Compare,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    substitute,
)  # fmt: skip
from symdl.problems.given import numbers_of
from symdl.problems.problem import Problem
from symdl.registry import nearest


class Quick:
    """A compiled quantity as a function of the inputs; given inputs may be left out."""

    def __init__(self, program: Program, graph: Graph, problem: Problem, id: str) -> None:
        self._program, self.__name__ = program, id
        self.names = tuple(str(var.name) for var in graph.inputs)
        self._shapes = tuple(var.shape for var in graph.inputs)
        self._defaults = {name: numbers_of(given) for name, given in problem.given.items()}

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The value for some inputs, in order or by name."""
        known = {**self._defaults, **dict(zip(self.names, args, strict=False)), **named}
        for name in named:
            if name not in self.names:
                raise ProblemError(
                    "problem.unknown_input",
                    name=name,
                    nearest=nearest(name, list(self.names)),
                    known=", ".join(self.names),
                )
        missing = [name for name in self.names if name not in known]
        if missing:
            raise ProblemError("problem.missing_input", name=missing[0], known=", ".join(self.names))
        values = [self._number(known[name]) for name in self.names]
        with np.errstate(all="ignore"):
            return self._program(*values)[0]

    @staticmethod
    def _number(value: Any) -> Any:
        return float(value) if np.ndim(value) == 0 else np.asarray(value, dtype=float)

    def __repr__(self) -> str:
        return f"{self.__name__}({', '.join(self.names)})"


def numpy_source(graph: Graph, var: Var, id: str) -> str:
    """A quantity as the text of a NumPy function, one statement per named line."""
    return _Writer(primitive(graph, stable=True), var, id).text()


SIGNS = {"=": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
EINSUM = {
    "ab,b->a": "{0} @ {1}", "ab,a->b": "{0}.T @ {1}", "a,ab->b": "{1}.T @ {0}", "a,ba->b": "{1} @ {0}",
    "a,b->ab": "np.outer({0}, {1})", "a,b->ba": "np.outer({1}, {0})", "ab,bc->ac": "{0} @ {1}",
    "ab,ac->bc": "{0}.T @ {1}", "ab,ac->cb": "{1}.T @ {0}", "ab,cb->ac": "{0} @ {1}.T", "ab,cb->ca": "{1} @ {0}.T",
    "ab,ca->cb": "{1} @ {0}", "a,a->": "{0} @ {1}", "a->": "np.sum({0})", "ab->": "np.sum({0})",
    "ab->a": "np.sum({0}, axis=1)", "ab->b": "np.sum({0}, axis=0)", "ab->ba": "{0}.T", "ab,ab->": "np.sum({0} * {1})",
}  # fmt: skip


class _Writer:
    def __init__(self, graph: Graph, var: Var, id: str) -> None:
        self.graph, self.var, self.id = graph, var, id
        self.names: dict[Var, str] = {}
        self.uses_erf = False

    def text(self) -> str:
        needed = self._needed()
        for var in (*self.graph.inputs, *(e.out for e in needed)):
            self.names[var] = self._free(identifier(var))
        inputs = [self.names[var] for var in self.graph.inputs]
        body = [f"    {self.names[e.out]} = {self._equation(e)}" for e in needed]
        head = ["import numpy as np"] + (
            ["from math import erf as _erf", "", "erf = np.vectorize(_erf)"] if self.uses_erf else []
        )
        define = f"def {identifier_text(self.id)}({', '.join(inputs)}):"
        return "\n".join(
            [*head, "", "", define, f'    """{self.id}"""', *body, f"    return {self.names[self.var]}", ""]
        )

    def _needed(self) -> list[Equation]:
        wanted, kept = {self.var}, []
        for equation in reversed(self.graph.equations):
            if equation.out in wanted:
                wanted.update(equation.args)
                kept.append(equation)
        return kept[::-1]

    def _free(self, name: str) -> str:
        taken = set(self.names.values())
        candidate, k = name, 2
        while candidate in taken:
            candidate, k = f"{name}_{k}", k + 1
        return candidate

    def _equation(self, equation: Equation) -> str:
        op, args = equation.op, [self.names[arg] for arg in equation.args]
        if isinstance(op, Pointwise):
            body = op.stable if op.stable is not None else op.body
            return self._node(body, dict(zip(op.params, args, strict=True)))
        if isinstance(op, Literal):
            flat = [float(item.value) for item in op.values]
            return f"np.array({np.array(flat).reshape(op.out).tolist()})"
        if isinstance(op, Select):
            return self._select(op, args[0])
        assert isinstance(op, Contract)
        return self._contract(op, equation, args)

    def _select(self, op: Select, arg: str) -> str:
        if op.kind == "sort":
            return f"np.eye({arg}.shape[-1])[np.argsort({arg}, axis=-1, kind='stable')]"
        return f"(np.arange({arg}.shape[-1]) == np.{op.kind}({arg}, axis=-1)[..., None]).astype(float)"

    def _contract(self, op: Contract, equation: Equation, args: list[str]) -> str:
        pattern = canonical(op)
        shape = tuple(op.out)
        if covers(op, equation.args):
            if pattern in EINSUM:
                return EINSUM[pattern].format(*args)
            if not op.reads:
                return f"np.eye({shape[0]})" if pattern == "->aa" else f"np.ones({shape})"
            if pattern in ("->a", "->ab", "->abc", "a->ba"):
                return f"np.broadcast_to({args[0]}, {shape})"
            if pattern == "a->ab":
                return f"np.broadcast_to({args[0]}[:, None], {shape})"
            if len(set(op.write)) == len(op.write) and set(op.write) <= {s for r in op.reads for s in r}:
                return f'np.einsum("{pattern}", {", ".join(args)})'
        return self._loops(op, args)

    def _loops(self, op: Contract, args: list[str]) -> str:
        """Affine subscripts as index arrays: gathered, multiplied, added up where they are written."""
        letters = [letter for letter, _ in op.loops]
        sizes = ", ".join(str(dim) for _, dim in op.loops)
        reads = [[str(s) for s in read] for read in op.reads]
        return f"contract({args}, {letters}, [{sizes}], {reads}, {[str(s) for s in op.write]}, {tuple(op.out)})".replace(
            "'", '"'
        )

    def _node(self, node: Node, names: dict[str, str], tight: bool = False) -> str:
        text = self._written(node, names)
        return f"({text})" if tight and not isinstance(node, Name | Number | Apply) else text

    def _written(self, node: Node, names: dict[str, str]) -> str:
        def part(inner: Node) -> str:
            return self._node(inner, names, tight=True)

        match node:
            case Number(value):
                return str(value.numerator) if value.denominator == 1 else repr(float(value))
            case Name(text):
                return names.get(text) or {"pi": "np.pi", "e": "np.e"}[text]
            case Negate(arg):
                return f"-{part(arg)}"
            case Sum(terms):
                return _joined_sum(
                    [(isinstance(t, Negate), part(t.arg if isinstance(t, Negate) else t)) for t in terms]
                )
            case Product(factors):
                return " * ".join(map(part, factors))
            case Quotient(top, bottom):
                return f"{part(top)} / {part(bottom)}"
            case Power(base, exponent):
                return f"{part(base)} ** {part(exponent)}"
            case Bars(arg):
                return f"np.abs({self._written(arg, names)})"
            case Compare(relation, left, right):
                return f"{part(left)} {SIGNS[relation]} {part(right)}"
            case Apply("where", (test, yes, no)):
                return f"np.where({', '.join(self._written(x, names) for x in (test, yes, no))})"
            case Apply("max" | "min" as key, (left, right)):
                return f"np.{key}imum({self._written(left, names)}, {self._written(right, names)})"
            case Apply(function, (arg,)) if function in ELEMENTARY:
                self.uses_erf = self.uses_erf or function == "erf"
                prefix = "" if function == "erf" else "np."
                return f"{prefix}{ELEMENTARY[function].numpy}({self._written(arg, names)})"
            case Apply(function, args):
                op = POINTWISE[function]
                return (
                    f"({self._written(substitute(op.body, dict(zip(op.params, args, strict=True))), names)})"
                )
        raise TypeError(type(node).__name__)


def _joined_sum(terms: list[tuple[bool, str]]) -> str:
    text = ""
    for k, (negative, term) in enumerate(terms):
        sign = ("-" if negative else "") if k == 0 else (" - " if negative else " + ")
        text += sign + term
    return text


def identifier(var: Var) -> str:
    """A Python name for a quantity: `W1`, `dL_dW1` for an adjoint, `t7` for an anonymous one."""
    name = var.name
    if name is None:
        return f"t{var.number}"
    if isinstance(name, Adjoint):
        return f"d{identifier_text(name.of)}_d{identifier_text(name.by)}"
    return identifier_text(str(name))


def identifier_text(text: str) -> str:
    """A text as a Python name."""
    clean = "".join(char if char.isalnum() else "_" for char in text).strip("_")
    return f"{clean}_" if keyword.iskeyword(clean) or not clean.isidentifier() else clean
