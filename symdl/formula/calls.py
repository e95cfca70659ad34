"""This module reads what stands in brackets: arguments, keywords, bound sums, subscripts, literal arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Literal

from symdl.formula.characters import canonical
from symdl.formula.cursor import Cursor
from symdl.formula.tokens import Token
from symdl.formula.tree import Apply, Array, Bars, Name, Node, Power, Repeat, RepeatOver, Slice, number

RELATIONS = frozenset({"=", "==", "<", ">", "<=", ">=", "!="})
BINDERS = ("sum", "prod")
BASED = "log_base"  # the logarithm of its first argument to the base of its second
REDUCTIONS = frozenset({"sum", "mean", "max", "min"})

Expression = Callable[[], Node]  # reads one whole expression, comparisons included


def call(cursor: Cursor, function: str, expression: Expression) -> Node:
    """A call after its name: `(a, b, key=c)`, or a bound sum `(e, i=1..N)`."""
    opening = cursor.advance()
    indices = _indices_ahead(cursor) if function in BINDERS else ()
    if indices:
        return _bound_sum(cursor, opening, function, indices, expression)
    args: list[Node] = []
    keywords: dict[str, Node] = {}
    sized = function in REDUCTIONS and cursor.token.kind == "|" and cursor.ahead() != "|"
    while cursor.token.kind != ")" or args or keywords:
        _argument(cursor, args, keywords, expression)
        if not cursor.accept(","):
            break
    cursor.close(opening)
    if sized and len(args) == 1:
        args = [entry_sizes(args[0])]
    if function in ("max", "min") and len(args) > 2 and not keywords:
        return reduce(lambda left, right: Apply(function, (left, right)), args)
    return based(cursor, function, args) or Apply(function, tuple(args), tuple(keywords.items()))


def based(cursor: Cursor, function: str, args: list[Node]) -> Node | None:
    """A logarithm to a base of its own: `log(x, 3)`, `log_3(x)`; None for any other call."""
    word, _, base = function.partition("_")
    if word != "log" or BASED not in cursor.scope.functions:
        return None
    if base and function not in cursor.scope.functions and len(args) == 1:
        return Apply(BASED, (args[0], number(int(base)) if base.isdigit() else Name(base)))
    return Apply(BASED, tuple(args)) if not base and len(args) == 2 else None


def entry_sizes(node: Node) -> Node:
    """Single bars in a reduction are taken entry by entry: `sum(|w|)` adds the sizes of all entries, and
    `mean(|e|^2)` is the mean of their squares. The sum of a norm would be the norm: it is `sum(||w||)`.
    """
    match node:
        case Bars(arg):
            return Apply("abs", (arg,))
        case Power(Bars(arg), exponent):
            return Power(Apply("abs", (arg,)), exponent)
    return node


def _argument(cursor: Cursor, args: list[Node], keywords: dict[str, Node], expression: Expression) -> None:
    token = cursor.token
    if token.kind == "word" and cursor.ahead() == "=":
        if token.text in keywords:
            raise cursor.refuse("duplicate_keyword", token, name=token.text)
        cursor.at += 2
        keywords[token.text] = expression()
    elif keywords:
        raise cursor.refuse("positional_after_keyword", token, keyword=next(reversed(keywords)))
    else:
        args.append(expression())


def _indices_ahead(cursor: Cursor) -> tuple[str, ...]:
    """The names bound later in this bracket, which the body needs to know first."""
    found: list[str] = []
    depth, at = 0, cursor.at
    while cursor.tokens[at].kind != "end" and depth >= 0:
        kind = cursor.tokens[at].kind
        depth += (kind in "([") - (kind in ")]")
        if depth == 0 and kind == "," and _binds(cursor, at + 1):
            found.append(canonical(cursor.tokens[at + 1].text))
        at += 1
    return tuple(found)


def _binds(cursor: Cursor, at: int) -> bool:
    """Whether a name with its range starts here: `i = 1..N` or `v in binary(2)`."""
    if cursor.tokens[at].kind != "word":
        return False
    following = cursor.tokens[at + 1]
    if following.kind == "word":
        return following.text == "in"
    return following.kind == "=" and _range_follows(cursor, at + 2)


def _range_follows(cursor: Cursor, at: int) -> bool:
    depth = 0
    for token in cursor.tokens[at:]:
        depth += (token.kind in "([") - (token.kind in ")]")
        if depth < 0 or token.kind == "end" or (depth == 0 and token.kind == ","):
            return False
        if depth == 0 and token.kind == "..":
            return True
    return False


def _bound_sum(
    cursor: Cursor, opening: Token, function: str, indices: tuple[str, ...], expression: Expression
) -> Node:
    """`sum(e, i=1..N, j=1..i)` is a sum over i of sums over j."""
    outer, start = cursor.bound, cursor.tokens[cursor.at - 2].start
    cursor.bound = outer + indices
    body = expression()
    ranges: list[tuple[str, Node, Node | None]] = []
    for k, index in enumerate(indices):
        if not cursor.accept(","):
            raise cursor.unexpected(closing=",")
        cursor.bound = outer + indices[:k]
        ranges.append(_range(cursor, index, expression))
    cursor.bound = outer
    cursor.close(opening)
    for index, first, last in reversed(ranges):
        body = _repeat(function, body, index, first, last)
        cursor.mark(body, start)
    return body


def _range(cursor: Cursor, index: str, expression: Expression) -> tuple[str, Node, Node | None]:
    cursor.at += 1
    if cursor.advance().kind == "word":
        return index, expression(), None
    first = expression()
    if not cursor.accept(".."):
        raise cursor.unexpected(closing="..")
    return index, first, expression()


def _repeat(function: str, body: Node, index: str, first: Node, last: Node | None) -> Node:
    kind: Literal["sum", "prod"] = "sum" if function == "sum" else "prod"
    if last is None:
        return RepeatOver(kind, body, index, first)
    return Repeat(kind, body, index, first, last)


def subscripts(cursor: Cursor, expression: Expression) -> tuple[Node | Slice, ...]:
    """What stands in `W[1, 2]`, `W[1, :]` or `x[2:4]`, brackets included."""
    opening = cursor.advance()
    found = [_subscript(cursor, expression)]
    while cursor.accept(","):
        found.append(_subscript(cursor, expression))
    cursor.close(opening)
    return tuple(found)


def _subscript(cursor: Cursor, expression: Expression) -> Node | Slice:
    start = None if cursor.token.kind == ":" else expression()
    if start is not None and cursor.token.kind != ":":
        return start
    cursor.advance()
    return Slice(start, None if cursor.token.kind in (",", "]") else expression())


def array(cursor: Cursor, expression: Expression) -> Array:
    """A literal `[a, b]`, or a matrix by its rows."""
    opening = cursor.advance()
    if cursor.token.kind == "]":
        raise cursor.refuse("empty_array", opening)
    items = [expression()]
    while cursor.accept(","):
        items.append(expression())
    cursor.close(opening)
    widths = {len(item.items) if isinstance(item, Array) else None for item in items}
    if len(widths) > 1:
        raise cursor.refuse("ragged_array", opening)
    return Array(tuple(items))


def compares_ahead(cursor: Cursor) -> bool:
    """Whether the bracket that starts here holds a comparison."""
    depth = 0
    for token in cursor.tokens[cursor.at :]:
        depth += (token.kind in "([") - (token.kind in ")]")
        if depth == 1 and token.kind in RELATIONS:
            return True
        if depth == 0:
            return False
    return False
