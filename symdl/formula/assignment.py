"""This module reads a named line of a problem: what is defined, and by which formula."""

from __future__ import annotations

from typing import NamedTuple

from symdl.formula.characters import canonical
from symdl.formula.cursor import Cursor
from symdl.formula.reader import Parser
from symdl.formula.scope import Scope
from symdl.formula.tree import Assign, Node

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")


class _Target(NamedTuple):
    name: str
    parameters: tuple[str, ...] | None = None
    counter: str | None = None
    start: Node | None = None
    stop: Node | None = None


def read_assignment(left: str, right: str, scope: Scope) -> Assign:
    """A line of `[let]`: `z1`, `D(x)`, `h, c` or `h[t=1..T]` on the left, a formula on the right.

    The right side knows the parameters, the index and, in a repetition, the targets themselves.

    >>> read_assignment("h[t=1..3]", "h[t-1] / 2", Scope(frozenset())).targets
    ('h',)
    """
    parser = Parser(left, scope)
    targets = [_target(parser)]
    while parser.accept(","):
        targets.append(_target(parser))
    parser.finish()
    first = _agreed(parser, targets)
    names = tuple(target.name for target in targets)
    own = names if first.counter else ()
    formula = Parser(right, scope, (*own, *(first.parameters or ()), *filter(None, [first.counter])))
    _refuse_equation(formula)
    value = formula.whole()
    return Assign(names, value, first.parameters, first.counter, first.start, first.stop)


def _refuse_equation(parser: Parser) -> None:
    """What is defined stands on the left already: an equals sign outside of brackets is one too many."""
    depth = 0
    for token in parser.tokens:
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        if token.kind == "=" and not depth:
            raise parser.refuse("equation", token)


def _agreed(parser: Parser, targets: list[_Target]) -> _Target:
    """The first target, once all are known to differ in name only."""
    first = targets[0]
    alone = first.parameters is not None and len(targets) > 1
    if alone or any(target[1:] != first[1:] for target in targets):
        raise parser.refuse("mixed_targets", parser.tokens[0])
    if len({target.name for target in targets}) < len(targets):
        raise parser.refuse("duplicate_target", parser.tokens[0])
    return first


def _target(parser: Parser) -> _Target:
    name = _new_name(parser)
    if parser.token.kind == "(":
        return _Target(name, _parameters(parser))
    if parser.token.kind == "[" and parser.ahead() == "number":
        return _Target(name + _place(parser))
    if parser.token.kind == "[":
        return _Target(name, None, *_repetition(parser))
    return _Target(name)


def _new_name(cursor: Cursor) -> str:
    """A whole word, never split: it is being defined here."""
    token = cursor.token
    if token.kind != "word":
        raise cursor.refuse("expected_name", token, found=cursor.quoted(token))
    cursor.advance()
    return canonical(token.text)


def _parameters(cursor: Cursor) -> tuple[str, ...]:
    opening = cursor.advance()
    found = [_new_name(cursor)]
    while cursor.accept(","):
        found.append(_new_name(cursor))
    cursor.close(opening)
    if len(set(found)) < len(found):
        raise cursor.refuse("duplicate_parameter", opening)
    return tuple(found)


def _place(parser: Parser) -> str:
    """The place of a state that is a line by itself, the `[0]` of `h[0]`."""
    parser.advance()
    token = parser.advance()
    if not token.text.isdecimal():
        raise parser.refuse("expected_name", token, found=parser.quoted(token))
    if not parser.accept("]"):
        raise parser.unexpected(closing="]")
    return f"[{int(token.text)}]"


def _repetition(parser: Parser) -> tuple[str, Node, Node]:
    opening = parser.advance()
    index = _new_name(parser)
    if not parser.accept("="):
        raise parser.unexpected(closing="=")
    start = parser.expression()
    if not parser.accept(".."):
        raise parser.unexpected(closing="..")
    stop = parser.expression()
    parser.close(opening)
    return index, start, stop
