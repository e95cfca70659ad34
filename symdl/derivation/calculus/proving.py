"""This module shows lines of lessons true: in exact numbers drawn at random, after several steps.

Bound sums are written out, `m[3]` becomes a number of its own, and what a line rests on is put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from random import Random

from symdl.core.arithmetic import EXACT, Irrational
from symdl.core.compiling import compiled
from symdl.core.indexing import evaluate
from symdl.formula.tree import (
    ONE,
    ZERO,
    Apply,
    Index,
    Name,
    Node,
    Repeat,
    RepeatOver,
    Slice,
    names,
    number,
    plus,
    rebuild,
    substitute,
    times,
)
from symdl.models.lessons import MOMENTS, Lesson, Line

STEPS = (1, 2, 3, 6)
DRAWS = 3
UNROLLED = 20


def holds(lesson: Lesson, line: Line, seed: int = 1) -> bool:
    """Whether all forms of a line are equal, and obey the recursion where there is one.

    >>> from symdl.models.lessons import LESSONS
    >>> lesson = LESSONS["bias_correction"]
    >>> all(holds(lesson, line) for line in lesson.lines)
    True
    """
    random = Random(seed)
    steps = (line.step,) if line.step else STEPS
    return all(_equal(lesson, line, t, random) for t in steps for _ in range(DRAWS))


def _equal(lesson: Lesson, line: Line, t: int, random: Random) -> bool:
    known = {name: number(size) for name, size in lesson.sizes.items()}
    given = {_flat(left, known, t): _flat(right, known, t) for left, right in line.given}
    forms = [_settled(_flat(node, known, t), given) for node in line.forms]
    if evaluated(line.left):
        forms.append(_settled(_flat(line.left, known, t), given))
    values: dict[str, Fraction] = {}
    found = {_value(form, values, random) for form in forms}
    return len(found) == 1 and all(_value(a, values, random) == _value(b, values, random)
                                   for a, b in _recursion(line, known, t))  # fmt: skip


def evaluated(left: Node) -> bool:
    """Whether what stands left is a formula, not only the name of what is defined."""
    return not isinstance(left, Name | Index) and not (isinstance(left, Apply) and left.function in MOMENTS)


def _recursion(line: Line, known: Mapping[str, Node], t: int) -> Iterator[tuple[Node, Node]]:
    """The first form at `t` and the recursion from the form one step earlier; at 0 the form is nothing."""
    if line.recursion is None:
        return
    assert isinstance(line.left, Index)
    closed, base = line.forms[0], line.left.base
    before = {_flat(Index(base, (number(t - 1),)), known, t): _flat(closed, known, t - 1)}
    yield _flat(closed, known, t), _settled(_flat(line.recursion, known, t), before)
    yield _flat(closed, known, 0), ZERO


def _flat(node: Node, known: Mapping[str, Node], t: int) -> Node:
    """A formula at step `t`: sums written out, quantities with their step as one name."""
    return written_out(substitute(node, {**known, "t": number(t)}))


def written_out(node: Node) -> Node:
    """A formula without bound sums, products and subscripts: `sum(x[k], k=1..2)` is `x_1 + x_2`."""
    if isinstance(node, Repeat | RepeatOver):
        terms = [written_out(term) for term in _terms(node)]
        if node.kind == "prod":
            return times(*terms, style="juxtaposed") if terms else ONE
        return plus(*terms) if terms else ZERO
    if isinstance(node, Index):
        places = [part.text if isinstance(part, Name) else evaluate(part) for part in subscripts(node)]
        return Name("_".join([*names(node.base), *map(str, places)]))
    return rebuild(node, written_out)


def _terms(node: Repeat | RepeatOver) -> Iterator[Node]:
    """The terms of a bound sum, over numbers or over all vectors of zeros and ones."""
    if isinstance(node, Repeat):
        low, high = (evaluate(bound) for bound in (node.start, node.stop))
        assert low is not None and high is not None and high - low < UNROLLED
        yield from (substitute(node.body, {node.index: number(k)}) for k in range(int(low), int(high) + 1))
        return
    assert isinstance(node.collection, Apply)
    size = evaluate(node.collection.args[0])
    assert size is not None and size < UNROLLED
    body = written_out(node.body)
    for state in product((0, 1), repeat=int(size)):
        yield substitute(body, {f"{node.index}_{k}": number(bit) for k, bit in enumerate(state, 1)})


def subscripts(node: Index) -> tuple[Node, ...]:
    """What stands in the brackets, slices left out."""
    return tuple(part for part in node.subscripts if not isinstance(part, Slice))


def _settled(node: Node, given: Mapping[Node, Node]) -> Node:
    """A formula with everything that it rests on put in, one after the other."""
    for left, right in given.items():
        assert isinstance(left, Name)
        node = substitute(node, {left.text: right})
    return node


def _value(node: Node, values: dict[str, Fraction], random: Random) -> Fraction | None:
    """The exact value where every name stands for a random number of its own."""
    used = tuple(sorted(names(node)))
    for name in used:
        values.setdefault(name, Fraction(random.randint(2, 60), 61))
    try:
        return Fraction(compiled(node, used, EXACT)(*(values[name] for name in used)))
    except Irrational:
        return None
