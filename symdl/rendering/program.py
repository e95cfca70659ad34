"""This module gives derived quantities back as programs: a quick function, and readable NumPy source."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from symdl.core.contraction import canonical
from symdl.core.dims import Shape, bind_dim, bind_shape, dim_names, shape_text
from symdl.core.elementary import ELEMENTARY
from symdl.core.evaluation import Program, compile_graph
from symdl.core.expansion import primitive
from symdl.core.function import POINTWISE
from symdl.core.graph import Adjoint, Equation, Graph, Var, instantiate
from symdl.core.holding import HELD
from symdl.core.op import Contract, Literal, Pointwise, Select
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
)  # fmt: skip
from symdl.problems.given import numbers_of
from symdl.problems.problem import Problem
from symdl.registry import nearest

ATOMIC = re.compile(r"[\w.]+(\([^()]*\))?")  # needs no brackets around it
CONTRACT = '''
def contract(arrays, sizes, reads, write, shape):
    """Sum of products over loops; what is read or written outside an array counts as zero."""
    y = np.zeros(shape)
    for i in np.ndindex(*sizes):
        places = [read(*i) for read in reads]
        inside = all(0 <= k < n for a, p in zip(arrays, places) for k, n in zip(p, np.shape(a)))
        if inside and all(0 <= k < n for k, n in zip(write(*i), shape)):
            y[write(*i)] += np.prod([np.asarray(a)[p] for a, p in zip(arrays, places)])
    return y'''


class Quick:
    """A compiled quantity as a function of the inputs; given inputs may be left out.

    Symbolic sizes take those of the arrays that come in.
    """

    def __init__(self, graph: Graph, var: Var, problem: Problem, id: str) -> None:
        self._graph, self._var, self.__name__ = graph, var, id
        self.names = tuple(str(var.name) for var in graph.inputs)
        self._shapes = tuple(var.shape for var in graph.inputs)
        self._symbolic = bool(dim_names(self._shapes))
        self._programs: dict[tuple[tuple[str, int], ...], Program] = {}
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
            return self._compiled(values)(*values)[0]

    def _compiled(self, values: Sequence[Any]) -> Program:
        """The program for the sizes of some values."""
        sizes: dict[str, int] = {}
        for name, shape, value in zip(self.names, self._shapes, values, strict=True):
            self._fit(name, shape, np.shape(value), sizes)
        key = tuple(sizes.items())
        if key not in self._programs:
            graph = instantiate(self._graph, sizes) if self._symbolic else self._graph
            var = next(var for var in graph.variables() if var.number == self._var.number)
            self._programs[key] = compile_graph(graph, (var,))
        return self._programs[key]

    @staticmethod
    def _fit(name: str, shape: Shape, got: tuple[int, ...], sizes: dict[str, int]) -> None:
        """Compare the shape of a value with that of its input; open sizes take it from there."""
        if got == shape:
            return
        if len(got) == len(shape):
            for dim, size in zip(shape, got, strict=True):
                if not isinstance(dim, int) and dim.is_Symbol:
                    sizes.setdefault(dim.name, size)
        if len(got) != len(shape) or any(bind_dim(d, sizes) != n for d, n in zip(shape, got, strict=True)):
            expected = shape_text(bind_shape(shape, sizes))
            raise ProblemError("problem.input_shape", name=name, expected=expected, got=shape_text(got))

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
    "ab,ac->bc": "{0}.T @ {1}", "ab,ac->cb": "{1}.T @ {0}", "ab,cb->ac": "{0} @ {1}.T",
    "ab,cb->ca": "{1} @ {0}.T", "ab,ca->cb": "{1} @ {0}", "a,a->": "{0} @ {1}", "a->": "np.sum({0})",
    "ab->": "np.sum({0})", "ab->a": "np.sum({0}, axis=1)", "ab->b": "np.sum({0}, axis=0)",
    "ab->ba": "{0}.T", "ab,ab->": "np.sum({0} * {1})",
}  # fmt: skip


class _Writer:
    def __init__(self, graph: Graph, var: Var, id: str) -> None:
        self.graph, self.var, self.id = graph, var, id
        self.names: dict[Var, str] = {}
        self.uses_erf = self.uses_contract = False

    def text(self) -> str:
        """The whole source: imports, helpers where they are used, the function."""
        body = [f"    {name} = {right}" for name, right in self._statements()]
        head = ["import numpy as np"]
        if self.uses_erf:
            head += ["from math import erf as scalar_erf", "", "erf = np.vectorize(scalar_erf)"]
        if self.uses_contract:
            head += ["", CONTRACT]
        inputs = ", ".join(self.names[var] for var in self.graph.inputs)
        define = [f"def {identifier_text(self.id)}({inputs}):", f'    """{self.id}"""']
        return "\n".join([*head, "", "", *define, *body, f"    return {self.names[self.var]}", ""])

    def _statements(self) -> Iterator[tuple[str, str]]:
        """One statement per named line; what is used once and has no name stands inside it."""
        needed = self._needed()
        uses = Counter(arg for equation in needed for arg in equation.args)
        for var in self.graph.inputs:
            self.names[var] = self._free(identifier(var))
        for equation in needed:
            right = self._equation(equation)
            if equation.out.name is None and uses[equation.out] == 1 and equation.out != self.var:
                self.names[equation.out] = right if ATOMIC.fullmatch(right) else f"({right})"
            else:
                self.names[equation.out] = self._free(identifier(equation.out))
                yield self.names[equation.out], right

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
            return self._select(op, *args)
        assert isinstance(op, Contract)
        return self._contract(op, equation, args)

    def _select(self, op: Select, arg: str, among: str = "") -> str:
        if among:
            worst = "-np.inf" if op.kind == "argmax" else "np.inf"
            arg = f"np.where({among} > 0, {arg}, {worst})"
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
        """A contraction with shifted subscripts, spelled out by a helper that the source defines."""
        self.uses_contract = True
        letters = ", ".join(letter.strip("_") or letter for letter, _ in op.loops)
        sizes = ", ".join(str(dim) for _, dim in op.loops)
        reads = ", ".join(f"lambda {letters}: ({_places(read)})" for read in op.reads)
        write = f"lambda {letters}: ({_places(op.write)})"
        return f"contract([{', '.join(args)}], ({sizes},), [{reads}], {write}, {tuple(op.out)})"

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
            case Apply(function, (arg,)) if function in HELD:
                return f"({self._written(arg, names)})"
            case Apply(function, (arg,)) if function in ELEMENTARY:
                self.uses_erf = self.uses_erf or function == "erf"
                prefix = "" if function == "erf" else "np."
                return f"{prefix}{ELEMENTARY[function].numpy}({self._written(arg, names)})"
            case Apply(function, args):
                return f"({self._written(POINTWISE[function].at(args), names)})"
        raise TypeError(type(node).__name__)


def _places(subscripts: Sequence[object]) -> str:
    return "".join(f"{subscript}, " for subscript in subscripts).rstrip()


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
