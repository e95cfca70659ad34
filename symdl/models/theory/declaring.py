"""This module declares derivations about functions: chains of formulas, each resting on the lines before it.

A form begins with its sign where that is not "=": `"< 0"`, `">= -log(4)"`, `"~ 0.018"` for a rounded number.
`diff(V, D, D)` is the second derivative of `V` by `D`; `E(z)` the mean of what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tree import Apply, Node, Partial, rebuild
from symdl.models.lessons import LESSONS, Ground, Lesson, Line

SIGNS = ("<=", ">=", "<", ">", "~")
MEAN = "E"
KNOWN = frozenset({
    "diff", MEAN, "sum", "prod", "binary", "log", "exp", "sqrt", "abs", "sign", "sigmoid", "softplus", "relu",
    "tanh", "where",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A line as it is written."""

    key: str
    left: str
    forms: tuple[str, ...]
    given: Mapping[str, str] = field(default_factory=dict)


def claim(key: str, left: str, *forms: str, given: Mapping[str, str] | None = None) -> Claim:
    """State a line; `given` is what it rests on beside the lines before it."""
    return Claim(key, left, forms, given or {})


def argument(
    key: str, *claims: Claim, words: str, explains: str, source: str, functions: str = "",
    facts: Mapping[str, str] | None = None, distributions: str = "",
    drawn: Mapping[str, tuple[str, str]] | None = None, sizes: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Declare a derivation; it is read when it is first used.

    Args:
        key: its name.
        claims: its lines in order.
        words: the quantities that stand in it.
        explains: the layers, functions and concepts that it explains.
        source: where it comes from.
        functions: functions that its lines define, or that only stand in what is printed.
        facts: the domains of quantities, `{"D": "unit"}`.
        distributions: vectors whose entries are positive and sum to one.
        drawn: random quantities with mean and deviation.
        sizes: sizes and subscripts at which the lines are checked.
    """

    def made() -> Lesson:
        scope = Scope(frozenset({*words.split(), *(sizes or {})}), KNOWN | frozenset(functions.split()))

        def tree(text: str) -> Node:
            return derivatives(read_formula(text, scope))

        lines = tuple(_line(each, tree) for each in claims)
        domains = {name: tuple(text.split()) for name, text in (facts or {}).items()}
        means = {name: (tree(mean), tree(spread)) for name, (mean, spread) in (drawn or {}).items()}
        ground = Ground(tuple(words.split()), domains, tuple(distributions.split()), means)
        return Lesson(key, lines, tuple(explains.split()), source, dict(sizes or {}), ground)

    LESSONS.promise(key, made)


def _line(stated: Claim, tree: object) -> Line:
    assert callable(tree)
    signs, forms = [], []
    for text in stated.forms:
        sign = next((each for each in SIGNS if text.startswith(f"{each} ")), "=")
        signs.append(sign)
        forms.append(tree(text.removeprefix(sign)))
    given = tuple((tree(name), tree(value)) for name, value in stated.given.items())
    return Line(stated.key, tree(stated.left), tuple(forms), given, relations=tuple(signs))


def derivatives(node: Node) -> Node:
    """A formula with the symbols of derivatives in place of `diff`.

    >>> from symdl.formula.tree import Name
    >>> derivatives(Apply("diff", (Name("V"), Name("D"))))
    Partial(of=Name(text='V'), by=(Name(text='D'),), kind='partial')
    """
    node = rebuild(node, derivatives)
    if isinstance(node, Apply) and node.function == "diff":
        return Partial(node.args[0], node.args[1:])
    return node
