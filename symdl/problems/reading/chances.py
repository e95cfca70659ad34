"""This module draws what a problem leaves to chance: uniform, normal and yes-or-no numbers from its seed.

`[draw]` holds lines such as `u = "uniform(2)"`, `z = "normal(3, 2)"`, `mask = "bernoulli(0.8, 4)"`. What is
drawn depends on the seed, the name and the line alone, has four decimals, so that one can go on by hand, and
is a given like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random
from statistics import NormalDist
from typing import Any

from symdl.formula.tree import Number
from symdl.problems.reading.faults import Fault, Path, preview
from symdl.problems.reading.values import MAX_ENTRIES, MAX_ORDER, Written, exact

CALL = re.compile(r"\s*(\w+)\s*\(([^()]*)\)\s*")
KINDS = ("uniform", "normal", "bernoulli")
DECIMALS = 4


def drawing(value: object) -> tuple[str, str, tuple[str, ...]]:
    """The distribution, its parameter and the sizes of a draw, as they are written.

    >>> drawing("bernoulli(0.8, 4)")
    ('bernoulli', '0.8', ('4',))
    """
    found = CALL.fullmatch(value) if isinstance(value, str) and not isinstance(value, Written) else None
    if found is None or found[1] not in KINDS:
        raise Fault("wrong_draw", got=preview(value))
    parts = [part.strip() for part in found[2].split(",") if part.strip()]
    parameter = parts.pop(0) if found[1] == "bernoulli" and parts else ""
    if found[1] == "bernoulli" and not _probability(parameter):
        raise Fault("wrong_draw", got=preview(value))
    return found[1], parameter, tuple(parts)


def _probability(text: str) -> Fraction | None:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return value if 0 < value < 1 else None


def drawn(
    draws: Mapping[str, Any], dims: Mapping[str, int], seed: int | None, findings: list[tuple[Path, Fault]]
) -> dict[str, Any]:
    """The numbers of all draws; what cannot be drawn is noted."""
    found: dict[str, Any] = {}
    for name, (kind, parameter, sizes) in draws.items():
        if seed is None:
            findings.append((("draw", name), Fault("unseeded_draw")))
            break
        shape = [int(size) if size.isdigit() else dims.get(size, 0) for size in sizes]
        count = 1
        for size in shape:
            count *= size
        if count < 1 or count > MAX_ENTRIES or len(shape) > MAX_ORDER:
            findings.append((("draw", name), Fault("draw_size", sizes=", ".join(sizes))))
            continue
        numbers = _numbers(kind, _probability(parameter), Random(f"{seed} {name}"))
        found[name] = _filled(shape, numbers)
    return found


def _numbers(kind: str, probability: Fraction | None, random: Random) -> Iterator[Number]:
    while True:
        u = random.random()
        if kind == "bernoulli":
            assert probability is not None
            yield Number(Fraction(int(u < probability)), None)
        else:
            x = u if kind == "uniform" else NormalDist().inv_cdf(u or 0.5)
            yield exact(Written(f"{x:.{DECIMALS}f}"))  # type: ignore[misc]


def _filled(shape: list[int], numbers: Iterator[Number]) -> Any:
    if not shape:
        return next(numbers)
    return tuple(_filled(shape[1:], numbers) for _ in range(shape[0]))
