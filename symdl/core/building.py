"""This module turns formulas into equations: shapes are compared here and nowhere else.

A builder reads a tree against a scope and writes equations on a tape. Numbers and dimensions that meet
an array or a variable are folded into the op (`x / 2` is one equation), so constants never clutter the
graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import count

from symdl.core import calling, indexing, products, summing
from symdl.core.dims import Dim, Shape, shape_text
from symdl.core.elementary import CONSTANTS
from symdl.core.elementary_ops import IDENTITY
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.graph import Role, Var
from symdl.core.op import Pointwise, contract, literal, pointwise
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry, Local, Row, Value
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
)  # fmt: skip
from symdl.registry import nearest

PARAMS = "xuvwabcdefghijklmnopqrst"


def fresh_names(taken: set[str]) -> Iterator[str]:
    """Names for the parameters of an op, apart from those of its constants (a dimension N, Euler's e)."""
    return (
        name for k in count() for name in (f"{letter}{k or ''}" for letter in PARAMS) if name not in taken
    )


class Builder:
    """Reads trees in a scope of names; `ties` is the convention that shapes a selection.

    In formulas of the `library` the power of a matrix is meant entry by entry.
    """

    def __init__(
        self, tape: Tape, scope: dict[str, Entry] | None = None, ties: str = "first", library: bool = False
    ) -> None:
        self.tape = tape
        self.scope: dict[str, Entry] = {} if scope is None else scope
        self.ties, self.library = ties, library

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
                return products.power(self, base, exponent)
            case Transpose(arg):
                return products.transpose(self, self.value(arg))
            case Bars(arg):
                return products.size(self, self.value(arg))
            case Apply(function, args, keywords):
                return calling.result(self, function, args, keywords)
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
                return summing.total(self, node)
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

    def entrywise(
        self, key: str, body: Callable[[list[Node]], Node], values: list[Value],
        make: Callable[[str, tuple[str, ...], Node], Pointwise] = pointwise,
    ) -> Value:  # fmt: skip
        """A formula entry by entry; scalars and rows of a matrix are repeated to the common shape.

        Constants go into the body. If nothing else is left, the result is a constant too. What is made
        of transposed vectors (and scalars) alone is a transposed vector.
        """
        if any(isinstance(v, Row) for v in values):
            return self._along_rows(values, lambda columns: self.entrywise(key, body, columns, make))
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
        op = make(key, tuple(used), body(pieces))
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

    # Functions

    def results(
        self, function: str, args: tuple[Node, ...], keywords: tuple[tuple[str, Node], ...] = ()
    ) -> Value | tuple[Value, ...]:
        """The value or values of a call."""
        return calling.results(self, function, args, keywords)

    def expand(self, params: tuple[str, ...], body: Node, values: Mapping[str, Value]) -> Value:
        """The value of a library formula whose parameters have these values; it sees nothing else."""
        scope: dict[str, Entry] = {
            key: value if isinstance(value, Constant) else self.variable(value)
            for key, value in values.items()
        }
        return Builder(self.tape, scope, self.ties, library=True).value(body)

    def inside(self, scope: dict[str, Entry]) -> Builder:
        """A builder of the same equations that sees other names."""
        return Builder(self.tape, scope, self.ties, self.library)

    # Numbers

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
