"""This module turns formulas into equations: shapes are compared here and nowhere else.

A builder reads a tree against a scope and writes equations on a tape. Numbers and dimensions that meet
an array or a variable are folded into the op (`x / 2` is one equation), so constants never clutter the
graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from symdl.core import indexing, products
from symdl.core.dims import Dim, Shape, shape_text
from symdl.core.elementary import CONSTANTS, ELEMENTARY, RELATIONS
from symdl.core.function import FUNCTIONS
from symdl.core.graph import Role, Var
from symdl.core.op import POINTWISE, Pointwise, contract, identity_body, literal, pointwise
from symdl.core.tape import Tape
from symdl.errors import FormulaError, ShapeError
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    Apply,
    Array,
    Bars,
    Compare,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeat,
    RepeatOver,
    Sum,
    Transpose,
    names,
    number,
    substitute,
)  # fmt: skip
from symdl.registry import nearest


@dataclass(frozen=True, slots=True)
class Constant:
    """A scalar known without the graph: a number, a dimension, π, or a formula of these."""

    node: Node


@dataclass(frozen=True, slots=True)
class Row:
    """A transposed vector on its way into a product."""

    var: Var


Value = Var | Constant | Row
MAX_EQUATIONS = 20_000  # that calls of functions of the problem may write
PARAMS = "xuvwabcdefghijklmnopqrst"


def fresh_names(taken: set[str]) -> Iterator[str]:
    """Names for the parameters of an op, apart from those of its constants (a dimension N, Euler's e)."""
    return (
        name for k in count() for name in (f"{letter}{k or ''}" for letter in PARAMS) if name not in taken
    )


@dataclass(frozen=True, slots=True)
class Local:
    """A function defined in the problem: `"D(x)" = "sigmoid(w x)"`."""

    params: tuple[str, ...]
    body: Node


Entry = Var | Constant | Local


class Builder:
    """Reads trees in a scope of names; `kinks` and `ties` are the conventions that shape ops."""

    def __init__(self, tape: Tape, scope: dict[str, Entry] | None = None, ties: str = "first") -> None:
        self.tape = tape
        self.scope: dict[str, Entry] = {} if scope is None else scope
        self.ties = ties

    # Lines and values

    def line(self, name: str, node: Node, role: Role = "intermediate") -> Var:
        """A named line: its last op bears the name, its other ops stay anonymous."""
        return self.bind(name, self.value(node), node, role)

    def bind(self, name: str, value: Value, written: Node, role: Role = "intermediate") -> Var:
        """Give a value a name of its own and put it into the scope."""
        var = self.variable(value)
        if self.tape.is_newest(var):
            var = self.tape.rename(var, name, role)
        else:
            var = self.tape.emit(IDENTITY, (var,), name, role)
        self.tape.written[name] = written
        self.scope[name] = var
        return var

    def value(self, node: Node) -> Value:
        """The value of a formula, writing what equations it needs."""
        match node:
            case Number():
                return Constant(node)
            case Name(text):
                return self.lookup(text)
            case Negate(arg):
                return self.entrywise("negative", lambda p: Negate(p[0]), [self.value(arg)])
            case Sum(terms):
                return self._sum(terms)
            case Product(factors, styles):
                return products.multiply(self, factors, styles)
            case Quotient(top, bottom):
                return self._quotient(self.value(top), self.value(bottom))
            case Power(base, exponent):
                return self._power(base, exponent)
            case Transpose(arg):
                return products.transpose(self, self.value(arg))
            case Bars(arg):
                return self._bars(self.value(arg))
            case Apply(function, args, keywords):
                return self._apply(function, args, keywords)
            case Index(base, subscripts):
                return indexing.index(self, base, subscripts)
            case Array(items):
                return indexing.array(self, items)
            case Compare(relation, left, right):
                return self.entrywise(
                    "indicator",
                    lambda p: Apply("where", (Compare(relation, p[0], p[1]), ONE, number(0))),
                    [self.value(left), self.value(right)],
                )
            case Repeat() | RepeatOver():
                return indexing.repeat(self, node)
            case Marked(arg):
                return self.value(arg)
        raise FormulaError("formula.not_a_value")

    def lookup(self, text: str) -> Value:
        """The value of a name: a quantity or dimension of the problem, else a constant."""
        entry = self.scope.get(text)
        if isinstance(entry, Local) or (entry is None and text not in CONSTANTS):
            known = [*self.scope, *FUNCTIONS, *POINTWISE]
            raise FormulaError("formula.unknown_name", name=text, nearest=nearest(text, known))
        return Constant(Name(text)) if entry is None else entry

    def variable(self, value: Value) -> Var:
        """A value as a quantity of the graph; a row becomes a matrix of one row."""
        if isinstance(value, Constant):
            return self.tape.emit(pointwise("number", (), value.node))
        if isinstance(value, Row):
            (n,) = value.var.shape
            return self.tape.emit(
                contract((("i", n),), (("i",),), (indexing.at(0), "i"), (1, n), "row"), (value.var,)
            )
        return value

    # Entry by entry

    def entrywise(self, key: str, body: Callable[[list[Node]], Node], values: list[Value]) -> Value:
        """A formula entry by entry; scalars and rows of a matrix are repeated to the common shape.

        Constants go into the body. If nothing else is left, the result is a constant too. What is made
        of transposed vectors (and scalars) alone is a transposed vector.
        """
        if any(isinstance(v, Row) for v in values):
            return self._along_rows(values, lambda columns: self.entrywise(key, body, columns))
        arrays = [self.variable(v) for v in values if not isinstance(v, Constant)]
        if not arrays:
            return Constant(body([v.node for v in values if isinstance(v, Constant)]))
        shape = self.common_shape(arrays)
        params = fresh_names({name for v in values if isinstance(v, Constant) for name in names(v.node)})
        used: list[str] = []
        pieces: list[Node] = []
        for v in values:
            if isinstance(v, Constant):
                pieces.append(v.node)
            else:
                used.append(next(params))
                pieces.append(Name(used[-1]))
        op = pointwise(key, tuple(used), body(pieces))
        return self.tape.emit(op, tuple(self.broadcast(var, shape) for var in arrays))

    def call(self, op: Pointwise, values: list[Value]) -> Value:
        """A registered pointwise op on values."""
        if all(isinstance(v, Constant) for v in values):
            return Constant(Apply(op.key, tuple(v.node for v in values if isinstance(v, Constant))))
        if any(isinstance(v, Row) for v in values):
            return self._along_rows(values, lambda columns: self.call(op, columns))
        arrays = [self.variable(v) for v in values]
        shape = self.common_shape(arrays)
        return self.tape.emit(op, tuple(self.broadcast(var, shape) for var in arrays))

    def _along_rows(self, values: list[Value], run: Callable[[list[Value]], Value]) -> Value:
        """Transposed vectors entry by entry: with scalars a row again, with a matrix along its rows."""
        arrays = [v for v in values if isinstance(v, Var) and v.shape]
        for column in (v for v in arrays if len(v.shape) == 1):
            row = next(v for v in values if isinstance(v, Row))
            raise ShapeError("shape.entrywise", **products.operands(self, row, column))
        result = run([v.var if isinstance(v, Row) else v for v in values])
        return result if arrays else Row(self.variable(result))

    def common_shape(self, arrays: list[Var]) -> Shape:
        """The shape to which all fit: equal shapes, scalars, or vectors along the rows of a matrix."""
        widest = max((var.shape for var in arrays), key=len)
        for var in arrays:
            if var.shape != widest and var.shape != () and (len(widest) != 2 or var.shape != widest[1:]):
                other = next(v for v in arrays if v.shape == widest)
                raise ShapeError(
                    "shape.entrywise",
                    left=self.describe(other), left_shape=shape_text(other.shape),
                    right=self.describe(var), right_shape=shape_text(var.shape),
                )  # fmt: skip
        return widest

    def broadcast(self, var: Var, shape: Shape) -> Var:
        """The quantity repeated to a shape: a scalar everywhere, a vector in every row."""
        if var.shape == shape:
            return var
        letters = "ij"[: len(shape)] if len(shape) <= 2 else "ijklmn"[: len(shape)]
        read = tuple(letters[len(shape) - len(var.shape) :])
        op = contract(tuple(zip(letters, shape, strict=True)), (read,), tuple(letters), shape, "broadcast")
        return self.tape.emit(op, (var,))

    def describe(self, var: Var) -> str:
        """A quantity as a formula, for an error message; one without a matrix form by its op."""
        from symdl.core.spelling import NoMatrixView, Speller

        try:
            return to_plain(Speller(self.tape.graph(var)).spell(var).node)
        except NoMatrixView:
            equation = next(e for e in reversed(self.tape.equations) if e.out == var)
            return f"{equation.op.key}({', '.join(self.describe(arg) for arg in equation.args)})"

    def _quotient(self, top: Value, bottom: Value) -> Value:
        """A quotient; over one (the rows of a single example, say) stands nothing."""
        if isinstance(bottom, Constant) and bottom.node == ONE:
            return top
        return self.entrywise("divide", lambda p: Quotient(*p), [top, bottom])

    def _sum(self, terms: tuple[Node, ...]) -> Value:
        signs = [isinstance(term, Negate) for term in terms]
        bare = [term.arg if isinstance(term, Negate) else term for term in terms]
        values = [self.value(term) for term in bare]
        return self.entrywise("add", lambda p: _signed(p, signs), values)

    def rank(self, value: Value) -> int:
        """The number of axes of a value; a transposed vector has one."""
        return 0 if isinstance(value, Constant) else 1 if isinstance(value, Row) else len(value.shape)

    def _power(self, base: Node, exponent: Node) -> Value:
        """A power; `^T` of an array is its transpose even where T is a dimension or a temperature."""
        if isinstance(base, Bars) and exponent == number(2):
            inner = self.value(base.arg)
            if not isinstance(inner, Constant) and self.variable(inner).shape:
                return products.inner(self, self.variable(inner), self.variable(inner))
        value = self.value(base)
        if exponent == Name("T") and not self._is_array("T") and self.rank(value):
            return products.transpose(self, value)
        if (
            isinstance(base, Name)
            and isinstance(value, Var)
            and len(value.shape) == 2
            and value.shape[0] == value.shape[1]
        ):
            raise ShapeError("shape.matrix_power", name=base.text)
        return self.entrywise("power", lambda p: Power(*p), [value, self.value(exponent)])

    def _is_array(self, name: str) -> bool:
        entry = self.scope.get(name)
        return isinstance(entry, Var) and bool(entry.shape)

    def _bars(self, value: Value) -> Value:
        if isinstance(value, Constant) or not self.variable(value).shape:
            return self.call(POINTWISE["abs"], [value])
        var = self.variable(value)
        return self.call(POINTWISE["sqrt"], [products.inner(self, var, var)])

    # Functions

    def _apply(self, function: str, args: tuple[Node, ...], keywords: tuple[tuple[str, Node], ...]) -> Value:
        result = self.results(function, args, keywords)
        if isinstance(result, tuple):
            raise FormulaError("formula.several_results", function=function, count=len(result))
        return result

    def results(
        self, function: str, args: tuple[Node, ...], keywords: tuple[tuple[str, Node], ...] = ()
    ) -> Value | tuple[Value, ...]:
        """The value or values of a call."""
        entry = self.scope.get(function)
        if isinstance(entry, Local):
            return self._call_local(function, entry, args)
        if function == "where":
            return self._where(args)
        values = tuple(self.value(arg) for arg in args)
        named = {key: self.value(value) for key, value in keywords}
        declared = FUNCTIONS.get(function)
        if declared is not None:
            self._check_call(function, declared.params, declared.optional, declared.variadic, len(values))
            for key in named:
                if key not in declared.keywords:
                    raise FormulaError(
                        "formula.unknown_keyword",
                        function=function,
                        name=key,
                        nearest=nearest(key, declared.keywords),
                    )
            result: Value | tuple[Value, ...] = declared.build(self, values, named)
            return result
        op = POINTWISE.get(function)
        if op is None:
            known = [*FUNCTIONS, *POINTWISE, *(k for k, v in self.scope.items() if isinstance(v, Local))]
            raise FormulaError("formula.unknown_function", name=function, nearest=nearest(function, known))
        self._check_call(function, op.params, 0, False, len(values))
        return self.call(op, list(values))

    def _check_call(
        self, name: str, params: tuple[str, ...], optional: int, variadic: bool, got: int
    ) -> None:
        low, high = len(params) - optional, len(params)
        if got < low or (got > high and not variadic):
            raise FormulaError(
                "formula.argument_count", function=name, expected=f"{name}({', '.join(params)})", got=got
            )

    def _call_local(self, name: str, function: Local, args: tuple[Node, ...]) -> Value:
        self._check_call(name, function.params, 0, False, len(args))
        if len(self.tape.equations) > MAX_EQUATIONS:
            raise FormulaError("formula.too_many_equations", limit=MAX_EQUATIONS)
        values = [self.value(arg) for arg in args]
        inner = {**self.scope, name: Constant(Name(name))}
        inner.pop(name)
        for param, value in zip(function.params, values, strict=True):
            inner[param] = value if isinstance(value, Constant) else self.variable(value)
        return Builder(self.tape, inner, self.ties).value(function.body)

    def expand(self, params: tuple[str, ...], body: Node, values: Mapping[str, Value]) -> Value:
        """The value of a library formula whose parameters have these values; it sees nothing else."""
        scope: dict[str, Entry] = {
            key: value if isinstance(value, Constant) else self.variable(value)
            for key, value in values.items()
        }
        return Builder(self.tape, scope, self.ties).value(body)

    def _where(self, args: tuple[Node, ...]) -> Value:
        if len(args) != 3 or not isinstance(args[0], Compare):
            raise FormulaError(
                "formula.argument_count", function="where", expected="where(x > 0, a, b)", got=len(args)
            )
        test = args[0]
        sides = [self.value(test.left), self.value(test.right)]
        known = [indexing.evaluate(side.node) for side in sides if isinstance(side, Constant)]
        if len(known) == 2 and None not in known:  # the other branch may read outside an array
            return self.value(args[1 if RELATIONS[test.relation](*known) else 2])
        pieces = [*sides, self.value(args[1]), self.value(args[2])]
        return self.entrywise(
            "where", lambda p: Apply("where", (Compare(test.relation, p[0], p[1]), p[2], p[3])), pieces
        )

    def number_of(self, value: Value, what: str) -> Fraction:
        """The number that a constant stands for, as an axis or a size needs it."""
        if isinstance(value, Constant):
            found = indexing.evaluate(value.node)
            if found is not None:
                return found
        raise FormulaError("formula.number_expected", what=what)

    def dim_of(self, value: Value, what: str) -> Dim:
        """The dimension that a constant stands for: a number, or a formula in symbolic dimensions."""
        if isinstance(value, Constant):
            return indexing.dimension(value.node, what)
        raise FormulaError("formula.number_expected", what=what)

    def size_of(self, value: Value, what: str, least: int = 1) -> Dim:
        """A dimension that, as a number, is at least so large."""
        dim = self.dim_of(value, what)
        if isinstance(dim, int) and dim < least:
            raise FormulaError("formula.size_too_small", what=what, got=dim, least=least)
        return dim

    def literal(self, items: tuple[Number, ...], shape: Shape) -> Var:
        """An array of numbers."""
        return self.tape.emit(literal(items, shape))


def _signed(pieces: list[Node], signs: list[bool]) -> Node:
    return Sum(tuple(Negate(piece) if sign else piece for piece, sign in zip(pieces, signs, strict=True)))


IDENTITY = pointwise("identity", ("x",), Name("x"))
assert identity_body(IDENTITY)


def declare_elementary() -> None:
    """Make every elementary function an op of its own name."""
    for row in ELEMENTARY.values():
        x = Name("x")
        kinks = () if row.kink is None else (substitute(row.kink, {"x": x}),)
        taught = {"x": row.derivative}
        POINTWISE.register(
            Pointwise(row.key, ("x",), Apply(row.key, (x,)), taught, kinks=kinks, domain=row.domain)
        )


declare_elementary()
