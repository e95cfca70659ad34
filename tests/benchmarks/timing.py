"""This module measures: CPU time of calls in turn and of cold processes, and how it grows.

CPU time is what a busy machine distorts least; of several runs the best counts. Those that are compared
take turns, so that all of them see the same weather.
"""

from __future__ import annotations

import gc
import math
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from time import thread_time
from typing import Any

ROUNDS = 7
SHORTEST = 0.005  # seconds that one sample should take; quicker calls are repeated
LONGEST = 2.0  # slower calls are measured once


@dataclass(frozen=True)
class Measurement:
    """What symdl takes and what a peer takes, in seconds; a peer that is missing took None."""

    what: str
    seconds: float
    peer: str
    other: float | None
    aim: str
    holds: Callable[[float, float], bool]

    @property
    def verdict(self) -> str:
        """Whether the aim is met."""
        if self.other is None:
            return ""
        return "met" if self.holds(self.seconds, self.other) else "missed"


@dataclass(frozen=True)
class Growth:
    """Times over sizes."""

    what: str
    by: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def power(self) -> float:
        """The slope of a line through the logarithms, by least squares.

        >>> round(Growth("", "", (1, 2, 4), (3.0, 6.0, 12.0)).power, 6)
        1.0
        """
        x, y = ([math.log(value) for value in values] for values in (self.sizes, self.seconds))
        mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
        above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
        return above / sum((a - mean_x) ** 2 for a in x)


def at_least(factor: float) -> Callable[[float, float], bool]:
    """An aim: so many times quicker than the peer."""
    return lambda ours, theirs: theirs >= factor * ours


def at_most(factor: float) -> Callable[[float, float], bool]:
    """An aim: no more than so many times the peer's time."""
    return lambda ours, theirs: ours <= factor * theirs


def beyond(seconds: float, reference: float) -> Callable[[float, float], bool]:
    """An aim: the peer's time and some seconds, in those of the machine where the peer took `reference`."""
    return lambda ours, theirs: ours <= theirs * (1 + seconds / reference)


def peer(name: str) -> Any:
    """A library to compare with, None where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def best(runs: Mapping[str, Callable[[], Any] | None], rounds: int = ROUNDS) -> dict[str, float | None]:
    """The least CPU time of each call, in turns; None for a call that is not there."""
    found: dict[str, float | None] = dict.fromkeys(runs)
    repeats: dict[str, int] = {}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            before = found[name]
            if run is None or (before is not None and before > LONGEST):
                continue
            seconds = _sample(run, repeats.get(name, 1))
            if turn == 0:
                repeats[name] = max(1, min(10_000, int(SHORTEST / max(seconds, 1e-7))))
            if turn > 0 or seconds > LONGEST:
                found[name] = seconds if before is None else min(before, seconds)
    return found


def _sample(run: Callable[[], Any], repeats: int) -> float:
    gc.collect()
    start = thread_time()
    for _ in range(repeats):
        run()
    return (thread_time() - start) / repeats


def cold(commands: Mapping[str, Sequence[str]], rounds: int = ROUNDS) -> dict[str, float]:
    """The least CPU time of Python processes, in turns; bytecode is cached, as after installing."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    found = dict.fromkeys(commands, math.inf)
    for turn in range(rounds + 1):
        for name, arguments in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [sys.executable, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            if turn:
                found[name] = min(found[name], seconds)
    return found


def comparisons(
    what: str, ours: str, times: Mapping[str, float | None], aims: Mapping[str, tuple[str, Any]]
) -> list[Measurement]:
    """A measurement for each peer that has an aim."""
    seconds = times[ours]
    assert seconds is not None
    return [
        Measurement(what, seconds, name, times[name], text, holds) for name, (text, holds) in aims.items()
    ]
