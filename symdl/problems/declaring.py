"""This module declares what a problem starts from: given values, symbols and their sizes, inputs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from symdl.core.building import Builder
from symdl.core.dims import Dim, Shape, bind_shape, shape_text
from symdl.core.graph import Role
from symdl.core.indexing import dimension
from symdl.core.tape import Tape
from symdl.core.value import Constant, Entry
from symdl.errors import ProblemError
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Name, number
from symdl.problems import bounds
from symdl.problems.assumptions import uphold
from symdl.problems.given import finite, given_value
from symdl.problems.names import base_name, declared
from symdl.problems.placing import with_place
from symdl.problems.problem import Given
from symdl.problems.reading.schema import RawProblem


class Declarations:
    """What lines may use: the tape with the inputs, the scope, and what is known of the dimensions."""

    def __init__(self, raw: RawProblem) -> None:
        self.raw = raw
        self.tape = Tape()
        self.scope: dict[str, Entry] = {}
        self.builder = Builder(self.tape, self.scope, raw.conventions.ties)
        self.given: dict[str, Given] = {}
        self.dims: dict[str, int] = {declared(name): size for name, size in raw.dims.items()}
        self.families: set[str] = set()
        self.looked_at = bool(raw.asks) and not raw.given and all(ask.kind == "show" for ask in raw.asks)
        self._declare()

    def _declare(self) -> None:
        raw = self.raw
        for name, value in raw.given.items():
            with_place(lambda n=name, v=value: self._give(n, v), raw, "given", name)
        for name, facts in raw.assume.items():
            if (given := self.given.get(declared(name))) is not None:
                with_place(lambda n=name, g=given, f=facts: uphold(n, g, f), raw, "assume", name)
        shapes = {name: self._shape(name, dims) for name, dims in raw.symbols.items()}
        self._unify_given(shapes)
        for name in self._dim_names(shapes):
            size = self.dims.get(name)
            self.scope[name] = Constant(Name(name) if size is None else number(size))
        for name, given in self.given.items():
            self.input(name, given.shape)
        for name, dims in shapes.items():
            if declared(name) not in self.given:
                with_place(
                    lambda n=name, d=dims: self.input(declared(n), self._bound(d)), raw, "symbols", name
                )

    def _give(self, name: str, value: Any) -> None:
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

    @cached_property
    def _parameters(self) -> set[str]:
        """What is differentiated by, or updated, is a parameter."""
        return {base_name(name) for ask in self.raw.asks for name in ask.wanted}

    def input(self, name: str, shape: Shape, learned: bool | None = None) -> None:
        """An input; it is a parameter where it is learned, which asks tell unless it is said."""
        asked = base_name(name) in self._parameters if learned is None else learned
        role: Role = "parameter" if asked else "input"
        if not self.looked_at:
            bounds.refuse_large(name, shape)
        self.scope[name] = self.tape.input(name, shape, role)
        if "[" in name:
            self.families.add(name.split("[")[0])
