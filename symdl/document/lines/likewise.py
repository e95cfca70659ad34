"""This module gathers lines that go like earlier ones: neighbors among them stand together, side by side.

A line goes like an earlier one where the same rule gives the same formula for other quantities. Each keeps
its formula and, but for large arrays on very long sheets, its value; what one line showed how to do is not
shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symdl.core.op import Select
from symdl.derivation.step import Step
from symdl.document.lines.chain import Chain
from symdl.document.lines.folding import NUMERIC
from symdl.formula.tree import Index, Name, Node, Partial, Repeat, Transpose, rebuild
from symdl.formula.walking import walk

PHASES = ("forward", "backward")
MOVES = frozenset(  # lines of an update alike for all parameters; of a state it must be said whose it is
    f"rule.update_{what}" for what in ("parameter", "gradient", "upward")
)
LARGE = {"forward": 6, "backward": 3}  # entries of arrays beyond which numbers fill the page
BLOCK = 4  # entries of matrices, which take several lines of it, beyond which they do
PAIR = 2  # entries of columns that are told on every sheet
FEW = 2  # neighbors that stand together at least
CITED = frozenset(  # rules that a line of a very long sheet need only name by where they were told
    f"rule.{rule}"
    for rule in ("chain", "through_sum", "through_broadcast", "through_product", "left_factor",
                 "right_factor", "by_entries")
)  # fmt: skip
ANY = Name("x")
OWN = frozenset({"remark", "heading", "lesson", "distribution", "run"})  # facts that say more than a line

Chains = Callable[[Step], tuple[Chain, ...]]


@dataclass(frozen=True)
class Gathered:
    """Neighboring lines that go like earlier ones, and these."""

    steps: tuple[Step, ...]
    like: tuple[str, ...]

    @property
    def first(self) -> Step:
        """The line in whose place they all stand."""
        return self.steps[0]


def likenesses(steps: Iterable[Step], chains: Chains) -> dict[str, str]:
    """For every line that goes like one before it, the first of these, both by their ids."""
    seen: dict[tuple[object, ...], str] = {}
    found: dict[str, str] = {}
    for step in steps:
        if not repeats(step):
            continue
        forms = tuple(form(chain) for chain in chains(step))
        key = (step.because.key, *map(step.because.facts.get, ("function", "run")), forms)
        first = seen.setdefault(key, step.id)
        if first != step.id:
            found[step.id] = first
    return found


def told_before(steps: Iterable[Step], chains: Chains) -> dict[str, str]:
    """For every gradient by a rule that an earlier line has told, the first of these, both by their ids.

    Only those that are one formula from the start: no sign, transpose or sum over paths is worked in them.
    """
    seen: dict[tuple[object, ...], str] = {}
    found: dict[str, str] = {}
    for step in steps:
        if step.phase != "backward" or step.because.key not in CITED or not repeats(step):
            continue
        first = seen.setdefault((step.because.key, step.because.facts.get("function")), step.id)
        if first != step.id and all(map(_is_one_formula, chains(step))):
            found[step.id] = first
    return found


def _is_one_formula(chain: Chain) -> bool:
    return sum(kind not in NUMERIC for kind, _ in chain.rows) == 1


def gathered(lines: Sequence[Step | None], like: Mapping[str, str]) -> Iterator[Gathered]:
    """The runs of lines that go like earlier ones; None is a line of another kind between them."""
    run: list[Step] = []
    for step in (*lines, None):
        if step is not None and step.id in like and (not run or _same_time(run[0], step)):
            run.append(step)
            continue
        if len(run) >= FEW:
            yield Gathered(tuple(run), tuple(dict.fromkeys(_first(like, each.id) for each in run)))
        run = [step] if step is not None and step.id in like else []


def _first(like: Mapping[str, str], id: str) -> str:
    """The line that a line goes like and that goes like no other itself."""
    while id in like:
        id = like[id]
    return id


def repeats(step: Step) -> bool:
    """Whether a line may go like another: of a pass, or of an update with a rule for all parameters."""
    if step.phase == "update":
        return step.because.key in MOVES
    return step.phase in PHASES and OWN.isdisjoint(step.because.facts)


def _same_time(one: Step, other: Step) -> bool:
    """Whether two lines are of one pass, of an update of one step."""
    return one.phase == other.phase and one.because.facts.get("t") == other.because.facts.get("t")


def is_large(step: Step) -> bool:
    """Whether a line has more numbers than a very long sheet has room for; those of an update are its aim,
    and what is selected is seen in them.
    """
    if isinstance(step.claim.op, Select):
        return False
    return step.phase in LARGE and (is_block(step) or int(np.size(step.value)) > LARGE[step.phase])


def is_block(step: Step, crowded: bool = False) -> bool:
    """Whether the value of a line of a pass takes several lines of a page, or more than one has room for; on
    a crowded one a column that is laid down takes more than there is, too.
    """
    if step.phase not in LARGE or isinstance(step.claim.op, Select):
        return False
    size, rows = int(np.size(step.value)), max(np.shape(step.value)[:-1], default=1)
    return size > (PAIR if crowded else LARGE["forward"]) or (size > BLOCK and rows > 1)


def form(chain: Chain) -> Node:
    """The formula that numbers are put into, with one name for all quantities; a line that was written as a
    bound sum or product is that one, whatever the number of its terms.
    """
    formulas = [(kind, node) for kind, node in chain.rows if kind not in NUMERIC]
    if not formulas:
        return nameless(chain.left)
    kind, written = formulas[0]
    bound = kind == "written" and any(isinstance(part, Repeat) for part in walk(written))
    return nameless(written if bound else formulas[-1][1])


def nameless(node: Node) -> Node:
    """A formula with one name for all quantities."""
    if isinstance(node, Name | Partial | Index):
        return ANY
    if isinstance(node, Transpose):
        return nameless(node.arg)
    if isinstance(node, Repeat):
        return Repeat(node.kind, nameless(node.body), node.index, ANY, ANY)
    return rebuild(node, nameless)
