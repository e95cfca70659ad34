"""This module composes the opening of a sheet: what is given, and the conventions in force."""

from __future__ import annotations

from collections.abc import Iterator

from symdl.core.algebra import ratio
from symdl.core.constants import exact_value
from symdl.core.differentiation import differentiate
from symdl.core.dims import Affine, shape_text
from symdl.core.function import FUNCTIONS, POINTWISE
from symdl.core.graph import Equation, Var
from symdl.core.indexing import evaluate
from symdl.core.moved import BEYOND
from symdl.core.naming import array_node, is_negative, leaf
from symdl.core.op import OUTPUT, Composite, Contract, Op, Pointwise, Select
from symdl.document.blocks import Block, Formula, Heading, Math, Note, Row, Span, Spans, Table
from symdl.document.lines.laying import LONG, PAIR, height, laid
from symdl.document.sheet import Sheet
from symdl.formula.tree import ZERO, Apply, Compare, Name, Node, number, substitute, times
from symdl.formula.walking import walk
from symdl.problems.zero_logarithms import counts_zero

ZERO_LOG = {  # 0 log 0, and what it is the limit of
    "zero": times(ZERO, Apply("log", (ZERO,))), "term": times(Name("u"), Apply("log", (Name("u"),))),
    "of": Name("u"),
}  # fmt: skip


def given(sheet: Sheet) -> Iterator[Block]:
    """The given quantities side by side; a sheet that says everything has a table with their shapes."""
    inputs = [var for var in sheet.problem.graph.inputs if isinstance(var.name, str)]
    valued = [var for var in inputs if str(var.name) in sheet.problem.given]
    arrays = any(var.shape for var in inputs)
    if not valued and not arrays:
        return
    yield Heading(2, sheet.say("sheet.given"), "given")
    if arrays and sheet.thorough:
        keys = ("quantity", "shape", "value") if valued else ("quantity", "shape")
        table = tuple(_row(sheet, var)[: len(keys)] for var in inputs)
        yield Table(tuple(sheet.say(f"sheet.{key}") for key in keys), table, align="lcl"[: len(keys)])
    else:
        tallest = height(_written(sheet, var) for var in valued)
        if sheet.very_long:  # columns in rows, below the matrices that they would stand beside
            inputs, tallest = sorted(inputs, key=lambda var: not _is_matrix(sheet, var)), 0
        yield Formula(tuple(_item(sheet, var, tallest) for var in inputs), flowing=True)


def _item(sheet: Sheet, var: Var, tallest: int) -> Row:
    """A quantity with its value, or with the space it belongs to."""
    name = sheet.math(leaf(var.name or ""))
    if str(var.name) in sheet.problem.given:
        least = PAIR if sheet.very_long else LONG
        return Row(name, "=", sheet.math(laid(_written(sheet, var), tallest, least)))
    space = Math(r"\mathbb{R}", "ℝ")
    if var.shape:
        text = shape_text(var.shape)
        sizes = text.replace("×", r"\times")
        space = Math(rf"\mathbb{{R}}^{{{sizes}}}", f"ℝ^({text})")
    return Row(name, "∈", space)


def _is_matrix(sheet: Sheet, var: Var) -> bool:
    """Whether the value of a given quantity takes several lines of a page, however it is laid."""
    return str(var.name) in sheet.problem.given and height([_written(sheet, var)]) > 0


def _row(sheet: Sheet, var: Var) -> tuple[Spans, ...]:
    value: Spans = (sheet.math(laid(_written(sheet, var))),) if str(var.name) in sheet.problem.given else ()
    return (sheet.math(leaf(var.name or "")),), (sheet.shape(var.shape),), value


def _written(sheet: Sheet, var: Var) -> Node:
    value = sheet.problem.given[str(var.name)]
    return array_node(value.items, value.shape)


def conventions(sheet: Sheet) -> Iterator[Block]:
    """The choices that matter for this sheet, as one note."""
    spans: list[Span] = []
    for line in _choices(sheet):
        spans.extend((" ", *line) if spans else line)
    if spans:
        yield Note("convention", sheet.say("sheet.conventions"), tuple(spans))


def _choices(sheet: Sheet) -> Iterator[Spans]:
    chosen = sheet.derivation.conventions
    if sheet.derivation.values:
        yield sheet.say(f"convention.rounding_{chosen.rounding}", digits=chosen.digits)
    kinked = _kinked(sheet) if sheet.derivation.backwards else []
    if chosen.kink == "default":
        for key in kinked:
            for where, value in kink_values(POINTWISE[key]):
                yield sheet.say("convention.kink_default", function=key, where=where, value=value)
    elif kinked and chosen.kink != "undefined":
        yield sheet.say("convention.kink_value", value=str(chosen.kink))
    if sheet.derivation.backwards and any(map(_may_tie, sheet.problem.graph.equations)):
        yield sheet.say(f"convention.ties_{chosen.ties}")
    if sheet.derivation.backwards and any(map(_sorts, sheet.problem.graph.equations)):
        yield sheet.say("convention.order")
    if any(answer.kind == "jacobian" for answer in sheet.derivation.answers):
        yield sheet.say(f"convention.jacobian_{chosen.jacobian}")
    if any(step.because.key.startswith("rule.hessian_vec") for step in sheet.derivation.steps):
        yield sheet.say(f"convention.vec_{chosen.vec}")
    if _local(sheet):
        yield sheet.say("convention.local")
    for kind, names in _drawn(sheet).items():
        yield sheet.say(
            f"convention.drawn_{kind}", names=tuple(map(leaf, names)), seed=sheet.problem.raw.seed
        )
    yield from _beyond_the_edge(sheet)
    sliding = set(map(_sliding, _convolutions(sheet)))
    if sliding:
        yield sheet.say(f"convention.{'both_convolutions' if len(sliding) > 1 else sliding.pop()}")
    if any(map(_takes_logarithms, sheet.problem.graph.equations)):
        yield sheet.say("convention.log", call=Apply("log", (Name("u"),)), of=Name("u"))
    if counts_zero(sheet.problem.graph, sheet.problem.given):
        yield sheet.say("convention.zero_log", **ZERO_LOG)
    for key in sorted({_counting(call) for call in _padded_averages(sheet)}):
        yield sheet.say(f"convention.pool_{key}")
    inputs = {str(var.name) for var in sheet.problem.graph.inputs}
    if any(step.because.key == "rule.fused" for step in sheet.derivation.steps):
        targets = sorted(sheet.problem.distributions & inputs)
        for key, rank in (("distribution", 1), ("distribution_rows", 2)):
            alike = [n for n in targets if max(1, len(sheet.problem.graph.by_name[n].shape)) == rank]
            if alike:
                yield sheet.say(f"convention.{key}", names=tuple(map(leaf, alike)))
        if turned := sorted((sheet.problem.column_distributions - sheet.problem.distributions) & inputs):
            yield sheet.say("convention.distribution_columns", names=tuple(map(leaf, turned)))
    for name in sorted(sheet.problem.moves_know.symmetric & inputs):
        yield sheet.say(f"convention.{_symmetry(sheet.problem.facts[name])}", name=leaf(name))


def _symmetry(facts: tuple[str, ...]) -> str:
    """What a symmetric matrix is assumed to be, the most that is."""
    for fact in ("positive-definite", "positive-semidefinite"):
        if fact in facts:
            return fact.replace("-", "_")
    return "symmetric"


def _beyond_the_edge(sheet: Sheet) -> Iterator[Spans]:
    """What counts where a contraction reads beyond the first entry: 0, and nothing for a maximum."""
    equations = sheet.problem.graph.equations
    filled = {arg for equation in equations if equation.op.key == BEYOND for arg in equation.args}
    among = [equation.args[1:] for equation in equations if isinstance(equation.op, Select)]
    counted = {arg for args in among for arg in args}
    if any(_reads_outside(e.op) and e.out not in filled | counted for e in equations):
        yield sheet.say("convention.outside")
    if counted:
        yield sheet.say("convention.beyond")


def _local(sheet: Sheet) -> bool:
    """Whether derivatives of single lines are told apart from those through all lines."""
    if not sheet.notation.local or sheet.request.detail == "outline":
        return False
    steps = [step for step in sheet.derivation.steps if step.phase in ("backward", "path", "calculus")]
    return any(step.phase != "backward" or sheet.writer.links.of(step) for step in steps)


def _convolutions(sheet: Sheet) -> Iterator[Contract]:
    """The convolutions of the problem, those inside its layers too."""
    ops = (equation.op for equation in sheet.problem.graph.equations)
    yield from (op for op in ops if isinstance(op, Contract) and op.key == "conv")


def _sliding(op: Contract) -> str:
    """Whether the kernel, which is read second, is turned around before it slides."""
    turned = any(isinstance(s, Affine) and any(by < 0 for _, by in s.terms) for s in op.reads[1])
    return "convolution" if turned else "correlation"


def _takes_logarithms(equation: Equation) -> bool:
    """Whether a line holds a logarithm that does not tell its base."""
    body = equation.op.body if isinstance(equation.op, Pointwise | Composite) else None
    return body is not None and any(isinstance(part, Apply) and part.function == "log" for part in walk(body))


def _padded_averages(sheet: Sheet) -> Iterator[Apply]:
    """The calls of average pooling whose windows reach beyond the border."""
    for node in sheet.problem.graph.written.values():
        for part in walk(node):
            if isinstance(part, Apply) and part.function == "avg_pool" and dict(part.keywords).get("pad"):
                yield part


def _counting(call: Apply) -> str:
    return "inside" if dict(call.keywords).get("count_pad") == ZERO else "all"


def _drawn(sheet: Sheet) -> dict[str, list[str]]:
    """What was left to chance, by its distribution."""
    found: dict[str, list[str]] = {}
    for name, (kind, _, _) in sheet.problem.raw.draw.items():
        found.setdefault(kind, []).append(name)
    return found


def _kinked(sheet: Sheet) -> list[str]:
    """The functions of the problem that are not differentiable everywhere."""
    found = (
        equation.op.key
        for equation in sheet.problem.graph.equations
        if isinstance(equation.op, Pointwise) and equation.op.kinks and equation.op.key in FUNCTIONS
    )
    return list(dict.fromkeys(found))


def _may_tie(equation: Equation) -> bool:
    """Whether a line chooses among entries, or between two quantities, that may be equal."""
    pair = isinstance(equation.op, Pointwise) and equation.op.key in ("max", "min")
    return pair or (isinstance(equation.op, Select) and equation.op.kind != "sort")


def _sorts(equation: Equation) -> bool:
    """Whether a line puts entries in order."""
    return isinstance(equation.op, Select) and equation.op.kind == "sort"


def _reads_outside(op: Op) -> bool:
    """Whether a contraction is padded: a read begins before the first entry."""
    reads = op.reads if isinstance(op, Contract) else ()
    return any(isinstance(s, Affine) and s.terms and is_negative(s.const) for read in reads for s in read)


def kink_values(op: Pointwise) -> Iterator[tuple[Node, Node]]:
    """The kinks of a function of one variable that are numbers, and its derivative there.

    >>> from symdl.formula.plain import to_plain
    >>> [(to_plain(where), to_plain(value)) for where, value in kink_values(POINTWISE["leaky_relu"])]
    [('x == 0', '1/100')]
    """
    if len(op.params) != 1:
        return
    (name,) = op.params
    for kink in op.kinks:
        slope = evaluate(differentiate(kink, name))
        start = evaluate(substitute(kink, {name: number(0)}))
        if slope and start is not None:
            place = -start / slope
            output = Apply(op.key, (number(place),))
            body = substitute(op.partial_body(0), {name: number(place), OUTPUT: output})
            value = exact_value(body)
            if value is not None:
                yield Compare("=", Name(name), ratio(place)), ratio(value)
