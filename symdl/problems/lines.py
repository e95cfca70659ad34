"""This module adds the lines of `[let]` to a graph: functions, quantities, layers, recurrences by steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cached_property
from typing import cast

import symdl.models  # noqa: F401  (registers the library)
from symdl.core.dims import Shape
from symdl.core.graph import Role
from symdl.core.indexing import evaluate as evaluate_constant
from symdl.core.indexing import settled
from symdl.core.value import Constant, Local
from symdl.errors import FormulaError, ProblemError
from symdl.formula.assignment import read_assignment
from symdl.formula.characters import canonical
from symdl.formula.scope import Scope
from symdl.formula.translating import typed
from symdl.formula.tree import Apply, Assign, Name, Node, number, substitute
from symdl.models import truncating
from symdl.models.layer import LAYERS
from symdl.models.unfolding import Unfolding, by_name, calls_layer, checked
from symdl.problems import bounds, lifting, network, recurring
from symdl.problems.declaring import Declarations
from symdl.problems.given import refuse_missing_class
from symdl.problems.meant import refuse_unmeant
from symdl.problems.names import base_name, cycle, defined, library_names
from symdl.problems.recognition import Recognizer, rectified, without_choice


class Lines:
    """The lines of one problem as they are added: what each defines, and where it comes from."""

    def __init__(self, known: Declarations) -> None:
        self.known, self.builder = known, known.builder
        self.scope, self.families = known.scope, known.families
        self.functions: dict[str, Local] = {}
        self.held: dict[str, str] = {}  # states that are held fixed in places, and what they are called there
        self.written: dict[str, Node] = {}
        self.said: dict[Node, str] = {}  # right sides, with the first quantity that each defines
        self.origins: dict[str, tuple[str, str]] = {}
        self.bound = 0  # quantities that lines have named

    def read(self, left: str, right: str) -> Assign:
        """A line as it is typed."""
        try:
            line = read_assignment(left, right, self._reading_scope(left))
        except FormulaError as error:
            if error.key == "formula.latex":
                error.facts["plain"] = typed(right, self._reading_scope(left))
            raise self._out_of_order(left, error) from None
        refuse_missing_class(line.value, self.known.given, self._count)
        refuse_unmeant(line.value, self.known.given)
        return line

    def add(self, lines: list[Assign]) -> None:
        """One line, or the lines of one recurrence step by step."""
        if len(lines) == 1:
            self._line(lines[0])
            return
        for line in lines:
            self.families.update(line.targets)
        binds = {line.targets: self._binder(line) for line in lines}
        for k in self._range(lines[0]):
            values = {line.targets: _at(line, k) for line in lines}
            for targets in recurring.in_step(values, k):
                binds[targets](k)

    def _line(self, line: Assign) -> None:
        if line.parameters is not None:
            function = Local(line.parameters, rectified(line.value))
            self.scope[line.targets[0]] = self.functions[line.targets[0]] = function
            return
        parts = list(lifting.apart(line, self._taken, self.functions))
        if line.index is None:
            self.families.update(base_name(target) for target in line.targets if target.endswith("]"))
            for part in parts:
                self._binder(part)(None)
            return
        self.families.update(target for part in parts for target in part.targets)
        binds = [self._binder(part) for part in parts]
        try:
            for k in self._range(line):
                for bind in binds:
                    bind(k)
        except FormulaError as error:
            raise self._out_of_order(f"{line.targets[0]}[{line.index}=]", error) from None

    def _binder(self, line: Assign) -> Callable[[int | None], None]:
        """What adds a line to the graph, at a step where it is repeated."""
        if line.index is None and len(line.targets) == 1:
            line = replace(line, value=by_name(line.value, self._shape_of))
        if calls_layer(line.value) and line.value.function not in self.scope:
            return self._unfolder(line, Unfolding(LAYERS[line.value.function], line.targets, self._taken()))

        def bind(k: int | None) -> None:
            if k is None:
                self._bind(line.targets, line.value)
            else:
                self._bind(tuple(f"{target}[{k}]" for target in line.targets), _at(line, k))

        return bind

    def _unfolder(self, line: Assign, unfolding: Unfolding) -> Callable[[int | None], None]:
        """What adds the lines of a layer, once or at a step."""
        assert isinstance(line.value, Apply)
        call, every = truncating.without_setting(line.value)
        checked(call)
        if every is not None:
            truncating.refuse_stateless(call, line.targets if line.index else None, unfolding.layer.families)

        if line.index is not None:  # no other line of the recurrence takes these names
            self.families.update(unfolding.names.values())

        def bind(k: int | None) -> None:
            value = call
            if k is not None:
                value = cast(Apply, settled(substitute(value, {str(line.index): number(k)})))
                value = cast(Apply, self._cut(value, line.targets, k, every))
            same: dict[str, Node] = {}  # lines of the layer that another line says already

            def shape_of(node: Node) -> Shape:
                return self._shape_of(substitute(node, same))

            for name, line_of in unfolding.lines(value, k, shape_of):
                node = substitute(line_of, same) if same else line_of
                if name not in line.targets and node in self.said and "[" not in name:
                    same[name] = Name(self.said[node])
                    continue
                if name.endswith("]"):
                    self.families.add(base_name(name))
                    if k is None:
                        node = self._cut(node, (base_name(name),), int(name[:-1].rpartition("[")[2]), every)
                self._bind((name,), node)
            self.origins |= {own: said for own, said in unfolding.origins().items() if own not in same}

        return bind

    def _cut(
        self, node: Node, states: Collection[str] = (), at: int | None = None, every: Node | None = None
    ) -> Node:
        """A line that starts from states held fixed where backpropagation is truncated; their lines first."""
        if every is not None and at is not None:
            node = truncating.with_states_cut(node, states, at, every)
        node, held = truncating.cut(node, self._held_name)
        for name, state in held.items():
            self.families.add(base_name(name))
            if name not in self.scope:
                self._bind((name,), state)
        return node

    def _held_name(self, state: str) -> str:
        return self.held.setdefault(state, truncating.held_name(state, self._taken()))

    def _shape_of(self, node: Node) -> Shape:
        value = self.builder.value(node)
        return () if isinstance(value, Constant) else self.builder.variable(value).shape

    def _taken(self) -> frozenset[str]:
        """Every name that the problem declares, further down too."""
        return self._words.union(map(base_name, self.scope), self.families)

    @cached_property
    def _words(self) -> frozenset[str]:
        """The words on the left sides of the lines."""
        words = (word for left in self.known.raw.let for word in re.findall(r"[^\W\d]\w*", left))
        return frozenset(map(canonical, words))

    def _out_of_order(self, left: str, error: FormulaError) -> FormulaError:
        """Why a name is not there: it is defined further down, or by what it should define."""
        name = str(error.facts.get("name"))
        lines = {target: right for line, right in self.known.raw.let.items() for target in defined(line)}
        if error.key not in ("formula.unknown_name", "formula.no_member") or name not in lines:
            return error
        if "=" in left and recurring.repeated(self.known.raw.let, name) and f"{name}[1]" not in self.scope:
            return FormulaError("formula.defined_apart", place=error.place, name=name)
        if error.key == "formula.no_member":
            return error
        ring = cycle(lines, defined(left)[0])
        key = "formula.cycle" if ring else "formula.defined_later"
        return FormulaError(key, place=error.place, name=name, ring=" → ".join(ring))

    def _reading_scope(self, left: str) -> Scope:
        functions = frozenset(self.functions)
        names = frozenset(name for name in self.scope if "[" not in name) - functions
        return Scope(names | self.families, self._library | functions)

    @cached_property
    def _library(self) -> frozenset[str]:
        return library_names()

    def _count(self, node: Node) -> int | None:
        """A number of classes, where it is known."""
        size = self.scope.get(node.text) if isinstance(node, Name) else Constant(node)
        value = evaluate_constant(size.node) if isinstance(size, Constant) else None
        return None if value is None else int(value)

    def _range(self, line: Assign) -> range:
        assert line.start is not None and line.stop is not None
        first = int(self.builder.number_of(self.builder.value(line.start), "range"))
        last = int(self.builder.number_of(self.builder.value(line.stop), "range"))
        if last < first:
            raise ProblemError("problem.no_repeats", first=first, last=last)
        if last - first >= bounds.MAX_LINES:
            raise ProblemError("problem.too_many_repeats", count=last - first + 1, limit=bounds.MAX_LINES)
        return range(first, last + 1)

    def _bind(self, targets: tuple[str, ...], node: Node) -> None:
        for target in targets:
            if target in self.scope:
                raise ProblemError("problem.defined_twice", name=target)
        node = self._cut(without_choice(node))
        before = len(self.known.tape.equations)
        if len(targets) == 1:
            self.written[targets[0]] = node
            self.said.setdefault(node, targets[0])
            named = self._named(node)
            body = rectified(named)
            written = body if isinstance(body, Apply) else named  # a call says itself what it stands for
            self.builder.bind(targets[0], self.builder.value(body), written, self._role(targets[0]))
        else:
            network.bind_results(self.builder, targets, node)
        self.bound += len(targets)
        bounds.refuse_many(self.bound)
        for equation in self.known.tape.equations[before:] if not self.known.looked_at else ():
            bounds.refuse_work(targets[0], equation)

    def _named(self, node: Node) -> Node:
        """A line with the functions that it writes out called by name; a lone scalar line is taken apart."""
        if len(self.known.raw.let) == 1 and not any(var.shape for var in self.known.tape.inputs):
            return node
        return Recognizer(self.scope, self.builder.ties)(node)

    def _role(self, name: str) -> Role:
        losses = {ask.of for ask in self.known.raw.asks if ask.kind in ("gradient", "update", "paths")}  # type: ignore[attr-defined]
        return "loss" if name in losses else "intermediate"


def _at(line: Assign, k: int) -> Node:
    """The right side of a repeated line at a step."""
    return settled(substitute(line.value, {str(line.index): number(k)}))
