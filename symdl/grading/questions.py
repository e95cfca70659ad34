"""This module turns ids into questions: what `gradient.L.W1` or `update.m.W1[2]` is, and its answer.

A question picks its answer from the values of a graph, so the right answer is known at every point and not
only at the given one. Answers that are lists of records (updates) are known as numbers only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from symdl.autodiff.reverse import backward
from symdl.autodiff.second_order import hessian
from symdl.core.evaluation import Values
from symdl.core.graph import Adjoint, Graph, Var
from symdl.core.naming import leaf
from symdl.derivation.step import Answer
from symdl.errors import ProblemError, SymdlError
from symdl.formula.tree import Node
from symdl.grading.picking import block, plain, value_of
from symdl.grading.question import Question
from symdl.grading.rubric import points_of, weighed, whole_id
from symdl.grading.stepping import steppings
from symdl.models.optimizers import RATE
from symdl.problems.names import base_name, declared
from symdl.problems.problem import Problem
from symdl.problems.reading.asks import answer_ids
from symdl.problems.solution import worked
from symdl.problems.solver import Solver
from symdl.registry import nearest

_STEP = re.compile(r"^(.*)\[(\d+)\]$")
ASKED = ("value", "gradient", "derivative", "hessian", "hessian_vector", "jacobian", "update", "paths")
_ENTRY = re.compile(r"^(.*)\[(\d+(?:,\d+)+)\]((?:\[\d+\])?)$")


class Questions:
    """All questions of a problem: those it asks, and any named quantity or adjoint besides."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.solver = Solver(problem)
        self.derivation = worked(self.solver)
        self.steppings = tuple(steppings(self.solver))
        self._found: dict[str, Question] = {}

    @property
    def graph(self) -> Graph:
        """Forward and backward lines together."""
        return self.solver.current

    @cached_property
    def asked(self) -> dict[str, Fraction]:
        """The ids that the problem asks for, with their points: an ask's points are shared by its answers.

        A rubric may give a question other points, and points to quantities that are not asked for.
        """
        found: dict[str, Fraction] = {}
        by_id = {answer.id: answer for answer in self.derivation.answers}
        for ask in self.problem.asks:
            if ask.kind not in ASKED:
                continue
            ids = self._ids(ask, by_id)
            whole = points_of(ask, len(ids))
            found.update({id: whole / len(ids) for id in ids})
        return weighed(self.problem.raw, found)

    @cached_property
    def forms(self) -> dict[str, tuple[str, ...]]:
        """The forms asked for, by the ids of the questions."""
        by_id = {answer.id: answer for answer in self.derivation.answers}
        stated = [ask for ask in self.problem.asks if ask.answer_form and ask.kind in ASKED]
        return {id: ask.answer_form for ask in stated for id in self._ids(ask, by_id)}

    def _ids(self, ask: Any, by_id: dict[str, Answer]) -> list[str]:
        ids = [answer.id for answer in answer_ids(ask)]
        known = [id for id in ids if id in by_id]
        if known:
            return known
        start = f"{ask.kind}.{'' if ask.kind == 'update' else ask.subject + '.'}"
        return [id for id in by_id if id.startswith(start)] or ids

    def __getitem__(self, id: str) -> Question:
        key = self.whole(id)
        if key not in self._found:
            self._found[key] = replace(self._question(key), forms=self.forms.get(key, ()))
        return self._found[key]

    def whole(self, id: str) -> str:
        """An id as it is known; the start of a single one, `hessian.f` of `hessian.f.x,y`, is that one."""
        return whole_id(id, self.asked)

    def _question(self, id: str) -> Question:
        points = self.asked.get(id, Fraction(0))
        answer = next((a for a in self.derivation.answers if a.id == id), None)
        kind, _, rest = id.partition(".")
        if answer is not None:
            return self._answered(id, answer, points)
        if kind == "value":
            return self._quantity(id, kind, rest, points)
        if kind in ("gradient", "adjoint", "derivative"):
            of, _, by = rest.partition(".")
            return self._adjoint(id, kind, of, by, points)
        if kind == "update":
            return self._update(id, rest, points)
        step = _STEP.match(id)
        own = next((a for a in self.derivation.answers if step and a.id == step.group(1)), None)
        if own is not None and step is not None and own.kind == "update":
            return self._update(id, f"{own.by}[{step.group(2)}]", points, own)
        raise self._unknown(id)

    def _unknown(self, id: str) -> SymdlError:
        known = [*self.asked, *(f"value.{n}" for n in self.graph.by_name if isinstance(n, str))]
        own = next(
            (asked for asked in self.asked if id.startswith(f"{asked}.")), None
        )  # `gv.v` where `gv` is asked
        return ProblemError("grading.unknown_question", name=id, nearest=own or nearest(id, known))

    def _answered(self, id: str, answer: Answer, points: Fraction) -> Question:
        if answer.kind == "update":
            return self._update(id, answer.by, points, answer)
        if answer.kind == "hessian":
            return self._hessian(id, answer, points)
        if answer.kind == "hessian_vector":
            return self._moved(id, answer, points)
        if answer.kind == "value":
            return self._quantity(id, "value", answer.of, points)
        if (
            answer.kind == "derivative"
            and isinstance(order := getattr(answer.left, "by", ()), tuple)
            and len(order) > 1
        ):
            return self._repeated(id, answer, len(order), points)
        if answer.kind in ("gradient", "derivative"):
            return self._adjoint(id, answer.kind, answer.of, answer.by, points)
        if answer.var is not None and answer.var in dict.fromkeys(self.graph.variables()):
            return self._var(id, answer.kind, answer.var, None, points, answer.left)
        return Question(id, answer.kind, points, known=answer.value)

    def _quantity(self, id: str, kind: str, name: str, points: Fraction) -> Question:
        var, place = self._located(id, declared(name))
        return self._var(id, kind, var, place, points, leaf(declared(name)))

    def _adjoint(self, id: str, kind: str, of: str, by: str, points: Fraction) -> Question:
        loss = declared(of)
        var, place = self._located(id, declared(by))
        if loss not in self.solver.backwards:
            self.solver.backward(loss, (str(var.name),))
        adjoint = self.solver.backwards[loss].adjoints.get(var)
        if adjoint is None:
            raise self._unknown(id)
        question = self._var(id, kind, adjoint, place, points, leaf(Adjoint(loss, str(var.name))))
        return question

    def _located(self, id: str, name: str) -> tuple[Var, tuple[int, ...] | None]:
        whole = self.graph.by_name.get(name)
        if whole is not None:
            return whole, None
        var = self.graph.by_name.get(base_name(name))
        if var is None or "[" not in name:
            raise self._unknown(id)
        inside = name[len(base_name(name)) + 1 : -1].split(",")
        place = tuple(int(k) - 1 for k in inside if k.strip().isdigit())
        sizes = [n if isinstance(n, int) else 10**9 for n in var.shape]
        if (
            len(place) != len(inside)
            or len(place) != len(sizes)
            or any(not 0 <= k < n for k, n in zip(place, sizes, strict=True))
        ):
            raise self._unknown(id)
        return var, place

    def _var(
        self, id: str, kind: str, var: Var, place: tuple[int, ...] | None, points: Fraction, left: Node | None
    ) -> Question:
        def pick(values: Values) -> Any:
            whole = value_of(values, var)
            return whole if place is None else whole[place]

        known = pick(self.solver.values) if var in self.solver.values else None
        own = () if var.name is None or place is not None else (leaf(var.name),)
        restates = tuple(dict.fromkeys((*own, *((left,) if left is not None else ()))))
        views = next((a.formula for a in self.derivation.answers if a.var == var and place is None), {})
        formulas = tuple(dict.fromkeys(views.values()))
        return Question(id, kind, points, self.graph, pick, plain(known), var, restates, formulas=formulas)

    def _moved(self, id: str, answer: Answer, points: Fraction) -> Question:
        """The Hessian times a direction, in any form of the derivative of the gradient along the line."""
        line = next(s for s in self.derivation.steps if s.phase == "tangent" and s.left == answer.left)
        product = line.claim.out

        def pick(values: Values) -> Any:
            return value_of(values, product)

        return Question(id, answer.kind, points, line.graph, pick, plain(answer.value))

    def _hessian(self, id: str, answer: Answer, points: Fraction) -> Question:
        whole = self.problem.whole
        graph = (
            whole if whole is not None and declared(answer.of) == whole.output.name else self.problem.graph
        )
        names = answer.by.split(",") if answer.by else [str(v.name) for v in graph.inputs]
        found = hessian(
            graph, graph.by_name[declared(answer.of)], [graph.by_name[base_name(declared(n))] for n in names]
        )

        def pick(values: Values) -> Any:
            rows = [np.hstack([block(values, found, row, c) for c in found.by]) for row in found.by]
            return np.vstack(rows)

        marks = {"hessian": True}
        return Question(id, "hessian", points, found.graph, pick, plain(answer.value), history=marks)

    def _repeated(self, id: str, answer: Answer, order: int, points: Fraction) -> Question:
        graph = self.problem.whole or self.problem.graph
        by, var = graph.by_name[declared(answer.by)], graph.by_name[declared(answer.of)]
        for _ in range(order):
            swept = backward(graph, var, [by])
            graph, var = swept.graph, swept.adjoints[by]
        return Question(
            id, "derivative", points, graph, lambda values: value_of(values, var), plain(answer.value)
        )

    def _update(self, id: str, rest: str, points: Fraction, own: Answer | None = None) -> Question:
        """`update.W1[2]` after step 2, `update.m.W1[2]` the state; `own` where an ask has an id."""
        entry = _ENTRY.match(rest)
        if entry is not None:
            whole = self._update(id, f"{entry.group(1)}{entry.group(3)}", points, own)
            return self._entry(whole, tuple(int(k) - 1 for k in entry.group(2).split(",")))
        found = _STEP.match(rest)
        name, step = (found.group(1), int(found.group(2))) if found else (rest, None)
        state, _, parameter = name.rpartition(".")
        for answer in self.derivation.answers if own is None else (own,):
            if answer.kind == "update" and answer.by == declared(parameter) and answer.table:
                record = next((r for r in answer.table if step in (None, r["t"])), None)
                record = answer.table[-1] if step is None else record
                if record is not None and (not state or state in record["state"]):
                    value = record["state"][state] if state else record["parameters"][answer.by]
                    history = {} if state else self._history(answer, record["t"])
                    key = (answer.by, state, record["t"])
                    return Question(
                        id, "update", points, known=plain(value), history=history, record=key,
                        start=answer.table[0]["parameters"],
                    )  # fmt: skip
        raise self._unknown(id)

    def _entry(self, whole: Question, place: tuple[int, ...]) -> Question:
        """One entry of a parameter after a step."""
        shape = np.shape(whole.known)
        if len(shape) != len(place) or any(not 0 <= k < n for k, n in zip(place, shape, strict=True)):
            raise self._unknown(whole.id)
        history = {k: np.asarray(v)[place] if k == "before" else v for k, v in whole.history.items()}
        history |= {"record": whole.record, "place": place}  # whose runs it is an entry of
        return replace(whole, known=float(whole.known[place]), history=history, record=None)

    def _history(self, answer: Answer, t: int) -> dict[str, Any]:
        """The parameter before a step and the learning rate of the ask."""
        before = next((r["parameters"][answer.by] for r in answer.table if r["t"] == t - 1), None)
        run = next((s for s in self.steppings if s.start is answer.table[0]["parameters"]), None)
        rate = None if run is None else run.plan.settings.get(RATE)
        return {} if before is None or rate is None else {"before": plain(before), "rate": float(rate)}
