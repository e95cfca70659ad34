"""This module writes the lines of a step: formula, the moves that tidy it, numbers in place, result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np

from symdl.autodiff.associating import associated
from symdl.autodiff.moving import Facts, Form
from symdl.autodiff.rewriting import begun, simplified, tidied
from symdl.core.dims import shape_text
from symdl.core.entries import Entries
from symdl.core.expansion import expansion, inline
from symdl.core.function import POINTWISE
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf, with_entries
from symdl.core.op import Composite
from symdl.core.positions import entry_name, positions, symbolic_position
from symdl.core.spelled import NoMatrixView, materialized
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.core.tape import Tape
from symdl.derivation.calculus.rows import distinct, regrouped
from symdl.derivation.links import Links, in_formulas, in_symbols
from symdl.derivation.step import Derivation, Step
from symdl.document.lines.arithmetic import exact
from symdl.document.lines.chain import Chain
from symdl.document.lines.guards import cases, without_guards
from symdl.document.lines.number_rows import number_rows
from symdl.document.lines.picking import LETTERS, picked
from symdl.document.lines.sizes import with_sizes
from symdl.document.lines.update_lines import MAX_ENTRIES, update_chains
from symdl.document.lines.values import Substitution, number_node, value_node
from symdl.formula.plain import to_plain
from symdl.formula.tree import (
    ONE,
    Apply,
    Bars,
    Index,
    Name,
    Node,
    Number,
    Partial,
    Repeat,
    rebuild,
    times,
    unmarked,
)  # fmt: skip
from symdl.formula.walking import walk

View = Literal["matrix", "index", "scalar"]
WORKED = (
    "calculus",
    "taylor",
    "stationary",
    "likelihood",
    "lesson",
    "finding",
)  # phases whose steps bring their own rows
MAX_CASES = 2  # distinctions in the formula of an entry beyond which a line that is written says more


class LineWriter:
    """Writes steps of one derivation in one view."""

    def __init__(
        self,
        derivation: Derivation,
        facts: Facts,
        written: Mapping[str, Node],
        view: View = "matrix",
        every: bool = False,
    ) -> None:
        self.every = every  # of the moves that tidy a line, also those that go without saying
        self.derivation, self.facts, self.view = derivation, facts, view
        self.digits = derivation.conventions.digits
        self.written = written
        self._spellers: dict[int, tuple[Graph, Speller, Speller, Entries, Entries]] = {}

    @cached_property
    def numbers(self) -> Substitution:
        """Every named value, ready to be written into formulas; given numbers keep their digits."""
        found: dict[Node, Any] = {
            leaf(var.name): value for var, value in self.derivation.values.items() if var.name is not None
        }
        given = frozenset(leaf(var.name) for var in self.derivation.graph.inputs if var.name is not None)
        carried = self.derivation.conventions.rounding == "carry"
        return Substitution(found, self.digits, self.written, given, carried)

    @cached_property
    def shapes(self) -> dict[Node, str]:
        """The shape of every named array, by how it is written."""
        found: dict[Node, str] = {}
        for var in self.derivation.graph.variables():
            if var.name is not None and var.shape:
                found[leaf(var.name)] = shape_text(var.shape)
        return found

    @cached_property
    def links(self) -> Links:
        """The chain rule of every scalar quantity, use by use."""
        return Links(self.derivation, self.derivation.values)

    def _tools(self, graph: Graph) -> tuple[Speller, Speller, Entries, Entries]:
        if id(graph) not in self._spellers:
            spellers = (Speller(graph), Speller(graph, explicit=True))
            self._spellers[id(graph)] = (graph, *spellers, Entries(graph), Entries(graph, expanded=True))
        return self._spellers[id(graph)][1:]

    def chains(self, step: Step) -> tuple[Chain, ...]:
        """The formulas of a step in this view: one, or in the scalar view one per entry."""
        if step.phase == "path":
            return (self._path(step),)
        if step.phase == "update":
            return update_chains(step, self.derivation.conventions, self.view == "scalar")
        if step.phase == "stationary" and len(step.lines) > 1 and step.id.endswith(".points"):
            return tuple(Chain(step.left or Name("?"), (row,)) for row in step.lines)
        if step.because.key.startswith("rule.hessian_") or step.phase in WORKED:
            return (self._worked(step),)
        if step.lines:
            return tuple(
                Chain(step.left or leaf(step.claim.out.name or ""), ((kind, node),))
                for kind, node in step.lines
            )
        graph = (
            self.derivation.graph
            if step.phase in ("forward", "backward") and step.left is None
            else step.graph
        )
        assert graph is not None
        if (
            self.view == "scalar"
            and step.claim.out.shape
            and all(isinstance(n, int) for n in step.claim.out.shape)
        ):
            return tuple(self._entries(step, graph))
        return self._whole(step, graph)

    def _worked(self, step: Step) -> Chain:
        """A step that brings its own rows, and its value: a rule of calculus, the whole Hessian."""
        rows = [*step.lines]
        result = value_node(step.value, self.digits, step.exact)
        if result is not None:
            rows.append(("result", result))
        return Chain(step.left or Name("H"), distinct(rows), step.value)

    # Matrix and index view

    def _whole(self, step: Step, graph: Graph) -> tuple[Chain, ...]:
        var = step.claim.out
        speller, explicit, entries, expanded = self._tools(graph)
        rows: list[tuple[str, Node]] = []
        left = step.left or leaf(var.name or "")
        before = var.name.rank if isinstance(var.name, Adjoint) else 0
        turned = self.derivation.conventions.turns(before, len(var.shape))  # entries are the same either way
        node = self._spelled(speller, var) if self.view == "matrix" and not turned else None
        first = self._spelled(explicit, var) if node is not None and step.phase == "backward" else node
        by_entry = node is None and bool(var.shape)
        if node is None:
            place = symbolic_position(entries.letters(len(var.shape)))
            writer = expanded if self.view == "scalar" and not var.shape else entries
            node = writer.line(var, place)
            left = entry_name(var, place) if var.shape else left
        if self.view == "matrix" or not var.shape:
            written = graph.written.get(var.label)
            if written is not None and step.phase == "forward" and written != unmarked(node):
                rows.append(("written", with_sizes(with_entries(written))))
            rows.extend(self._definition(step))
            rows.extend(self._schema(step))
        if rows and rows[0][0] == "written" and self.view == "matrix" and by_entry:
            return self._written_whole(step, rows, left, node)
        linked = len(rows) == 2 and rows[0][0] in ("chain", "written")
        if not linked:
            second = list(self._second(step))
            forms = self._forms(node, first)
            if step.phase == "forward" and not self.every:  # a definition is read, not worked out
                forms = [("line", forms[-1][1])]
            if rows and rows[-1][0] == "written" and self._said(step, rows[-1][1], forms[-1][1]):
                forms = []
            rows.extend([*second, *self._forms(node)[-1:]] if second else forms)
        if self.view == "index":
            rows = [(kind, without_guards(row)) for kind, row in rows]
        shown = rows[0][1] if rows[0][0] == "written" else rows[-1][1]
        last = shown if isinstance(step.claim.op, Composite) and _calls_with_formula(shown) else rows[-1][1]
        told = [row for k, row in enumerate(rows) if all(row[1] != before for _, before in rows[:k])]
        numbers = number_rows(self.numbers, shown, last, step.value, step.exact)
        return (Chain(left, distinct([*told, *numbers]), step.value),)

    def _written_whole(
        self, step: Step, rows: list[tuple[str, Node]], left: Node, entry: Node
    ) -> tuple[Chain, ...]:
        """A line that matrices cannot write: as it was written, and one entry of it where that says more."""
        numbers = number_rows(self.numbers, rows[0][1], rows[0][1], step.value, step.exact)
        whole = Chain(leaf(step.claim.out.name or ""), distinct([*rows, *numbers]), step.value)
        if cases(entry) > MAX_CASES:
            return (whole,)
        return (whole, Chain(left, distinct(self._forms(entry))))

    def by_entries(self, step: Step) -> tuple[Node, Node, bool] | None:
        """An entry of what a step states, its right side, and whether that is a sum."""
        var = step.claim.out
        if not var.shape:
            return None
        *_, entries, _ = self._tools(self.derivation.graph)
        place = symbolic_position(entries.letters(len(var.shape)))
        node = without_guards(self._forms(entries.line(var, place))[-1][1])
        return entry_name(var, place), node, any(isinstance(n, Repeat) for n in walk(node))

    def picked(self, step: Step, room: Mapping[str, int] = LETTERS) -> Iterator[Chain]:
        """The line of one entry of a forward or backward step, worked with numbers, in letters before."""
        if step.phase in ("forward", "backward") and not step.lines and step.left is None:
            *_, expanded = self._tools(self.derivation.graph)
            yield from picked(expanded, self._forms, self.numbers, step, room)

    def _said(self, step: Step, written: Node, node: Node) -> bool:
        """Whether a line is as it was written, but for brackets or by a definition further up."""
        if self._alike(written, node):
            return True
        defined = isinstance(written, Apply) and self.defining.get(written.function, step.id) != step.id
        return defined and not self.every

    @cached_property
    def defining(self) -> dict[str, str]:
        """The line in which each activation is first applied, where its definition is told."""
        found: dict[str, str] = {}
        for step in self.derivation.steps:
            label = step.claim.out.label
            written = self.derivation.graph.written.get(label) if step.phase == "forward" else None
            if isinstance(written, Apply) and written.function in POINTWISE:
                found.setdefault(written.function, step.id)
        return found

    def _alike(self, written: Node, node: Node) -> bool:
        """Whether two formulas differ only by brackets around factors, and by how numbers are written."""
        scalars = not any(part in self.shapes for part in walk(written))
        left, right = exact(written), exact(unmarked(node))
        return regrouped(left, scalars) == regrouped(right, scalars) or _letters(left) == _letters(right)

    @staticmethod
    def _spelled(speller: Speller, var: Var) -> Node | None:
        try:
            return matrix_line(speller, var)
        except NoMatrixView:
            return None

    def _forms(self, node: Node, first: Node | None = None) -> list[tuple[str, Node]]:
        """A line as derived, its transposes taken, and after each move; the seed has no line of its own."""
        plain = self._begun(node)
        forms = [Form("line", plain), *simplified(plain, self.facts)]
        if first is not None and (written := self._begun(first)) != plain:
            forms[:1] = [Form("line", written), Form("transposes", plain)]
        if self.every:
            return [(form.rule, form.node) for form in forms]
        kept = [form for form in forms if form.rule != "drop_one" or form is forms[-1]]
        told = [
            form for k, form in enumerate(kept) if not k or _letters(form.node) != _letters(kept[k - 1].node)
        ]
        return [(form.rule, form.node) for form in told]

    def _begun(self, node: Node) -> Node:
        """A line as derived; where not all is said, as a hand begins to write it."""
        plain = associated(unmarked(node), self.facts)
        return plain if self.every else associated(begun(plain, self.facts, self._norms), self.facts)

    @cached_property
    def _norms(self) -> bool:
        """Whether some line has a squared norm, which is a product of a quantity with itself."""
        return any(
            isinstance(part, Bars) for line in self.derivation.graph.written.values() for part in walk(line)
        )

    def _schema(self, step: Step) -> Iterator[tuple[str, Node]]:
        """The chain rule in symbols: Σ ∂L/∂c · ∂c/∂v for scalars, ∂L/∂a ⊙ σ'(z) through an activation."""
        name = step.claim.out.name
        if step.phase != "backward" or not isinstance(name, Adjoint):
            return
        links = self.links.of(step)
        if links:
            yield "chain", in_symbols(links)
            yield "line", in_formulas(links)
        elif step.because.key in ("rule.through_activation", "rule.alias_backward") and step.claim.out.shape:
            upstream = Partial(leaf(name.of), tuple(step.because.facts["through"]))
            if step.because.key == "rule.alias_backward":
                yield "line", times(upstream, ONE, style="juxtaposed")
            else:
                yield "chain", times(upstream, Apply(f"{step.because.facts['function']}'", (leaf(name.by),)))

    def _definition(self, step: Step) -> Iterator[tuple[str, Node]]:
        """What a function with a known result stands for: CE(p, y) is -Σ y log p."""
        claim = step.claim
        if step.phase != "forward" or not isinstance(claim.op, Composite) or claim.op.sized:
            return
        tape = Tape(step.graph)
        body = expansion(claim.op, tuple(arg.shape for arg in claim.args))
        output = inline(tape, body, dict(zip(claim.op.params, claim.args, strict=True)))
        speller = Speller(tape.graph(output))
        try:
            node = materialized(speller.spell(output), output.shape)
            call = Apply(claim.op.key, tuple(map(speller.whole, claim.args)))
        except NoMatrixView:
            return
        yield "written", call
        yield "definition", tidied(node)

    def _second(self, step: Step) -> Iterator[tuple[str, Node]]:
        """The gradient, where it has a formula in the inputs, about to be differentiated once more."""
        if step.phase != "hessian" or step.claim.out.shape:
            return
        of, first, second = (step.because.facts[key] for key in ("of", "first", "second"))
        if step.because.key in ("rule.second_symmetric", "rule.second_symmetric_all"):
            yield "symmetric", Partial(of, (second, first))
            return
        for answer in self.derivation.answers:
            if (
                answer.kind == "gradient"
                and answer.left == Partial(of, (first,))
                and "scalar" in answer.formula
            ):
                yield "second", Partial(answer.formula["scalar"], (second,))

    # Scalar view

    def _entries(self, step: Step, graph: Graph) -> Iterator[Chain]:
        var = step.claim.out
        *_, expanded = self._tools(graph)
        value = None if step.value is None else np.asarray(step.value)
        exact = None if step.exact is None else np.asarray(step.exact, dtype=object)
        for k, place in enumerate(positions(var.shape)):
            if k >= MAX_ENTRIES:
                return
            spot = tuple(int(form.const) for form in place)
            rows = self._forms(expanded.line(var, place))
            rows.extend(
                number_rows(
                    self.numbers,
                    rows[-1][1],
                    rows[-1][1],
                    None if value is None else float(value[spot]),
                    None if exact is None else exact[spot],
                )
            )
            yield Chain(entry_name(var, place), distinct(rows), None if value is None else value[spot])

    # Paths

    def _path(self, step: Step) -> Chain:
        rows = list(step.lines)
        local = dict(step.lines).get("local")
        if local is not None and step.value is not None:
            rows = [
                (kind, self._rounded(node) if kind in ("numbers", "terms") else node) for kind, node in rows
            ]
            rows.append(("result", number_node(step.value, self.digits)))
        return Chain(step.left or Name("?"), distinct(rows), step.value)

    def _rounded(self, node: Node) -> Node:
        """A formula with its numbers rounded for print."""
        if isinstance(node, Number):
            return number_node(node.value, self.digits)
        return rebuild(node, self._rounded)


def _letters(node: Node) -> str:
    """A formula without dots and spaces, which say nothing."""
    return to_plain(node).replace("*", "").replace("·", "").replace(" ", "")


def _calls_with_formula(node: Node) -> bool:
    """Whether a function is called with a formula, which its definition would repeat with numbers."""
    return isinstance(node, Apply) and not all(isinstance(arg, Name | Index) for arg in node.args)
