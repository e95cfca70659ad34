"""What is printed is what is computed: printed lines, read back and built again, give the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symdl.autodiff.reverse import backward
from symdl.autodiff.rewriting import simplified
from symdl.core.dims import Dim, dim_symbol
from symdl.core.graph import Graph, Var
from symdl.core.matrix_patterns import BINARY, UNARY, t
from symdl.core.op import einsum
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.core.tape import Tape
from symdl.errors import FormulaError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Name, Negate, Node, Sum, Transpose, times, unmarked
from tests.helpers.graphs import Array, Arrays, agree, build, everything, opened, point, reread, value
from tests.helpers.programs import Program, Rule, each_rule, few, programs, tame


def lines(graph: Graph) -> Iterator[tuple[Var, Node]]:
    """The named lines, adjoints included, that matrices can write."""
    speller = Speller(graph)
    for equation in graph.equations:
        if equation.out.name is not None:
            try:
                yield equation.out, matrix_line(speller, equation.out)
            except NoMatrixView:
                continue


def printed_value(node: Node, graph: Graph, values: dict[Var, Array]) -> Array:
    """The value of a formula as it is printed; None where it is too long to be read back."""
    plain, scope = opened(node, graph)
    try:
        return reread(to_plain(plain), scope, values)
    except FormulaError as error:
        if error.key in ("formula.too_long", "formula.too_many_parts"):
            return None
        raise


def derived(program: Program, at: Arrays) -> tuple[Graph, dict[Var, Array]]:
    """The program with its gradients, and the value of everything in it."""
    graph = program.graph()
    swept = backward(graph, graph.output)
    return swept.graph, everything(swept.graph, at)


@each_rule
@few
@given(data=st.data())
def test_a_printed_line_has_the_value_of_its_quantity(rule: Rule, data: st.DataObject):
    program = data.draw(programs(starting=rule, longest=4))
    graph, values = derived(program, tame(program))
    for var, node in lines(graph):
        found = printed_value(node, graph, values)
        assert found is None or agree(found, values[var], 1e-7), to_plain(node)


@each_rule
@few
@given(data=st.data())
def test_teaching_moves_keep_the_value(rule: Rule, data: st.DataObject):
    program = data.draw(programs(starting=rule, longest=4))
    graph, values = derived(program, tame(program))
    for var, node in lines(graph):
        for form in simplified(unmarked(node)):
            found = printed_value(form.node, graph, values)
            if found is not None and np.shape(found) == ():
                found = np.full(var.shape, found)  # an array of zeros is written 0
            assert found is None or agree(found, values[var], 1e-7), (form.rule, to_plain(form.node))


PATTERNS = ["->aa", "a->ab", "a->ba", "ab->a", "ab->b", *UNARY, *BINARY]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_is_written_as_it_computes(pattern: str):
    tape, op = Tape(), einsum(pattern, {"a": 2, "b": 3, "c": 4} if "aa" not in pattern else {"a": 3})
    shapes = [tuple(dict(op.loops)[str(letter)] for letter in read) for read in op.reads]
    args = tuple(tape.input(name, shape) for name, shape in zip("xu", shapes, strict=False))
    graph = tape.graph(tape.emit(op, args, "f"))
    at = point({str(var.name): var.shape for var in args})
    node = Speller(graph).line(graph.output)
    scope = {str(var.name): var for var in args}
    assert agree(reread(to_plain(node), scope, everything(graph, at)), value(graph, at)), to_plain(node)


Shapes = dict[str, tuple[Dim, ...]]
N, m, n = map(dim_symbol, "Nmn")
GRADIENTS: list[tuple[str, Shapes, dict[str, str]]] = [
    (
        "sum((W x + b)^2) / 2",
        {"W": (m, n), "x": (n,), "b": (m,)},
        {"W": "(W x + b) x.T", "x": "W.T (W x + b)", "b": "W x + b"},
    ),
    (
        "sum((X W^T + b) * G)",
        {"X": (N, n), "W": (m, n), "b": (m,), "G": (N, m)},
        {"X": "G W", "W": "G.T X", "b": "G.T ones(N)"},
    ),
    ("u^T A v", {"u": (m,), "A": (m, n), "v": (n,)}, {"u": "A v", "A": "u v.T", "v": "A.T u"}),
    ("trace(A B)", {"A": (m, n), "B": (n, m)}, {"A": "B.T", "B": "A.T"}),
    ("sum(tanh(z))", {"z": (n,)}, {"z": "1 - tanh(z)^2"}),
    ("mean(z)", {"z": (n,)}, {"z": "1/n ones(n)"}),
]


@pytest.mark.parametrize("text, inputs, expected", GRADIENTS, ids=[text for text, _, _ in GRADIENTS])
def test_gradients_read_as_in_the_books(text: str, inputs: Shapes, expected: dict[str, str]):
    graph = build(inputs, [("f", text)])
    swept = backward(graph, graph.output, [graph.by_name[name] for name in expected])
    speller = Speller(swept.graph)
    for name, formula in expected.items():
        node = unmarked(matrix_line(speller, swept.adjoints[graph.by_name[name]]))
        *_, last = [node, *(form.node for form in simplified(node))]
        assert to_plain(last) == formula


def test_the_square_of_a_square_matrix_is_not_printed_as_a_matrix_power():
    graph = build({"A": (2, 2)}, [("H", "tanh(A)"), ("f", "sum(H)")])
    swept = backward(graph, graph.output)
    (A,) = graph.inputs
    assert "H^2" not in to_plain(Speller(swept.graph).line(swept.adjoints[A]))


def test_what_matrices_cannot_write_is_said_to_be_so():
    graph = build({"X": (4, 4), "K": (2, 2)}, [("f", "conv2d(X, K)")])
    with pytest.raises(NoMatrixView):
        Speller(graph).line(graph.output)


def test_the_transpose_of_a_sum_of_outer_products_is_taken() -> None:
    """`(u vᵀ + x yᵀ)ᵀ` is `v uᵀ + y xᵀ`; a sum with another term is transposed as a whole."""
    u, v, x, y, A = map(Name, "uvxyA")
    outer = [times(a, Transpose(b), style="juxtaposed") for a, b in ((u, v), (x, y))]
    turned = [times(b, Transpose(a), style="juxtaposed") for a, b in ((u, v), (x, y))]
    assert t(Sum((outer[0], Negate(outer[1])))) == Sum((turned[0], Negate(turned[1])))
    assert t(Sum((outer[0], A))) == Transpose(Sum((outer[0], A)))
