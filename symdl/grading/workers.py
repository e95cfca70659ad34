"""This module marks a class in worker processes, with limits of time and memory.

A worker that hangs, runs out of memory or dies costs the answer it was at: its students are marked again one
by one, then answer by answer, and what fails alone is left to the teacher. Limits of memory are the operating
system's and missing on Windows.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from fractions import Fraction
from importlib import import_module
from typing import Any

from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.marker import Marker
from symdl.grading.reporting.report import Row
from symdl.grading.reporting.submissions import Submission
from symdl.problems.construction import build
from symdl.problems.problem import Problem
from symdl.problems.reading.schema import RawProblem
from symdl.registry import Recipe, plugins, recipes
from symdl.text import Text

MEMORY = 3 * 2**30  # of a worker's address space
START, EACH = 60.0, 5.0  # seconds for a worker to begin, and for each answer
STUDENTS = 12  # at a time
POOLS = 3  # of workers that are made one after the other, where one breaks
Group = list[Submission]  # the answers of one student

_marker: list[Marker] = []


def _prepare(raw: RawProblem, own: tuple[Recipe, ...], homes: tuple[str, ...]) -> None:
    """Make a worker ready: its limits, what was declared in this process or imported, and the problem."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        os.setsid()
    with suppress(Exception):  # a worker that is not ready says so when it is asked to mark
        plugins()
        for home in homes:
            import_module(home)
        for recipe in own:
            recipe()
        _marker.append(Marker(build(raw)))


class NotReady(Exception):
    """A worker that could not build the problem."""


def _mark(groups: Sequence[Group]) -> list[list[Row]]:
    if not _marker:
        raise NotReady
    return [_marker[0].student(group) for group in groups]


class Broken(Exception):
    """A pool that has ended as a whole: a worker was killed while it had nothing to do."""


def marked_apart(problem: Problem, groups: Sequence[Group], workers: int) -> list[list[Row] | None]:
    """The marks of every student, in order, by so many workers; None for those whom no worker could mark."""
    found: list[list[Row] | None] = [None] * len(groups)
    for _ in range(POOLS):
        left = [k for k, rows in enumerate(found) if rows is None]
        if not left:
            break
        try:
            with _pool(problem, workers) as pool:
                _fill(found, pool, groups, left)
        except NotReady:
            break
        except Broken:
            continue
    return found


@contextmanager
def _pool(problem: Problem, workers: int) -> Iterator[Any]:
    from pebble import ProcessPool

    context = multiprocessing.get_context("spawn")
    given = (problem.raw, recipes(), _homes())
    pool = ProcessPool(workers, initializer=_prepare, initargs=given, context=context)
    try:
        yield pool
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _fill(found: list[list[Row] | None], pool: Any, groups: Sequence[Group], left: list[int]) -> None:
    """Put the marks of those who are left in their places, as far as the pool bears."""
    chunks = [left[k : k + STUDENTS] for k in range(0, len(left), STUDENTS)]
    waiting = [(chunk, _sent(pool, [groups[k] for k in chunk])) for chunk in chunks]
    for chunk, future in waiting:
        for k, rows in zip(chunk, _received(pool, [groups[k] for k in chunk], future), strict=True):
            found[k] = rows


def _sent(pool: Any, groups: Sequence[Group]) -> Future[list[list[Row]]]:
    seconds = START + EACH * sum(map(len, groups))
    try:
        future: Future[list[list[Row]]] = pool.schedule(_mark, args=(list(groups),), timeout=seconds)
    except RuntimeError:
        raise Broken from None
    return future


def _received(pool: Any, groups: Sequence[Group], future: Future[list[list[Row]]]) -> list[list[Row]]:
    """What came back; where nothing did, the same in smaller pieces."""
    try:
        return future.result()
    except (NotReady, Broken):
        raise
    except (BrokenProcessPool, CancelledError):
        raise Broken from None
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
    """Whether workers can know what this process does: functions typed into a notebook live there only."""
    own = recipes()
    try:
        import pebble  # noqa: F401

        pickle.dumps((problem.raw, own))
    except (ImportError, pickle.PicklingError, AttributeError, TypeError):
        return False
    given = (value for recipe in own for value in recipe.options.values())
    return "__main__" not in (*_homes(), *(getattr(value, "__module__", "") for value in given))


def _homes() -> tuple[str, ...]:
    """The modules outside of the library in which mistakes were declared by functions."""
    made = (f for m in MISCONCEPTIONS.values() for f in (m.changes, m.rewrites, m.reruns, m.undoes) if f)
    homes = dict.fromkeys(getattr(f, "__module__", "symdl") for f in made)
    return tuple(home for home in homes if home.split(".")[0] != "symdl")
