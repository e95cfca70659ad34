"""This module finds what repeats itself: of many lines of one form only the first is shown.

A line is folded only if the line in t is its own, with its number for t; one that differs is shown. What is
folded was computed and checked like every other line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symdl.core.graph import Adjoint
from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.folding import NUMERIC
from symdl.formula.series import gathered as gathered_sums
from symdl.formula.series import general
from symdl.formula.tree import Array, Node

FEW = 3  # repetitions that are all shown, one less where they have more
LINES = 14  # in all
ALONE = 8  # lines between others that are shown rather than folded each by itself
TERMS = 5  # of a sum that are all written out
LETTERS = "tskjimn"
Chains = Callable[[Step], tuple[Chain, ...]]


@dataclass(frozen=True)
class Repeated:
    """Lines of one form: the formulas in t, left and right sides in turn, each line with its t, and the
    number of the line of this form that is shown.
    """

    form: tuple[tuple[Node, Node], ...]
    steps: tuple[Step, ...]
    values: tuple[int, ...]
    shown: int


@dataclass(frozen=True)
class Fold:
    """Neighboring lines that are not shown, by what they repeat."""

    parts: tuple[Repeated, ...]

    @property
    def first(self) -> Step:
        """The line in whose place the fold stands."""
        return self.parts[0].steps[0]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All lines that are folded."""
        return tuple(step for part in self.parts for step in part.steps)

    @property
    def ends(self) -> tuple[int, int]:
        """The least and the largest number, in the order in which they come."""
        found = [value for part in self.parts for value in part.values]
        low, high = min(found), max(found)
        return (low, high) if self.parts[0].values[0] <= self.parts[0].values[-1] else (high, low)

    @property
    def like(self) -> int | None:
        """Of lines with a single number, the number of those that are shown and that they are like."""
        shown = {part.shown for part in self.parts}
        return min(shown) if len(shown) == 1 and self.ends[0] == self.ends[1] else None


def free_letter(taken: Collection[str]) -> str:
    """A letter for the number of a repetition."""
    return next((letter for letter in LETTERS if letter not in taken), "t_0")


def folds(steps: Sequence[Step], chains: Chains, letter: str) -> list[Fold]:
    """What is folded of some lines, in their order."""
    families: dict[tuple[str, ...], list[tuple[int, Step]]] = {}
    for step in steps:
        place = _place(step)
        if place is not None:
            families.setdefault(place[0], []).append((place[1], step))
    long = sum(map(len, families.values())) > LINES
    few = FEW - 1 if long else FEW
    parts = [_repeated(family, chains, letter, long) for family in families.values() if len(family) > few]
    order = {step.id: k for k, step in enumerate(steps)}
    owner: dict[str, tuple[Repeated, int]] = {}
    for part in _in_step([part for part in parts if part is not None], order):
        owner |= {step.id: (part, k) for k, step in enumerate(part.steps)}
    found = [Fold(tuple(_runs(run, owner))) for run in _hidden(steps, owner)]
    alone = [fold for fold in found if len(fold.steps) < FEW and fold.ends[0] == fold.ends[1]]
    return [fold for fold in found if fold not in alone] if len(alone) <= ALONE else found


def _in_step(parts: Sequence[Repeated], order: Mapping[str, int]) -> Iterator[Repeated]:
    """Families whose lines stand between each other, of all of them the same numbers."""
    rest = sorted(parts, key=lambda part: order[part.steps[0].id])
    while rest:
        together = [rest.pop(0)]
        stop = order[together[0].steps[-1].id]
        while rest and order[rest[0].steps[0].id] < stop:
            together.append(rest.pop(0))
            stop = max(stop, order[together[-1].steps[-1].id])
        common = frozenset.intersection(*(frozenset(part.values) for part in together))
        if len(common) > 1 or (common and len(together) >= FEW):
            yield from (_share(part, common) for part in together)


def _share(part: Repeated, kept: Collection[int]) -> Repeated:
    """The lines with some of the numbers only; what stands before them is shown."""
    pairs = [pair for pair in zip(part.steps, part.values, strict=True) if pair[1] in kept]
    steps, values = tuple(step for step, _ in pairs), tuple(value for _, value in pairs)
    before = (part.shown, *part.values)[part.values.index(values[0])]
    return replace(part, steps=steps, values=values, shown=before)


def _place(step: Step) -> tuple[tuple[str, ...], int] | None:
    """The family of a line and its number in it: `h[3]`, `∂L/∂h[3]`."""
    if step.phase not in ("forward", "backward"):
        return None
    name = step.claim.out.name
    text, of = (name.by, name.of) if isinstance(name, Adjoint) else (str(name), "")
    base, _, inside = text.partition("[")
    if not inside[:-1].isdigit():
        return None
    return (step.phase, base, of), int(inside[:-1])


def _repeated(family: Sequence[tuple[int, Step]], chains: Chains, letter: str, long: bool) -> Repeated | None:
    """The lines of a family that have the form of most of them, but for the first of these.

    A single one is left out only where there are many lines.
    """
    forms = [_form(chains(step)) for _, step in family]
    found = (_alike(family, forms, k, letter) for k in sorted({len(family) * k // 6 for k in (2, 3, 4, 5)}))
    node, alike = max(found, key=lambda each: len(each[1]))
    inner = alike[1:]
    if len(inner) < (1 if long else 2) or not isinstance(node, Array):
        return None
    backward = family[0][1].phase == "backward"
    sides = tuple(
        (chain.items[0], chain.items[-1 if backward else 1])
        for chain in node.items
        if isinstance(chain, Array)
    )
    return Repeated(sides, tuple(step for _, step in inner), tuple(k for k, _ in inner), alike[0][0])


def _alike(
    family: Sequence[tuple[int, Step]], forms: Sequence[Node], k: int, letter: str
) -> tuple[Node | None, list[tuple[int, Step]]]:
    """The formula in t that two neighbors have in common, and all lines that it is."""
    common = general(forms[k - 1], forms[k], letter)
    if common is None or common.first != family[k - 1][0]:
        return None, []
    key = family[k][1].because.key
    return common.node, [
        (number, step)
        for (number, step), form in zip(family, forms, strict=True)
        if step.because.key == key and common.is_at(number, form)
    ]


def _form(chains: Sequence[Chain]) -> Array:
    """The formulas of a line, without numbers; of what was written, not the definitions behind it."""
    return Array(tuple(Array((chain.left, *_formulas(chain))) for chain in chains))


def _formulas(chain: Chain) -> list[Node]:
    rows = [row for row in chain.rows if row[0] not in NUMERIC]
    return [node for _, node in (rows[:1] if rows and rows[0][0] == "written" else rows)]


def _hidden(steps: Sequence[Step], owner: Collection[str]) -> Iterator[list[Step]]:
    """The runs of lines that are not shown."""
    run: list[Step] = []
    for step in steps:
        if step.id in owner:
            run.append(step)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _runs(run: Sequence[Step], owner: dict[str, tuple[Repeated, int]]) -> Iterator[Repeated]:
    """What a run of lines repeats, each with its share of the numbers."""
    shares: dict[int, tuple[Repeated, list[Step], list[int]]] = {}
    for step in run:
        part, k = owner[step.id]
        _, own, values = shares.setdefault(id(part), (part, [], []))
        own.append(step)
        values.append(part.values[k])
    for part, own, values in shares.values():
        yield replace(part, steps=tuple(own), values=tuple(values))


def shortened(nodes: tuple[object, ...], letter: str) -> tuple[object, ...]:
    """Many quantities that count on as the first two, dots and the last."""
    formulas = [node for node in nodes if isinstance(node, Node)]
    if len(nodes) <= TERMS or len(formulas) < len(nodes):
        return nodes
    common = general(formulas[0], formulas[1], letter)
    if common is None or not all(
        common.is_at(common.first + k * common.step, node) for k, node in enumerate(formulas)
    ):
        return nodes
    return (*nodes[:2], "…", nodes[-1])


def gathered(chain: Chain, letter: str) -> Chain:
    """A chain whose long sums of terms of one form are bound sums, their numbers left out."""
    rows = tuple((kind, gathered_sums(node, letter, TERMS)) for kind, node in chain.rows)
    if rows == chain.rows:
        return chain
    return replace(chain, rows=tuple(row for row in rows if row[0] not in ("numbers", "terms")))
