"""This module marks a class in worker processes, with limits of time and memory.

A worker that hangs, runs out of memory or dies costs the answer it was at: its students are marked again one
by one, then answer by answer, and what fails alone is left to the teacher. Limits of memory are the operating
system's and missing on Windows.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from fractions import Fraction
from typing import Any

from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.marker import Marker
from symdl.grading.reporting.report import Row
from symdl.grading.reporting.submissions import Submission
from symdl.problems.construction import build
from symdl.problems.problem import Problem
from symdl.problems.reading.schema import RawProblem
from symdl.text import Text

MEMORY = 3 * 2**30  # of a worker's address space
START, EACH = 60.0, 5.0  # seconds for a worker to begin, and for each answer
STUDENTS = 12  # at a time
Group = list[Submission]  # the answers of one student

_marker: list[Marker] = []


def _prepare(raw: RawProblem) -> None:
    """Make a worker ready: its limits, and the problem."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        os.setsid()
    _marker.append(Marker(build(raw)))


def _mark(groups: Sequence[Group]) -> list[list[Row]]:
    return [_marker[0].student(group) for group in groups]


def marked_apart(problem: Problem, groups: Sequence[Group], workers: int) -> list[list[Row]]:
    """The marks of every student, in order, by so many workers."""
    from pebble import ProcessPool

    context = multiprocessing.get_context("spawn")
    with ProcessPool(workers, initializer=_prepare, initargs=(problem.raw,), context=context) as pool:
        chunks = [groups[k : k + STUDENTS] for k in range(0, len(groups), STUDENTS)]
        waiting = [(chunk, _sent(pool, chunk)) for chunk in chunks]
        found = [rows for chunk, future in waiting for rows in _received(pool, chunk, future)]
    return found


def _sent(pool: Any, groups: Sequence[Group]) -> Future[list[list[Row]]]:
    seconds = START + EACH * sum(map(len, groups))
    future: Future[list[list[Row]]] = pool.schedule(_mark, args=(list(groups),), timeout=seconds)
    return future


def _received(pool: Any, groups: Sequence[Group], future: Future[list[list[Row]]]) -> list[list[Row]]:
    """What came back; where nothing did, the same in smaller pieces."""
    try:
        return future.result()
    except Exception as error:  # whatever kills a worker, the others' marks stand
        if len(groups) > 1:
            return [rows for group in groups for rows in _received(pool, [group], _sent(pool, [group]))]
        (group,) = groups
        if len(group) == 1:
            return [[lost(group[0], type(error).__name__)]]
        return [[_received(pool, [[one]], _sent(pool, [[one]]))[0][0] for one in group]]


def lost(handed: Submission, reason: str) -> Row:
    """The row of an answer at which the worker ended."""
    said = (Text("verdict.undecided", {"reason": reason}),)
    return Row(handed.student, handed.question, Fraction(0), Fraction(0), "undecided", said=said)


def available(problem: Problem) -> bool:
    """Whether workers know all that this process does: own declarations live here only."""
    try:
        import pebble  # noqa: F401
    except ImportError:
        return False
    own = [m for m in MISCONCEPTIONS.values() for f in (m.changes, m.rewrites, m.reruns, m.undoes) if f]
    homes = {
        getattr(f, "__module__", "symdl").split(".")[0]
        for m in own
        for f in (m.changes, m.rewrites, m.reruns, m.undoes)
        if f is not None
    }
    return homes <= {"symdl"}
