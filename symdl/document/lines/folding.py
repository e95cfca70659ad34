"""This module decides what a level of detail folds: which lines, and which rows of a line.

The fine record stays as it is; a level only leaves out. A line that brings a sign, a transpose, a sum over
paths or a substitution is never left out, whatever is known. What is folded was checked like every other
line, and rows that stay are equal end to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symdl.derivation.calculus.differentiating import folded
from symdl.derivation.step import Answer, Step
from symdl.document.lines.chain import Chain
from symdl.formula.tree import Negate, Node, Sum, Transpose
from symdl.formula.walking import walk

FOLDABLE = (  # rules of the backward pass that neither add paths nor transpose nor put anything in
    "seed", "alias_backward", "through_sum", "chain", "through_activation", "through_broadcast",
    "through_total", "through_rearranging", "through_rearranging_inside", "through_windows",
)  # fmt: skip
RUNS = ("update", "minimize", "root")
WORKED_STEPS, LONG = 2, 3  # steps of a run that are worked line by line, where it has more than so many
CONSTANT = "rule.derivative.constant"
NUMERIC = ("numbers", "terms", "result")


def passed_over(step: Step, chains: tuple[Chain, ...], known: tuple[str, ...]) -> bool:
    """Whether a backward line goes without saying to readers who know its rule."""
    key = step.because.key.removeprefix("rule.")
    if step.phase != "backward" or step.detail != "lecture" or key not in known or key not in FOLDABLE:
        return False
    return not any(essential(node) for chain in chains for kind, node in chain.rows if kind not in NUMERIC)


def unsaid(steps: Iterable[Step], known: tuple[str, ...], thorough: bool) -> Mapping[str, Step]:
    """The lines of a calculus that go without saying: by rules that are known, and that another constant has
    the derivative 0 where it was said of one, unless every use of a rule is explained.
    """
    found: dict[str, Step] = {}
    constants = 0
    for step in steps:
        constants += step.because.key == CONSTANT
        again = step.because.key == CONSTANT and step.detail == "lecture" and constants > 1 and not thorough
        if again or (known and folded(step, known)):
            found[step.id] = step
    return found


def goes_on(step: Step, answers: Sequence[Answer]) -> bool:
    """Whether a line is of a later step of a long run, which goes like the ones before it: a table has it."""
    t = step.because.facts.get("t", 0)
    if step.phase != "update" or t <= WORKED_STEPS or step.because.key == "rule.reached":
        return False
    own = step.because.facts.get("run")  # of a line for all parameters together, as of their learning rate
    return any(
        len(answer.table) - 1 > LONG
        for answer in answers
        if answer.kind in RUNS
        and (answer.id == own or step.id.startswith((f"{answer.id}.", f"{answer.id}[")))
    )


def essential(node: Node) -> bool:
    """Whether a formula holds a sign, a transpose or a sum.

    >>> from symdl.formula.tree import Name
    >>> essential(Name("x")), essential(Negate(Name("x")))
    (False, True)
    """
    return any(isinstance(part, Negate | Sum | Transpose) for part in walk(node))


def outlined(chain: Chain) -> Chain:
    """A chain with its last formula and its result only."""
    formulas = [row for row in chain.rows if row[0] not in NUMERIC]
    results = [row for row in chain.rows if row[0] == "result"]
    return Chain(chain.left, (*formulas[-1:], *results[-1:]), chain.value)
