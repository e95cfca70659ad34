"""This module judges the form of a right answer, where a question asks for one.

A form is asked for beside the ask: `answer_form = "expanded"`, `"factored"`, `"fraction"`, `"multiple of
delta1"`, `"in terms of a1, w2"`; several may be listed. The value is judged first; an answer that is right in
another form is that, and never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import gcd

from symdl.errors import ProblemError
from symdl.formula.answer import read_answer
from symdl.formula.tree import (
    Index,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    children,
)
from symdl.formula.vocabulary import Vocabulary
from symdl.formula.walking import walk
from symdl.grading.judging.irreducible import irreducible
from symdl.registry import nearest
from symdl.text import Text

_MULTIPLE = re.compile(r"\s*multiple of\s+(.+)", re.DOTALL)
_TERMS = re.compile(r"\s*in terms of\s+(.+)", re.DOTALL)
KINDS = ("expanded", "factored", "fraction", "multiple of …", "in terms of …")


@dataclass(frozen=True, slots=True)
class Form:
    """A form that answers are to have: whether one has it, and what is said where it has not."""

    holds: Callable[[Node], bool]
    said: Text


def form_of(stated: str, words: Vocabulary) -> Form:
    """A form as a problem states it; its names are those of the problem, `delta1` among them."""
    plain = {"expanded": expanded, "factored": factored, "fraction": single_fraction}
    if stated in plain:
        return Form(plain[stated], Text(f"form.{stated}"))
    multiple, terms = _MULTIPLE.fullmatch(stated), _TERMS.fullmatch(stated)
    if multiple:
        wanted = read_answer(multiple.group(1), words)[0].node
        return Form(
            lambda node: is_multiple(node, wanted), Text("form.multiple", {"name": multiple.group(1)})
        )
    if terms:
        allowed = frozenset(read_answer(term, words)[0].node for term in terms.group(1).split(","))
        return Form(lambda node: set(_atoms(node)) <= allowed, Text("form.terms", {"names": terms.group(1)}))
    raise ProblemError(
        "grading.unknown_form", got=stated, nearest=nearest(stated, KINDS), forms=", ".join(KINDS)
    )


def expanded(node: Node) -> bool:
    """Whether no sum stands under a product, a whole power or a fraction: all brackets are multiplied out.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> expanded(read_formula("x^2 + 2 x y", Scope())), expanded(read_formula("x (x + 2 y)", Scope()))
    (True, False)
    """
    return not any(_holds_sum(part) for part in walk(node))


def _holds_sum(node: Node) -> bool:
    match node:
        case Product(factors):
            return any(isinstance(_bare(factor), Sum) for factor in factors)
        case Power(base, Number(value)):
            return isinstance(_bare(base), Sum) and value > 0 and value.denominator == 1
        case Quotient(numerator, _):
            return isinstance(_bare(numerator), Sum)
        case Negate(arg):
            return isinstance(_bare(arg), Sum)
    return False


def factored(node: Node) -> bool:
    """Whether the whole is a product or a power, not a sum, and no sum in it has factors of its own.

    >>> from symdl.formula.reader import read_formula
    >>> from symdl.formula.scope import Scope
    >>> [factored(read_formula(text, Scope())) for text in ("x (x + 2 y)", "2 (x^2 + 2 x y)", "x^2 + 2 x y")]
    [True, False, False]
    """
    return not isinstance(_bare(node), Sum) and all(map(irreducible, _sums(node)))


def _sums(node: Node) -> Iterator[Node]:
    """The sums among the factors of the whole."""
    match _bare(node):
        case Sum() as whole:
            yield whole
        case Product(factors):
            for factor in factors:
                yield from _sums(factor)
        case Power(base, _):
            yield from _sums(base)
        case Quotient(top, bottom):
            yield from (*_sums(top), *_sums(bottom))


def single_fraction(node: Node) -> bool:
    """Whether there is one fraction at most, the whole of it, in lowest terms as far as it is written."""
    whole = _bare(node)
    if not isinstance(whole, Quotient):
        return not any(isinstance(part, Quotient) for part in walk(node))
    inside = any(isinstance(part, Quotient) for part in (*walk(whole.numerator), *walk(whole.denominator)))
    return not inside and not _common(whole.numerator, whole.denominator)


def _common(top: Node, bottom: Node) -> bool:
    """Whether a factor stands above and below."""
    above, below = _factors(top), _factors(bottom)
    numbers = (
        [n.value for n in above if isinstance(n, Number)],
        [n.value for n in below if isinstance(n, Number)],
    )
    for a in numbers[0]:
        for b in numbers[1]:
            if a.denominator == b.denominator == 1 and gcd(a.numerator, b.numerator) > 1:
                return True
    bases = {n.base if isinstance(n, Power) else n for n in above if not isinstance(n, Number)}
    return any((n.base if isinstance(n, Power) else n) in bases for n in below)


def is_multiple(node: Node, of: Node) -> bool:
    """Whether a quantity is a factor of the whole, itself or transposed."""
    return any(factor in (of, Transpose(of)) for factor in _factors(node))


def _factors(node: Node) -> list[Node]:
    """The factors of the whole, those of products in it too."""
    match _bare(node):
        case Product(factors):
            return [part for factor in factors for part in _factors(factor)]
        case Quotient(numerator, _) if not isinstance(numerator, Number):
            return _factors(numerator)
        case Transpose(arg):
            return [node, *_factors(arg)]
        case bare:
            return [bare]


def _bare(node: Node) -> Node:
    return _bare(node.arg) if isinstance(node, Negate) else node


def _atoms(node: Node) -> Iterator[Node]:
    """The quantities in a formula, entries as the quantities they are of."""
    match node:
        case Name(text):
            yield from () if text in ("e", "pi") else (node,)
        case Partial():
            yield node
        case Index(base):
            yield from _atoms(base)
        case _:
            for child in children(node):
                yield from _atoms(child)
