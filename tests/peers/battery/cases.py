"""A case of the battery: the text of a problem, and the same computation in plain torch.

`given` lists names with shapes, `x:3 W:4x3 s:`; their numbers are drawn once from the names. `values` gives
numbers that matter. The torch function takes the given tensors by name (`h[0]` as `h_0`) and returns
every named quantity that is to be compared.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from zlib import crc32

import numpy as np

Run = Callable[..., Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """A problem and its peer; `optimizer` makes the peer of its updates from parameters."""

    text: str
    given: Mapping[str, Any]
    run: Run
    optimizer: Callable[[list[Any]], Any] | None = None
    state: Mapping[str, str] = field(default_factory=dict)  # the moments by their names in the peer
    unfolded: bool = False  # symdl names the nodes of a one-line problem

    def named(self, leaves: Mapping[str, Any]) -> dict[str, Any]:
        """All named quantities, inputs included, computed by the peer."""
        wanted = inspect.signature(self.run).parameters
        renamed = {name.replace("[", "_").replace("]", ""): value for name, value in leaves.items()}
        return {**leaves, **self.run(**{name: renamed[name] for name in wanted})}


CASES: dict[str, Case] = {}


def drawn(name: str, shape: tuple[int, ...], positive: bool = False) -> Any:
    """Numbers with two digits that depend on the name alone."""
    numbers = np.random.default_rng(crc32(name.encode())).uniform(-1.2, 1.2, shape)
    return np.round(np.abs(numbers) + 0.2 if positive else numbers, 2).tolist()


def number(value: Any) -> Any:
    """A given value as floats: exact text is a fraction."""
    if isinstance(value, list):
        return [number(item) for item in value]
    return float(Fraction(value)) if isinstance(value, str) else float(value)


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def case(
    given: str,
    let: str,
    asks: str = "",
    *,
    head: str = "",
    values: Mapping[str, Any] | None = None,
    name: str | None = None,
    **options: Any,
) -> Callable[[Run], Run]:  # fmt: skip
    """Declare a case; without `asks`, the gradient of L by all that is given but the targets y."""
    known: dict[str, Any] = {}
    for item in given.split():
        word, _, size = item.partition(":")
        positive = size.endswith("+")
        known[word] = drawn(word, tuple(map(int, filter(None, size.rstrip("+").split("x")))), positive)
    known.update(values or {})
    lines = [line.strip().partition(" = ") for line in let.strip().splitlines() if line.strip()]
    table = [f'"{left}" = "{right}"' for left, _, right in lines]
    by = [word for word in known if not word.lower().startswith("y")]
    asks = asks or f"[[ask]]\ngradient = 'L'\nby = {by!r}"
    section = "[let]\n" + "\n".join(table) if table else ""
    numbers = "\n".join(f'"{word}" = {_toml(value)}' for word, value in known.items())
    text = f"{head}\n[given]\n{numbers}\n{section}\n{asks}\n"

    def declare(run: Run) -> Run:
        key = name or run.__name__
        assert key not in CASES, key
        CASES[key] = Case(text, known, run, **options)
        return run

    return declare
