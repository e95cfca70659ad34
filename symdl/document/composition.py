"""This module composes documents: it decides what is shown, in what order and detail, and in which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symdl.autodiff.rewriting import Facts
from symdl.checking.check import ORDER, Check, Strength
from symdl.core.dims import shape_text
from symdl.core.function import FUNCTIONS
from symdl.core.indexing import evaluate
from symdl.core.graph import Graph, Var, leaves
from symdl.core.naming import array_node, leaf
from symdl.core.op import Pointwise
from symdl.derivation.explanation import operation
from symdl.derivation.links import symbol
from symdl.derivation.paths import Edge
from symdl.derivation.step import Answer, Derivation, Phase, Step
from symdl.document.arithmetic import exact
from symdl.document.blocks import (
    Block, Document, Formula, Heading, Math, Note, Paragraph, Row, Span, Spans, StepBlock, Table,
)  # fmt: skip
from symdl.document.language import Language, language_named, typeset
from symdl.document.lines import Chain, LineWriter, View
from symdl.document.values import number_node, shaped, value_node
from symdl.formula.functions import SPELLINGS, FunctionSpelling, spelled
from symdl.formula.notation import Notation
from symdl.formula.spelling import parts
from symdl.formula.tree import Apply, Compare, Name, Node, Partial
from symdl.problems.problem import Problem
from symdl.text import Text

PHASES: tuple[Phase, ...] = ("forward", "backward", "path", "hessian", "update")
DETAILS = ("answer", "outline", "lecture", "tutorial", "audit")


@dataclass(frozen=True)
class Request:
    """How a sheet is wanted: language, detail, view, and the rules that its readers know already."""

    language: str = "en"
    detail: str = "lecture"
    view: View = "matrix"
    known: tuple[str, ...] = ()


def function_spellings() -> Mapping[str, FunctionSpelling]:
    """How every function of the library is printed."""
    return {**{f.key: spelled(f.key, f.tex) for f in FUNCTIONS.values()}, **SPELLINGS}


def notation_of(problem: Problem, derivation: Derivation) -> Notation:
    """The notation of a problem: its profile and names, the ranks of its quantities, names for its deltas."""
    raw = problem.raw.notation
    named = [var for var in problem.graph.variables() if isinstance(var.name, str)]
    ranks = {str(var.name).split("[")[0]: len(var.shape) for var in named}
    return Notation(
        profile=raw.profile or "z-a",
        overrides=dict(raw.names),
        ranks=ranks | _stepped(ranks),
        timed=frozenset(str(var.name).split("[")[0] for var in named if "[" in str(var.name)),
        deltas=deltas(problem.graph) if len(derivation.backwards) == 1 else {},
        functions=function_spellings(),
        local=differ(problem.graph),
    )


def _stepped(ranks: Mapping[str, int]) -> dict[str, int]:
    """The ranks of parameters before and after an update step."""
    return {f"{name}_{when}": rank for name, rank in ranks.items() for when in ("old", "new", "t0", "t1", "t2", "t3")}


def differ(graph: Graph) -> bool:
    """Whether some line holds a quantity both itself and by way of another one: there a total and a
    partial derivative differ, and are written differently."""
    above: dict[Var, frozenset[Var]] = {}
    for line, inside in leaves(graph).items():
        if line.name is None:
            continue
        reached = [above.get(var, frozenset()) for var in inside]
        if any(var in other for var in inside for other in reached):
            return True
        above[line] = frozenset(inside).union(*reached)
    return False


def deltas(graph: Graph) -> dict[str, str]:
    """Names for the adjoints of pre-activations: δ with the digits of the quantity."""
    found: dict[str, str] = {}
    before = {arg for e in graph.equations if _is_activation(e.op) for arg in e.args}
    for var in before:
        if isinstance(var.name, str) and var in graph.definition and "[" not in var.name:
            found[var.name] = f"delta{parts(var.name).digits}"
    return found if len(set(found.values())) == len(found) else {}


def _is_activation(op: object) -> bool:
    function = FUNCTIONS.get(getattr(op, "key", ""))
    return function is not None and (function.kind == "activation" or function.key == "softmax")


class Composer:
    """One document being composed."""

    def __init__(self, problem: Problem, derivation: Derivation, checks: Sequence[Check], request: Request) -> None:
        self.problem, self.derivation, self.checks, self.request = problem, derivation, checks, request
        self.language: Language = language_named(request.language)
        self.notation = notation_of(problem, derivation)
        self.digits = derivation.conventions.digits
        written = {name: given.items[0] for name, given in problem.given.items() if not given.shape}
        self.writer = LineWriter(derivation, Facts(problem.distributions), written, request.view)
        self.numbers = {step.id: str(k) for k, step in enumerate(derivation.steps, start=1)}

    def document(self) -> Document:
        """The whole sheet."""
        raw = self.problem.raw
        sheet = raw.sheet
        header = tuple(self._localized(part) for part in (sheet.course, sheet.teacher) if part is not None)
        return Document(
            title=self._title(), language=self.language.code, direction=self.language.direction,
            blocks=tuple(self._blocks()), labels=tuple(self.language.words.get("label", {}).items()),
            header=(" · ".join(header),) if header else (), source=(self._localized(raw.source),) if raw.source else (),
        )  # fmt: skip

    def _title(self) -> Spans:
        title = self.problem.title
        if title:
            return (self._localized(title),)
        (name, node), *_ = self.problem.lines.items() or [("", leaf("L"))]
        return (typeset(Compare("=", Name(name), node), self.notation),)

    def _localized(self, words: Any) -> str:
        if isinstance(words, Mapping):
            return str(words.get(self.language.code) or words.get("en") or next(iter(words.values())))
        return str(words)

    def _blocks(self) -> Iterator[Block]:
        if self.request.detail != "answer":
            yield from self._given()
            yield from self._conventions()
            for phase in PHASES:
                if phase == "backward":
                    yield from self._local_table()
                yield from self._phase(phase)
        yield from self._results()
        yield from self._check_tables()

    def say(self, key: str, **facts: Any) -> Spans:
        """A sentence of the language file."""
        return self.language.say(Text(key, facts), self.notation)

    # What is given

    def _given(self) -> Iterator[Block]:
        inputs = [var for var in self.problem.graph.inputs if isinstance(var.name, str)]
        if not inputs:
            return
        yield Heading(2, self.say("sheet.given"), "given")
        numeric = any(str(var.name) in self.problem.given for var in inputs)
        if not any(var.shape for var in inputs):
            yield Formula(tuple(Row(self._math(leaf(str(var.name))), "=", self._given_value(var)) for var in inputs if self._has(var)))
            return
        header = [self.say("sheet.quantity"), self.say("sheet.shape")] + ([self.say("sheet.value")] if numeric else [])
        rows = tuple(self._given_row(var, numeric) for var in inputs)
        yield Table(tuple(header), rows, align="lcl"[: len(header)])

    def _has(self, var: Var) -> bool:
        return str(var.name) in self.problem.given

    def _given_row(self, var: Var, numeric: bool) -> tuple[Spans, ...]:
        row: list[Spans] = [(self._math(leaf(str(var.name))),), (self._shape(var),)]
        if numeric:
            row.append((self._given_value(var),) if self._has(var) else ())
        return tuple(row)

    def _shape(self, var: Var) -> Span:
        if not var.shape:
            return self.language.word("sheet.scalar")
        text = shape_text(var.shape)
        return Math(text.replace("×", r"\times"), text)

    def _given_value(self, var: Var) -> Math:
        given = self.problem.given[str(var.name)]
        return self._math(array_node(given.items, given.shape))

    def _conventions(self) -> Iterator[Block]:
        lines = [*self._convention_lines()]
        if lines:
            spans: list[Span] = []
            for line in lines:
                spans.extend((" ", *line) if spans else line)
            yield Note("convention", self.say("sheet.conventions"), tuple(spans))

    def _convention_lines(self) -> Iterator[Spans]:
        choices = self.derivation.conventions
        if self.derivation.values:
            yield self.say(f"convention.rounding_{choices.rounding}", digits=choices.digits)
        kinked = [k for k in self._kinked() if self.derivation.backwards]
        if kinked and choices.kink == "default":
            for key in kinked:
                yield self.say("convention.kink_default", function=key, value=0)
        elif kinked:
            yield self.say("convention.kink_value", value=str(choices.kink))
        if any(answer.kind == "jacobian" for answer in self.derivation.answers):
            yield self.say(f"convention.jacobian_{choices.jacobian}")
        for name in sorted(self.problem.distributions & {str(v.name) for v in self.problem.graph.inputs}):
            if any("rule.fused" == step.because.key or "softmax" in str(step.claim.op.key) for step in self.derivation.steps):
                yield self.say("convention.distribution", name=leaf(name))

    def _kinked(self) -> list[str]:
        found = [
            e.op.key for e in self.problem.graph.equations
            if isinstance(e.op, Pointwise) and e.op.kinks and FUNCTIONS.get(e.op.key) is not None
        ]  # fmt: skip
        return list(dict.fromkeys(found))

    # Steps

    def _phase(self, phase: Phase) -> Iterator[Block]:
        steps = [step for step in self.derivation.steps if step.phase == phase and self._shown(step)]
        if not steps:
            return
        yield Heading(2, self.say(f"phase.{phase}"), phase)
        if self.language.has(f"phase.{phase}_intro") and self.request.detail != "outline":
            yield Paragraph(self.say(f"phase.{phase}_intro"))
        for step in steps:
            yield self.step_block(step)

    def _local_table(self) -> Iterator[Block]:
        """The local derivative on every edge of a graph of elementary nodes, with the rule behind it."""
        if self.problem.whole is None or self.request.detail == "outline":
            return
        rows = [self._edge_row(edge) for edge in self.writer.links.finder.all_edges()]
        if rows:
            yield Heading(2, self.say("phase.local"), "local")
            yield Paragraph(self.say("phase.local_intro"))
            keys = ("node", "rule", "local_derivative", "value") if self.derivation.values else ("node", "rule", "local_derivative")
            yield Table(tuple(self.say(f"sheet.{key}") for key in keys), tuple(row[: len(keys)] for row in rows), align="llll"[: len(keys)])

    def _edge_row(self, edge: Edge) -> tuple[Spans, ...]:
        target = str(edge.target.name)
        written = self.problem.graph.written[target]
        key = operation(written) if not isinstance(written, Apply) else "call"
        line = typeset(Compare("=", leaf(target), written), self.notation)
        local = typeset(Compare("=", symbol(edge), edge.formula), self.notation)
        value = () if edge.value is None else (typeset(number_node(edge.value, self.digits), self.notation),)
        return (line,), self.say(f"local.{key}"), (local,), value

    def _shown(self, step: Step) -> bool:
        if self.request.detail == "outline":
            return step.detail in ("answer", "outline") or step.phase == "forward"
        return True

    def step_block(self, step: Step) -> StepBlock:
        """One step as it is printed."""
        rows: list[Row] = []
        for chain in self.writer.chains(step):
            rows.extend(self._rows(chain, step))
        strength, note = self._strength(step)
        facts = {**step.because.facts, **self._cited(step)}
        return StepBlock(
            id=step.id, number=self.language.prose_number(self.numbers[step.id]),
            title=self.language.say(Text(f"{step.because.key}.title", facts), self.notation),
            sentence=self.language.say(Text(f"{step.because.key}.text", facts), self.notation),
            formula=Formula(tuple(rows)), strength=strength, check=note if self.request.detail in ("tutorial", "audit") else (),
        )  # fmt: skip

    def _cited(self, step: Step) -> dict[str, Any]:
        """The numbers of the lines that a step rests on."""
        numbers = [self.language.prose_number(self.numbers[i]) for i in step.uses if i in self.numbers]
        return {"lines": tuple(numbers)}

    def _rows(self, chain: Chain, step: Step) -> Iterator[Row]:
        left: Math | None = self._left(chain.left, step)
        before: Math | None = None
        for kind, node in chain.rows:
            approximate = kind == "result" and self._rounded(node, step)
            notation = self.notation.without_deltas() if kind in ("chain", "paths", "common") else self.notation
            if kind == "line" and self.request.view == "matrix" and step.because.key in SHAPED:
                node = shaped(node, self.writer.shapes)
            right = typeset(node, notation)
            if before is not None and right.plain == before.plain:
                continue  # no row where nothing changes
            note = self.say(f"move.{kind}") if self.language.has(f"move.{kind}") else ()
            yield Row(left, "≈" if approximate else "=", right, note)
            left, before = None, right

    def _left(self, node: Node, step: Step) -> Math:
        """The left side; an adjoint with a name of its own is introduced by it."""
        plain = typeset(node, self.notation.without_deltas())
        named = typeset(node, self.notation)
        if step.phase == "backward" and named.tex != plain.tex:
            return Math(f"{named.tex} = {plain.tex}", f"{named.plain} = {plain.plain}")
        return named

    def _rounded(self, node: Node, step: Step) -> bool:
        """Whether a result as printed differs from the value."""
        if step.value is None or self.derivation.conventions.rounding == "carry":
            return False
        flat: list[Node] = []
        stack = [node]
        while stack:
            item = stack.pop()
            items = getattr(item, "items", None)
            if items is not None:
                stack.extend(reversed(items))
            else:
                flat.append(item)
        printed = [evaluate(exact(item)) for item in flat]
        values = [float(x) for x in np.ravel(np.asarray(step.value, dtype=float))]
        if len(printed) != len(values):
            printed_set = {float(p) for p in printed if p is not None}
            return not all(any(abs(p - v) <= 1e-12 * max(1, abs(v)) for v in values) for p in printed_set)
        return any(p is None or abs(float(p) - v) > 1e-12 * max(1.0, abs(v)) for p, v in zip(printed, values, strict=True))

    def _strength(self, step: Step) -> tuple[Strength, Spans]:
        mine = [check for check in self.checks if check.step == step.id]
        if not mine:
            return "undecided", self.say("check.none")
        if any(check.outcome == "undecided" for check in mine) and all(check.outcome != "holds" for check in mine):
            return "undecided", self.say("check.undecided")
        best = max((check for check in mine if check.outcome == "holds"), key=lambda check: ORDER.index(check.strength))
        if step.phase == "forward":
            best = next((c for c in mine if c.claim == "line"), best)
        methods = tuple(dict.fromkeys(f"method.{check.method}" for check in mine if check.outcome == "holds"))
        words = tuple(self.language.word(key) for key in methods)
        return best.strength, self.say("check.by", methods=words)

    # Results

    def _results(self) -> Iterator[Block]:
        answers = [a for a in self.derivation.answers if a.kind in ("value", "gradient", "derivative", "jacobian", "hessian")]
        if not answers:
            return
        yield Heading(2, self.say("phase.results"), "results")
        rows: list[Row] = []
        for answer in answers:
            rows.extend(self._answer_rows(answer))
        for row in rows:
            yield Formula((row,)) if len(rows) > 12 else Formula(tuple(rows))
            if len(rows) <= 12:
                break

    def _answer_rows(self, answer: Answer) -> Iterator[Row]:
        if answer.left is None:
            return
        left: Math | None = typeset(answer.left, self.notation.without_deltas())
        if answer.kind != "value":
            for view in (self.request.view, "matrix", "scalar"):
                if view in answer.formula:
                    yield Row(left, "=", typeset(answer.formula[view], self.notation))
                    left = None
                    break
        result = value_node(answer.value, self.digits, answer.exact)
        if result is not None:
            yield Row(left, "=" if answer.exact is not None else "≈", typeset(result, self.notation))

    def _check_tables(self) -> Iterator[Block]:
        for answer in self.derivation.answers:
            if answer.kind != "check" or not answer.table:
                continue
            yield Heading(2, self.say("phase.check"), "check")
            yield Paragraph(self.say("phase.check_intro"))
            header = tuple(self.say(f"sheet.{key}") for key in ("entry", "derived", "numeric", "error"))
            rows = tuple(self._check_row(row) for row in answer.table)
            yield Table(header, rows, align="lrrr")

    def _check_row(self, row: Mapping[str, Any]) -> tuple[Spans, ...]:
        name = next(a.of for a in self.derivation.answers if a.kind == "check")
        entry = typeset(Partial(leaf(name), (leaf(row["entry"]),)), self.notation.without_deltas())
        numbers = [typeset(number_node(row[key], 7), self.notation) for key in ("derived", "numeric")]
        error = typeset(number_node(row["error"], 1), self.notation)
        return ((entry,), *((number,) for number in numbers), (error,))

    @cached_property
    def strengths(self) -> Mapping[str, int]:
        """How many lines have which strength."""
        found: dict[str, int] = {}
        for step in self.derivation.steps:
            key = self._strength(step)[0]
            found[key] = found.get(key, 0) + 1
        return found

    def _math(self, node: Node) -> Math:
        return typeset(node, self.notation)


SHAPED = frozenset({"rule.left_factor", "rule.right_factor", "rule.affine"})


def compose(problem: Problem, derivation: Derivation, checks: Sequence[Check], request: Request = Request()) -> Document:
    """The sheet of a derivation."""
    return Composer(problem, derivation, checks, request).document()
