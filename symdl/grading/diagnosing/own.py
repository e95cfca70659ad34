"""This module declares misconceptions of a teacher's own by formulas, each told in the teacher's words.

What is believed of a function (its value, its derivative), of a line of an update rule, of a part of any
line or of the answer as a whole is written down once; where it can occur follows from the graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symdl.arguments import spoken
from symdl.errors import SymdlError
from symdl.grading.diagnosing.beliefs import Beliefs, Changes, Texts, turned
from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS, Misconception
from symdl.registry import remember
from symdl.text import OWN

PLACE = "place"


def misconception(
    key: str,
    *,
    words: Texts | str,
    name: Texts | str | None = None,
    answer: str | Sequence[str] = (),
    derivative: Texts | None = None,
    value: Texts | None = None,
    lines: Texts | None = None,
    updates: Mapping[str, Texts] | None = None,
    changes: Changes | None = None,
    convention: bool = False,
) -> Misconception:
    """Declare a mistake of one's own; marking looks for it before the others and names it in your words.

    words: what the student is told, by language; `{place}` stands for where it happened.
    name: the mistake in a few words, by language, for lists and the report of a class.
    answer: what becomes of the right answer as a whole, `"answer / 2"`; several ways in a list.
    derivative: of a function, what is taken for its derivative, in its argument and its output `y`.
    value: of a function, what is taken for it: `{"relu": "|x|"}`.
    lines: what a part of a line is written as; each letter stands for anything: `{"u - v": "u + v"}`.
    updates: of an update rule, its lines as they are mistaken: `{"momentum": {"v": "momentum v - g"}}`.
    changes: a generator of changes of the graph, as the library's mistakes are, for what formulas cannot say.
    convention: whether it is no mistake but another convention.

    A formula that cannot be read, a function or a rule that there is none of, words that ask for a fact that
    there is none of raise a `SymdlError`, and nothing stays declared.

    >>> made = misconception(
    ...     "tanh_as_sigmoid", derivative={"tanh": "y (1 - y)"},
    ...     words={"en": "At {place}, tanh was differentiated as if it were the sigmoid."},
    ... )
    >>> import symdl
    >>> p = symdl.problem(given={"x": 2, "w": "1/3"}, let={"z": "w x", "a": "tanh(z)", "L": "a^2"},
    ...                   asks=[{"gradient": "L", "by": "w"}])
    >>> symdl.grade(p, {"gradient.L.w": "2 a a (1 - a) x"}).rows[0].feedback
    'At a, tanh was differentiated as if it were the sigmoid.'
    >>> MISCONCEPTIONS.remove("tanh_as_sigmoid")
    """
    ways = (answer,) if isinstance(answer, str) else tuple(answer)
    beliefs = Beliefs(derivative or {}, value or {}, lines or {}, updates or {}, changes)
    turns = tuple(map(turned, ways))
    beliefs.trees  # noqa: B018  (they are read here)
    if not turns and beliefs.empty:
        raise SymdlError("misconception_of_nothing", name=key)
    said = {f"misconception.{key}": spoken(key, words, (PLACE,))}
    said[f"cause.{key}"] = spoken(key, key.replace("_", " ") if name is None else name)
    made = MISCONCEPTIONS.register(
        Misconception(
            key,
            beliefs.changed,
            turns,
            convention,
            rewrites=beliefs.rewritten,
            reruns=beliefs.rerun,
            own=True,
        )
    )
    OWN.update(said)
    remember(
        MISCONCEPTIONS, misconception, key, words=words, name=name, answer=answer, derivative=derivative,
        value=value, lines=lines, updates=updates, changes=changes, convention=convention,
    )  # fmt: skip
    return made
