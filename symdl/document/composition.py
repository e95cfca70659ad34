"""This module composes documents: it decides what is shown, in what order and detail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from symdl.checking.check import Check
from symdl.core.naming import leaf
from symdl.derivation.step import Derivation
from symdl.document.aloud.speech import spoken
from symdl.document.blocks import Block, Document, Heading, Spans
from symdl.document.closing import check_tables, likelihood_table, point_tables, results
from symdl.document.numerals import with_numerals
from symdl.document.opening import conventions, given
from symdl.document.pictures.graphs import graph_pictures
from symdl.document.pictures.heat import heat_pictures
from symdl.document.pictures.networks import network_pictures
from symdl.document.pictures.plots import run_pictures
from symdl.document.progress import progress
from symdl.document.request import PLAIN, Request
from symdl.document.sheet import PHASES, Sheet
from symdl.document.stepping import phase_blocks
from symdl.formula.tree import Compare
from symdl.problems.problem import Problem

SPECIAL = {
    "derivative": ("quotients", "quotients"),
    "gradient": ("pictures.norms", "norms"),
    "jacobian": ("pictures.norms", "reaches"),
    "show": ("explaining.definitions", "definitions"),
    "compare": ("comparison", "comparisons"),
    "separate": ("findings", "separations"),
    "nearest": ("findings", "neighbors"),
}


def compose(
    problem: Problem, derivation: Derivation, checks: Sequence[Check], request: Request = PLAIN
) -> Document:
    """The sheet of a derivation."""
    sheet = Sheet(problem, derivation, checks, request)
    raw = problem.raw
    header = [sheet.localized(part) for part in (raw.sheet.course, raw.sheet.teacher) if part is not None]
    document = Document(
        title=_title(sheet),
        language=sheet.language.code,
        direction=sheet.language.direction,
        blocks=tuple(_blocks(sheet)),
        labels=tuple(sheet.language.words.get("label", {}).items()),
        header=(" · ".join(header),) if header else (),
        source=(sheet.localized(raw.source),) if raw.source else (),
    )
    code = sheet.language.code
    return with_numerals(spoken(document, code), request.numerals, code)


def _title(sheet: Sheet) -> Spans:
    """The title of the problem, or its last line."""
    if sheet.problem.title:
        return (sheet.localized(sheet.problem.title),)
    if not sheet.problem.lines:
        return (sheet.language.word("sheet.untitled"),)
    name, node = list(sheet.problem.lines.items())[-1]
    return (sheet.math(Compare("=", leaf(name), node)),)


def _blocks(sheet: Sheet) -> Iterator[Block]:
    if sheet.request.detail != "answer":
        opening = [*given(sheet), *conventions(sheet)]
        yield from opening
        yield from network_pictures(sheet, len(opening))
        for phase in PHASES:
            yield from phase_blocks(sheet, phase)
            if phase == "forward":
                yield from heat_pictures(sheet)
                yield from _states(sheet)
            if phase == "backward" and not sheet.very_long:
                yield from graph_pictures(sheet)
    yield from _special(sheet, "show")
    for block in progress(sheet):
        yield block
        if isinstance(block, Heading) and sheet.request.detail != "answer":
            yield from run_pictures(sheet)
    yield from _special(sheet, "compare")
    yield from _special(sheet, "separate")
    yield from _special(sheet, "nearest")
    yield from results(sheet)
    yield from graph_pictures(sheet) if sheet.very_long else ()
    yield from point_tables(sheet)
    yield from likelihood_table(sheet)
    if sheet.request.detail != "answer":
        yield from _special(sheet, "derivative")
        yield from _special(sheet, "gradient")
        yield from _special(sheet, "jacobian")
        yield from check_tables(sheet)


def _states(sheet: Sheet) -> Iterator[Block]:
    """The table of all states, by a module that comes when a problem has one."""
    if sheet.tabled is not None:
        yield from import_module("symdl.document.states").state_table(sheet)


def _special(sheet: Sheet, kind: str) -> Iterator[Block]:
    """What is composed for a kind of ask that few problems have, by modules that come when one has it."""
    if any(answer.kind == kind for answer in sheet.derivation.answers):
        module, name = SPECIAL[kind]
        yield from getattr(import_module(f"symdl.document.{module}"), name)(sheet)
