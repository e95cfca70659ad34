"""This module reads a rubric: the points of questions, and which questions it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, get_args

from symdl.errors import ProblemError, SymdlError
from symdl.formula.tree import Number
from symdl.grading.status import Status
from symdl.problems.placing import with_place
from symdl.problems.reading.schema import RawProblem
from symdl.registry import nearest


def weighed(raw: RawProblem, asked: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The points of what is asked for, and of whatever else a rubric gives points to."""
    found = dict(asked)
    for id, stated in _named(raw).items():
        found[whole_id(id, found)] = with_place(lambda stated=stated: _fraction(stated), raw, "rubric", id)
    return found


def check_rubric(raw: RawProblem, find: Callable[[str], object], known: Iterable[str]) -> None:
    """See to it that a rubric names questions that there are."""
    words = [*(name for name in known if name not in raw.rubric), *get_args(Status)]

    def found(id: str) -> None:
        try:
            find(id)
        except SymdlError as error:
            if error.key != "grading.unknown_question":
                raise
            raise ProblemError("grading.rubric_key", name=id, nearest=nearest(id, words)) from None

    for id in _named(raw):
        with_place(lambda id=id: found(id), raw, "rubric", id)


def _named(raw: RawProblem) -> dict[str, Any]:
    """What a rubric says about single questions."""
    return {id: stated for id, stated in raw.rubric.items() if id not in get_args(Status)}


def points_of(ask: Any, count: int) -> Fraction:
    """The points of an ask with so many answers."""
    return Fraction(count) if ask.points is None else _fraction(ask.points)


def _fraction(value: Any) -> Fraction:
    try:
        points = value.value if isinstance(value, Number) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ProblemError("grading.points", got=value) from None
    if points < 0:
        raise ProblemError("grading.points", got=str(points))
    return points


def whole_id(id: str, asked: Mapping[str, Fraction]) -> str:
    """An id as it is known among those that are asked."""
    id = normal(id)
    longer = [each for each in asked if each.startswith(f"{id}.")]
    return longer[0] if id not in asked and len(longer) == 1 else id


def normal(id: str) -> str:
    """An id without blanks."""
    return id.replace(" ", "")
