"""This module builds problems: from the tables of a file to a graph, given values and questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any, cast

import symdl.models  # noqa: F401  (registers the library)
from symdl.core.building import Builder
from symdl.core.conventions import Conventions
from symdl.core.dims import Dim, Shape, bind_shape, shape_text
from symdl.core.graph import Role
from symdl.core.indexing import dimension, settled
from symdl.core.indexing import evaluate as evaluate_constant
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry, Local
from symdl.errors import FormulaError, ProblemError, SymdlError
from symdl.formula.assignment import read_assignment
from symdl.formula.characters import canonical
from symdl.formula.notation import Notation
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.translating import typed
from symdl.formula.tree import Apply, Assign, Name, Node, Number, number, substitute
from symdl.models import truncating
from symdl.models.distributions import TARGET
from symdl.models.identities import VARIABLE
from symdl.models.layer import LAYERS
from symdl.models.unfolding import Unfolding, by_name, calls_layer, checked
from symdl.problems import bounds, elementary, lifting, network, recurring
from symdl.problems.assumptions import implied, uphold
from symdl.problems.given import finite, given_value, refuse_missing_class
from symdl.problems.meant import refuse_unmeant
from symdl.problems.names import base_name, cycle, declared, defined, library_names
from symdl.problems.problem import Given, Problem
from symdl.problems.reading.drawn import refuse_undrawable
from symdl.problems.reading.schema import RawProblem
from symdl.problems.recognition import Recognizer, rectified, without_choice
from symdl.problems.singular import with_cofactors
from symdl.registry import plugins


def build(raw: RawProblem) -> Problem:
    """The problem of some validated tables; every fault names its line."""
    try:
        return _Construction(raw).problem()
    except (FormulaError, ProblemError):
        if not plugins():  # they may know the function that was not
            raise
    return _Construction(raw).problem()


class _Construction:
    """One problem being built: the tape, the scope, and what is known of the dimensions."""

    def __init__(self, raw: RawProblem) -> None:
        self.raw = raw
        self.tape = Tape()
        self.scope: dict[str, Entry] = {}
        self.builder = Builder(self.tape, self.scope, raw.conventions.ties)
        self.given: dict[str, Given] = {}
        self.dims: dict[str, int] = {declared(name): size for name, size in raw.dims.items()}
        self.functions: dict[str, Local] = {}
        self.families: set[str] = set()
        self.held: dict[str, str] = {}  # states that are held fixed in places, and what they are called there
        self.lines: dict[str, Node] = {}
        self.origins: dict[str, tuple[str, str]] = {}
        self.bound = 0  # quantities that lines have named
        self.looked_at = bool(raw.asks) and not raw.given and all(ask.kind == "show" for ask in raw.asks)

    def problem(self) -> Problem:
        raw = self.raw
        if raw.notation.profile is not None:
            with_place(lambda: Notation(profile=str(raw.notation.profile)), raw, "notation", "profile")
        for name, value in raw.given.items():
            with_place(lambda n=name, v=value: self._given(n, v), raw, "given", name)
        for name, facts in raw.assume.items():
            if (given := self.given.get(declared(name))) is not None:
                with_place(lambda n=name, g=given, f=facts: uphold(n, g, f), raw, "assume", name)
        shapes = {name: self._shape(name, dims) for name, dims in raw.symbols.items()}
        self._unify_given(shapes)
        for name in self._dim_names(shapes):
            size = self.dims.get(name)
            self.scope[name] = Constant(Name(name) if size is None else number(size))
        targets = self._parameters()
        for name, given in self.given.items():
            self._input(name, given.shape, targets)
        for name, dims in shapes.items():
            if declared(name) not in self.given:
                with_place(
                    lambda n=name, d=dims: self._input(declared(n), self._bound(d), targets),
                    raw, "symbols", name,
                )  # fmt: skip
        lines = self._let()
        for group in recurring.together(lines):
            self.families.update(name for left in group[1:] for name in defined(left))
            paths = [("let", left) if left in raw.let else ("network",) for left in group]
            read = [
                with_place(lambda a=left: self._read(a, lines[a]), raw, *path)
                for left, path in zip(group, paths, strict=True)
            ]
            with_place(lambda found=read: self._lines(found), raw, *paths[0])
        return self._finished()

    def _finished(self) -> Problem:
        raw = self.raw
        bare = {"likelihood": TARGET, "show": VARIABLE}  # asks about the library alone, and what it is of
        for kind in {ask.kind for ask in raw.asks} & bare.keys() if not self.tape.inputs else ():
            self._input(bare[kind], (), set())
        if not self.tape.equations and not self.tape.inputs:
            raise ProblemError("problem.empty", place=raw.place("let"))
        output = self.tape.equations[-1].out if self.tape.equations else self.tape.inputs[-1]
        graph = with_cofactors(self.tape.graph(output), self.given)
        refuse_undrawable(raw, graph)
        parts = elementary.decomposed(graph, self.lines) if elementary.wanted(raw.asks) else None
        return Problem(
            title=_title(raw), graph=graph if parts is None else parts, given=self.given, dims=self.dims,
            asks=raw.asks, conventions=_conventions(raw), raw=raw,
            facts={declared(k): implied(v) for k, v in raw.assume.items()},
            whole=None if parts is None else graph, lines=self.lines,
            functions=self.functions, origins=self.origins,
        )  # fmt: skip

    # Declarations

    def _given(self, name: str, value: Any) -> None:
        self.given[declared(name)] = finite(given_value(value), name)

    def _shape(self, name: str, dims: tuple[Any, ...]) -> Shape:
        return tuple(self._dim(dim) for dim in dims)

    def _dim(self, dim: Any) -> Dim:
        if isinstance(dim, int):
            return dim
        node = dim if not isinstance(dim, str) else read_formula(dim, Scope(None, frozenset()))
        return dimension(node, "size")

    def _bound(self, shape: Shape) -> Shape:
        return bind_shape(shape, self.dims)

    def _unify_given(self, shapes: Mapping[str, Shape]) -> None:
        for name, dims in shapes.items():
            given = self.given.get(declared(name))
            if given is None:
                continue
            place = self.raw.place("symbols", name)
            if len(dims) != len(given.shape):
                raise ProblemError(
                    "problem.given_shape",
                    place=place,
                    name=name,
                    expected=shape_text(dims),
                    got=shape_text(given.shape),
                )
            for dim, size in zip(dims, given.shape, strict=True):
                self._unify(dim, size, name, place)

    def _unify(self, dim: Dim, size: int, name: str, place: Any) -> None:
        known = (
            dim if isinstance(dim, int) else self.dims.setdefault(str(dim), size) if dim.is_Symbol else size
        )
        if known != size:
            raise ProblemError(
                "problem.dim_conflict", place=place, name=name, dim=dim, first=known, second=size
            )

    def _dim_names(self, shapes: Mapping[str, Shape]) -> list[str]:
        found = dict.fromkeys(self.dims)
        for shape in shapes.values():
            for dim in shape:
                if not isinstance(dim, int):
                    found.update(dict.fromkeys(sorted(s.name for s in dim.free_symbols)))
        return list(found)

    def _parameters(self) -> set[str]:
        """What is differentiated by, or updated, is a parameter."""
        return {base_name(name) for ask in self.raw.asks for name in ask.wanted}

    def _input(self, name: str, shape: Shape, targets: set[str]) -> None:
        role: Role = "parameter" if base_name(name) in targets else "input"
        if not self.looked_at:
            bounds.refuse_large(name, shape)
        self.scope[name] = self.tape.input(name, shape, role)
        if "[" in name:
            self.families.add(name.split("[")[0])

    def _let(self) -> Mapping[str, str]:
        if self.raw.network is None:
            return self.raw.let
        return {**with_place(self._network, self.raw, "network", "layers"), **self.raw.let}

    def _network(self) -> dict[str, str]:
        """The lines of `[network]`; parameters that are not declared become inputs."""
        assert self.raw.network is not None
        shapes = {str(var.name): var.shape for var in self.tape.inputs}
        lines, missing = network.expanded(self.raw.network, shapes, self.raw.place)
        for name, shape in missing.items():
            self._input(name, shape, self._parameters() | {name})
        return lines

    # Lines

    def _read(self, left: str, right: str) -> Assign:
        try:
            line = read_assignment(left, right, self._reading_scope(left))
        except FormulaError as error:
            if error.key == "formula.latex":
                error.facts["plain"] = typed(right, self._reading_scope(left))
            raise self._out_of_order(left, error) from None
        refuse_missing_class(line.value, self.given, self._count)
        refuse_unmeant(line.value, self.given)
        return line

    def _lines(self, lines: list[Assign]) -> None:
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
        if line.index is None and len(line.targets) == 1:
            line = replace(line, value=by_name(line.value, self._shape_of))
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
            for name, node in unfolding.lines(value, k, self._shape_of):
                if name.endswith("]"):
                    self.families.add(base_name(name))
                    if k is None:
                        node = self._cut(node, (base_name(name),), int(name[:-1].rpartition("[")[2]), every)
                self._bind((name,), node)
            self.origins |= unfolding.origins()

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
        words = (word for left in self.raw.let for word in re.findall(r"[^\W\d]\w*", left))
        return frozenset(map(canonical, words))

    def _out_of_order(self, left: str, error: FormulaError) -> FormulaError:
        """Why a name is not there: it is defined further down, or by what it should define."""
        name = str(error.facts.get("name"))
        lines = {target: right for line, right in self.raw.let.items() for target in defined(line)}
        if error.key not in ("formula.unknown_name", "formula.no_member") or name not in lines:
            return error
        if "=" in left and recurring.repeated(self.raw.let, name) and f"{name}[1]" not in self.scope:
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
        before = len(self.tape.equations)
        if len(targets) == 1:
            self.lines[targets[0]] = node
            named = self._named(node)
            body = rectified(named)
            written = body if isinstance(body, Apply) else named  # a call says itself what it stands for
            self.builder.bind(targets[0], self.builder.value(body), written, self._role(targets[0]))
        else:
            network.bind_results(self.builder, targets, node)
        self.bound += len(targets)
        bounds.refuse_many(self.bound)
        for equation in self.tape.equations[before:] if not self.looked_at else ():
            bounds.refuse_work(targets[0], equation)

    def _named(self, node: Node) -> Node:
        """A line with the functions that it writes out called by name; a lone scalar line is taken apart."""
        if len(self.raw.let) == 1 and not any(var.shape for var in self.tape.inputs):
            return node
        return Recognizer(self.scope, self.builder.ties)(node)

    def _role(self, name: str) -> Role:
        losses = {ask.of for ask in self.raw.asks if ask.kind in ("gradient", "update", "paths")}  # type: ignore[attr-defined]
        return "loss" if name in losses else "intermediate"


def _at(line: Assign, k: int) -> Node:
    """The right side of a repeated line at a step."""
    return settled(substitute(line.value, {str(line.index): number(k)}))


def _title(raw: RawProblem) -> Any:
    return raw.title if raw.title is not None else ""


def _conventions(raw: RawProblem) -> Conventions:
    kink = raw.conventions.kink
    if isinstance(kink, Number):
        kink = kink.value
    elif kink not in ("default", "undefined"):
        kink = Fraction(evaluate_constant(read_formula(str(kink), Scope(frozenset()))) or 0)
    return Conventions(
        raw.conventions.jacobian,
        kink,
        raw.conventions.ties,
        raw.rounding.digits,
        raw.rounding.policy,
        raw.conventions.vec,
    )


def with_place(action: Any, raw: RawProblem, *path: str) -> Any:
    """Run a step of the construction; what goes wrong is told with its line in the file."""
    try:
        return action()
    except SymdlError as error:
        raise error.at(raw.place(*path)) from None
