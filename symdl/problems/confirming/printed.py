"""This module reads back what may be printed for a line: its forms, and an entry in the other views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from random import Random
from typing import Any

import numpy as np

from symdl.autodiff.associating import associated
from symdl.autodiff.rewriting import simplified
from symdl.checking import probe
from symdl.core.entries import Entries
from symdl.core.evaluation import telling_place
from symdl.core.graph import Graph, Var
from symdl.core.positions import fixed_position, symbolic_position
from symdl.core.spelled import NoMatrixView
from symdl.core.spelling import Speller
from symdl.core.statement import matrix_line
from symdl.derivation.links import Links, in_formulas
from symdl.derivation.step import Derivation, Step
from symdl.formula.tree import Node, unmarked
from symdl.problems.instances import Instance
from symdl.problems.problem import Problem

NARROW = 12  # entries of an axis over which a sum is written out
SAMPLES = 64  # entries of an array whose values are recomputed one by one
Reading = tuple[Var, tuple[int, ...]]  # a form as it was read, and the entry that it states, () for all


class Printed:
    """The lines of one derivation as they may be printed, read once for all points of the same sizes."""

    def __init__(self, problem: Problem, derivation: Derivation) -> None:
        self.problem, self.derivation = problem, derivation
        self.facts = problem.moves_know
        self.spellers: dict[int, Speller] = {}
        self.written: dict[tuple[int, Var], tuple[Node, ...]] = {}
        self.readers: dict[Any, probe.Reader] = {}
        self.readings: dict[tuple[str, int], list[Reading]] = {}

    @cached_property
    def links(self) -> Links:
        """The chain rule of scalar quantities as it is printed."""
        return Links(self.derivation, {})

    def forms(self, graph: Graph, var: Var) -> tuple[Node, ...]:
        """Everything that may be printed for a line: as spelled, and after each move."""
        if (id(graph), var) not in self.written:
            self.written[id(graph), var] = tuple(self._forms(graph, var))
        return self.written[id(graph), var]

    def _forms(self, graph: Graph, var: Var) -> Iterator[Node]:
        speller = self.spellers.setdefault(id(graph), Speller(graph))
        try:
            node = matrix_line(speller, var)
        except NoMatrixView:
            return
        yield from self._moved(node)

    def read(self, step: Step, instance: Instance) -> list[Reading]:
        """Every form of a line, read back."""
        reader = self.reader(instance.graph, instance.sizes)
        if (step.id, id(reader)) not in self.readings:
            nodes = self._whole(step, instance.graph)
            read: list[Reading] = [(reader.read(node), ()) for node in nodes]
            target = instance.numbered[step.claim.out.number]
            spot = telling_place(instance.values[target])
            self.readings[step.id, id(reader)] = [*read, *self._entry(step, spot, reader)]
        return self.readings[step.id, id(reader)]

    def _whole(self, step: Step, graph: Graph) -> Iterator[Node]:
        """The forms that state the whole quantity: as printed, as links of a chain, as it was written."""
        source = step.claim.out
        yield from self.forms(self._graph_of(step), source)
        links = self.links.of(step)
        if links:
            yield in_formulas(links)
        written = graph.written.get(source.label)
        if written is not None and isinstance(source.name, str) and step.phase == "forward":
            yield written

    def _entry(self, step: Step, spot: tuple[int, ...], reader: probe.Reader) -> Iterator[Reading]:
        """One entry as the other views write it: by index, its letters replaced by numbers, and with sums
        written out; each as derived and after every move.
        """
        graph, source = self._graph_of(step), step.claim.out
        entries = Entries(graph)
        letters = entries.letters(len(spot))
        index = {letter: k + 1 for letter, k in zip(letters, spot, strict=True)}
        for node in self._moved(entries.line(source, symbolic_position(letters))):
            yield reader.read(node, index), spot
        if _narrow(graph):
            for node in self._moved(Entries(graph, expanded=True).line(source, fixed_position(spot))):
                yield reader.read(node), spot

    def _moved(self, node: Node) -> Iterator[Node]:
        """A line as derived, and after each move."""
        plain = associated(unmarked(node), self.facts)
        yield plain
        yield from (form.node for form in simplified(plain, self.facts))

    def _graph_of(self, step: Step) -> Graph:
        return (
            self.derivation.graph
            if step.phase in ("forward", "backward") or step.graph is None
            else step.graph
        )

    def chosen(self, graph: Graph, var: Var, seed: int) -> list[tuple[Node, tuple[int, ...]]]:
        """The line as matrices write it, at no place; else that of every entry, or of some of very many."""
        forms = self.forms(graph, var)
        if forms:
            return [(forms[0], ())]
        entries, shape = Entries(graph), tuple(int(n) for n in var.shape)
        places = list(np.ndindex(*shape))
        chosen = places if len(places) <= SAMPLES else Random(seed).sample(places, SAMPLES)
        return [(unmarked(entries.line(var, fixed_position(place))), place) for place in chosen]

    def reader(self, graph: Graph, sizes: Mapping[str, int]) -> probe.Reader:
        """What reads formulas over the quantities of a graph, in dimensions of these sizes."""
        problem, key = self.problem, (id(graph), *sizes.items())
        if key not in self.readers:
            known = {**problem.dims, **sizes}
            self.readers[key] = probe.Reader(graph, known, problem.functions, problem.conventions.ties)
        return self.readers[key]


def _narrow(graph: Graph) -> bool:
    """Whether sums over its axes, written out, are of a length that a sheet could show."""
    return all(isinstance(n, int) and n <= NARROW for var in graph.variables() for n in var.shape)
