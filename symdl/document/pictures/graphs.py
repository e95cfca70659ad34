"""This module composes the picture of a computation graph: forward with values, backward with adjoints.

A large graph is folded: first quantities that are used once, in one line, into that line; then the middle
of what is left. What is folded is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.step import Answer
from symdl.document.aloud.speech import to_speech
from symdl.document.blocks import Block, Diagram, Edge, Heading, Math, Node, Pictures, Spans
from symdl.document.lines.values import number_node, value_node
from symdl.document.sheet import Sheet
from symdl.formula.tree import Compare, Partial, Transpose, substitute
from symdl.formula.tree import Node as Formula
from symdl.text import Text

MOST, SEVERAL = 14, 10  # nodes that are drawn one by one, the second on a very long sheet
BESIDE, SHARE = 2, 0.45  # blocks that a picture of both passes stands beside, and its part of the line
ENTRIES = 3  # of a value that stands beside a box
ASKED = ("gradient", "paths")
Way = Literal["forward", "backward", "together"]
Kind = Literal["input", "parameter", "target", "intermediate", "loss"]
KINDS: tuple[Kind, ...] = ("input", "target", "parameter", "loss")  # whose boxes have a shape of their own


def graph_pictures(sheet: Sheet) -> Iterator[Block]:
    """The graph with its values and, beside it, with its adjoints; nothing where it would not help."""
    asked = next((answer for answer in sheet.derivation.answers if answer.kind in ASKED), None)
    if asked is None:
        return
    draft = Draft(sheet, asked.of, sheet.problem.graph)
    if len(draft.lines) < 2 or len(draft.folded.nodes) < 3:
        return
    if sheet.very_long and (together := draft.together()):
        yield Pictures(together, draft.remark(), beside=BESIDE, share=SHARE)
        return
    yield Heading(2, sheet.say("phase.graph"), "graph")
    yield Pictures(tuple(draft.pictures()), draft.remark(), draft.together())


@dataclass(frozen=True)
class Folded:
    """What is drawn of a graph: which node stands for each quantity, how many lines are in the gap."""

    nodes: tuple[str, ...]
    home: Mapping[str, str]  # of every quantity that is drawn; others are left out
    hidden: int = 0


GAP = "…"


def _moved(home: Mapping[str, str], line: str, user: str) -> dict[str, str]:
    """What was drawn as one line drawn as its user."""
    return {name: user if node == line else node for name, node in home.items()}


@dataclass(frozen=True)
class Draft:
    """A graph about to be drawn, for one loss."""

    sheet: Sheet
    of: str
    graph: Graph

    @cached_property
    def inside(self) -> dict[str, tuple[str, ...]]:
        """What stands in each named line that the loss is made of."""
        table = {
            str(line.name): tuple(str(var.name) for var in inside if isinstance(var.name, str))
            for line, inside in self.graph.leaves.items()
            if isinstance(line.name, str)
        }
        needed = {self.of}
        for line in reversed(table):
            if line in needed:
                needed.update(table[line])
        return {line: inside for line, inside in table.items() if line in needed}

    @cached_property
    def most(self) -> int:
        """How many boxes are drawn."""
        return SEVERAL if self.sheet.very_long else MOST

    @property
    def lines(self) -> list[str]:
        """The named lines, in their order."""
        return list(self.inside)

    @cached_property
    def vars(self) -> dict[str, Var]:
        """Every named quantity."""
        return {str(var.name): var for var in self.graph.variables() if isinstance(var.name, str)}

    @cached_property
    def inputs(self) -> list[str]:
        """What is given, as far as the loss depends on it."""
        used = {name for inside in self.inside.values() for name in inside}
        return [str(var.name) for var in self.graph.inputs if str(var.name) in used]

    @cached_property
    def folded(self) -> Folded:
        """Which quantities get a box of their own."""
        everything = [*self.inputs, *self.lines]
        shared = self._shared()
        if len(everything) - len(shared) <= self.most:
            kept = [name for name in everything if name not in shared]
            return Folded(tuple(kept), {name: name for name in kept})
        home = self._merged(shared)
        kept = list(dict.fromkeys(home[name] for name in everything if name in home))
        if len(kept) <= self.most:
            return Folded(tuple(kept), home)
        ends = self.most // 2 - (2 if self.sheet.very_long else 1)
        middle = [name for name in kept if name in self.inside][ends:-ends]
        first = [name for name in kept if name in self.inside][:ends]
        early = {name for line in first for name in self.inside[line]}
        gap = {*middle, *(name for name in kept if name not in self.inside and name not in early)}
        within = {name for line in self.inside if home.get(line) in first for name in self.inside[line]}
        behind = (within & gap) - {
            *middle
        }  # read by early lines too: an arrow back from the gap would say less
        home = {name: node for name, node in home.items() if node not in behind}
        kept = [name for name in kept if name not in behind]
        if not middle:
            home = {name: node for name, node in home.items() if node not in gap}
            return Folded(tuple(name for name in kept if name not in gap), home)
        home = {name: GAP if node in gap else node for name, node in home.items()}
        nodes = tuple(dict.fromkeys(home[name] for name in kept))
        return Folded(nodes, home, sum(node == GAP for name, node in home.items() if name in self.inside))

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """The lines that a quantity stands in."""
        table: dict[str, list[str]] = {}
        for line, inside in self.inside.items():
            for name in inside:
                table.setdefault(name, []).append(line)
        return table

    def _shared(self) -> set[str]:
        """What every step of a recurrence uses: it would tie all boxes together."""
        return {name for name in self.inputs if sum(user in self._steps for user in self.users[name]) > 1}

    @cached_property
    def _steps(self) -> set[str]:
        """The lines of a recurrence, none where there is none."""
        steps = {line for line in self.lines if line.endswith("]")}
        return steps if len(steps) > 1 else set()

    def _merged(self, left_out: set[str]) -> dict[str, str]:
        """A graph by its layers: parameters left out, a line put into the function of it that is its only
        use, and while there are too many boxes side branches put into where they end.
        """
        own = {n for n in self.inputs if len(self.users[n]) == 1}
        left_out = left_out | {n for n in own if self.vars[n].role in ("parameter", "target")}
        home = {name: name for name in (*self.inputs, *self.lines) if name not in left_out}
        ending = [(line, self.users[line][0]) for line in self.lines if len(self.users.get(line, ())) == 1]
        for line, user in ending:
            if self.inside[user] == (line,):
                home = _moved(home, home[line], home[user])
        for line, user in ending:
            arms = sum(name in self.inside for name in self.inside[user])
            if arms > 1 and len(set(home.values())) > self.most:
                home = _moved(home, home[line], home[user])
        return home

    @cached_property
    def values(self) -> dict[Any, Any]:
        """Every value by the name of its quantity, adjoints among them."""
        return {
            var.name: value for var, value in self.sheet.derivation.values.items() if var.name is not None
        }

    def pictures(self) -> Iterator[Diagram]:
        """Forward, and backward where there are adjoints."""
        yield self._diagram("forward")
        if self._has_adjoints:
            yield self._diagram("backward")

    def together(self) -> tuple[Diagram, ...]:
        """Both passes in one picture, for pages that have no room for two beside each other."""
        return (self._diagram("together"),) if self._has_adjoints else ()

    @property
    def _has_adjoints(self) -> bool:
        return self.of in self.sheet.derivation.backwards or any(
            isinstance(name, Adjoint) and name.of == self.of for name in self.values
        )

    def _diagram(self, way: Way) -> Diagram:
        marked = self._marked()
        edges = tuple(self._edges(marked, way))
        ends = {end for edge in edges if edge.marked for end in (edge.start, edge.stop)}
        nodes = tuple(self._node(name, name in ends, way) for name in self.folded.nodes)
        local = any(edge.label is not None for edge in edges)
        valued = any(node.above is not None for node in nodes if node.key != GAP)
        part = "" if way == "forward" or not local else "_local"
        caption = self.sheet.say(f"picture.{way}{part}" if valued else f"picture.{way}_bare")
        if any(edge.marked for edge in edges) and (chosen := self._chosen) is not None:
            caption = (*caption, " ", *self.sheet.say("picture.marked", by=leaf(chosen.by)))
        told = self._told(nodes, edges, way)
        return Diagram(nodes, edges, told, caption, way == "backward", bool(self._steps))

    @cached_property
    def _chosen(self) -> Answer | None:
        """The question about paths whose paths are pointed out."""
        answers = self.sheet.derivation.answers
        return next((a for a in answers if a.kind == "paths" and a.of == self.of and a.table), None)

    def _marked(self) -> set[tuple[str, str]]:
        """The pairs of quantities along the paths that are asked for."""
        if self._chosen is None:
            return set()
        found: set[tuple[str, str]] = set()
        for row in self._chosen.table:
            names = [self._known(label) for label in row["nodes"]]
            found.update(pairwise(names))
        return found

    def _known(self, label: str) -> str:
        """The quantity that an entry belongs to."""
        return label if label in self.vars else label.rpartition("[")[0]

    def _node(self, name: str, marked: bool, way: Way) -> Node:
        if name == GAP:
            count = self.folded.hidden
            return Node(GAP, Math(r"\cdots", "…"), None, "gap", above=self._number(count))
        short = self.sheet.math(leaf(name))
        crowded = self.sheet.very_long and GAP in self.folded.nodes  # the formulas stand in the lines
        written = None if crowded else self._written(name)
        whole = (
            short
            if written is None or way == "backward"
            else self.sheet.math(Compare("=", leaf(name), written))
        )
        above = self._value(self.values.get(name))
        below = None
        if way != "forward":
            below = self._value(self.values.get(Adjoint(self.of, name))) or self._symbol(name)
            below = None if self.vars[name].role == "target" else below
        return Node(name, whole, short, self._kind(name), above, below, marked)

    def _written(self, name: str) -> Formula | None:
        """What a line is made of, with what was put into it in place of its name."""
        written = self.graph.written.get(name)
        if written is None:
            return None
        inner = {n: self._written(n) for n, node in self.folded.home.items() if node == name and n != name}
        return substitute(written, {n: node for n, node in inner.items() if node is not None})

    def _symbol(self, name: str) -> Math:
        """An adjoint without numbers: its symbol on one line, the δ of a layer where it has one."""
        symbol = self.sheet.math(Partial(leaf(self.of), (leaf(name),)))
        of, by = (self.sheet.math(leaf(one)).tex for one in (self.of, name))
        flat = rf"\partial {of}/\partial {by}"
        return replace(symbol, tex=flat) if symbol.tex.startswith(r"\frac") else symbol

    def _kind(self, name: str) -> Kind:
        role = self.vars[name].role
        if name == self.of:
            return "loss"
        if role in ("input", "constant"):
            return "input"
        return role if role in ("parameter", "target") else "intermediate"

    def _number(self, value: float) -> Math:
        return self.sheet.math(number_node(value, self.sheet.digits))

    def _value(self, value: Any) -> Math | None:
        """A value that is small enough to stand beside a box; a column lies down."""
        most = 1 if self.sheet.very_long else ENTRIES  # whose lines have the numbers
        if value is None or np.size(value) > most or np.ndim(value) > 1:
            return None
        node = value_node(value, self.sheet.digits)
        return None if node is None else self.sheet.math(Transpose(node) if np.ndim(value) else node)

    def _edges(self, marked: set[tuple[str, str]], way: Way) -> Iterator[Edge]:
        home = self.folded.home
        drawn: dict[tuple[str, str], bool] = {}
        for line, inside in self.inside.items():
            for name in inside:
                if name in home and line in home and home[name] != home[line]:
                    pair = (home[name], home[line])
                    drawn[pair] = drawn.get(pair, False) or (name, line) in marked
        for (start, stop), on_path in drawn.items():
            drawn_back = way != "forward"
            yield Edge(start, stop, self._local(start, stop) if drawn_back else None, on_path and drawn_back)

    def _local(self, start: str, stop: str) -> Math | None:
        """The local derivative on an arrow between two scalars: formula and number."""
        scalar = all(name != GAP and not self.vars[name].shape for name in (start, stop))
        if not scalar or start not in self.inside.get(stop, ()):
            return None
        edges = self.sheet.writer.links.finder.edges_into(self.sheet.derivation.graph.by_name[stop])
        edge = next((e for e in edges if e.source.name == start), None)
        if edge is None:
            return None
        formula = self.sheet.math(edge.formula)
        number = None if edge.value is None else number_node(edge.value, self.sheet.digits)
        if number is None or formula.plain == self.sheet.math(number).plain:
            return formula
        return self.sheet.math(Compare("=", edge.formula, number))

    def remark(self) -> Spans:
        """What the shapes that are drawn mean, and how much of the graph is drawn."""
        drawn = {self._kind(name) for name in self.folded.nodes if name != GAP}
        kinds = tuple(Text(f"picture.kind.{kind}", {}) for kind in KINDS if kind in drawn)
        words = self.sheet.say("picture.graph_remark", kinds=kinds)
        whole = len(self.inputs) + len(self.lines)
        if len(self.folded.nodes) < whole:
            shown = sum(node != GAP for node in self.folded.nodes)
            words = (*words, " ", *self.sheet.say("picture.folded", shown=shown, count=whole))
        return words

    def _told(self, nodes: tuple[Node, ...], edges: tuple[Edge, ...], way: Way) -> str:
        """The picture in words: every box with what it is made of, its value, its adjoint."""
        parts = []
        for node in nodes:
            sources = [edge.start for edge in edges if edge.stop == node.key]
            facts = {"label": node.label, "value": node.above, "adjoint": node.below}
            key = "told_both" if node.above and node.below else "told_value" if node.above else "told_adjoint"
            key = key if node.above or node.below else "told_bare"
            said = self.sheet.say(f"picture.{key}", **{k: v for k, v in facts.items() if v is not None})
            if sources:
                names = tuple(next(n.short or n.label for n in nodes if n.key == s) for s in sources)
                said = (*said, *self.sheet.say("picture.told_sources", sources=names))
            parts.append(words(said, self.sheet.language.code))
        opening = words(self.sheet.say(f"picture.told_{way}"))
        return " ".join([opening, *(f"{part};" for part in parts[:-1]), *(f"{part}." for part in parts[-1:])])


def words(spans: Spans, code: str = "") -> str:
    """Running text with its formulas in plain letters, or in the words of a language."""
    return "".join(
        span if isinstance(span, str) else to_speech(span.plain, code) if code else span.plain
        for span in spans
    )
