"""This module defines the kinds of entries that a problem file has: names, texts, numbers, lists of them.

Each is an annotated type whose reader returns the clean value or raises a `Fault`; pydantic collects the
faults and their key paths. Lists come out as tuples, so that what is read stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator

from symdl.formula.tree import Node, Number
from symdl.problems.reading import values
from symdl.problems.reading.faults import Fault, preview
from symdl.resources import names_in

MAX_NAME = 60
MAX_TITLE = 1000
MAX_ORDER = 50  # of a derivative or of Taylor's polynomial
MAX_DIGITS = 17  # all that a float64 holds

_SUBSCRIPTED = re.compile(r"([^\[\]]+)(\[[^\[\]]+\])?")
_CONTROLS = {"\b": "b", "\t": "t", "\n": "n", "\f": "f", "\r": "r"}


class Table(BaseModel):
    """A table of the file: no key beyond its fields, nothing converted, nothing changed later."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, defer_build=True, arbitrary_types_allowed=True
    )


def text(value: object) -> str:
    """A text with something in it, at most 2000 characters, on one line."""
    if not isinstance(value, str) or isinstance(value, values.Written):
        raise Fault("wrong_text", got=preview(value))
    if not value.strip():
        raise Fault("empty_text")
    if len(value) > values.MAX_TEXT:
        raise Fault("long_text", length=len(value), limit=values.MAX_TEXT)
    _refuse_controls(value)
    return value


def _refuse_controls(value: str) -> None:
    r"""`"\theta"` in double quotes is a tab and `heta`; nobody means that."""
    found = next((char for char in value if char < " " or char == "\x7f"), None)
    if found is None:
        return
    escape = _CONTROLS.get(found)
    if escape is None:
        raise Fault("control_character", code=f"U+{ord(found):04X}")
    raise Fault("escape", escape=f"\\{escape}")


def name(value: object) -> str:
    """A name: letters, digits and underscores, beginning with a letter.

    >>> name("W1")
    'W1'
    """
    word = text(value).strip()
    if not word.isidentifier() or len(word) > MAX_NAME:
        raise Fault("wrong_name", got=preview(word), limit=MAX_NAME)
    return word


def entry(value: object) -> str:
    """A name, or an entry or slice of one, without spaces.

    >>> entry("W1[1, 2]")
    'W1[1,2]'
    """
    found = _SUBSCRIPTED.fullmatch(text(value).strip())
    if found is None or not found.group(1).strip().isidentifier():
        raise Fault("wrong_entry", got=preview(value))
    return "".join(text(value).split())


def target(value: object) -> str:
    """What stands left of a formula in `[let]`: names, a function, a repetition; the reader reads it."""
    word = text(value).strip()
    if not (word[0].isalpha() or word[0] == "_") or len(word) > values.MAX_TEXT:
        raise Fault("wrong_target", got=preview(word))
    return word


def formula(value: object) -> Any:
    """A formula as text, or, from Python, an expression that `formula` knows how to read."""
    return value if hasattr(value, "free_symbols") or isinstance(value, Node) else text(value)


def entries(value: object) -> tuple[str, ...]:
    """One entry or several: `"x"` or `["x", "W1[1,1]"]`."""
    return _several(value, entry)


def rule(value: object) -> str:
    """The key of an update rule, which may be called by another name: `sgd` is `gd`."""
    from symdl.models.optimizers import OTHER_RULES

    name = text(value)
    return OTHER_RULES.get(name.lower(), name)


def points(value: object) -> Any:
    """The points of a question, none of them negative."""
    found = values.exact(value)
    if isinstance(found, Number) and found.value < 0:
        raise Fault("negative_points", got=preview(value))
    return found


def texts(value: object) -> tuple[str, ...]:
    """One text or several."""
    return _several(value, text)


def _several(value: object, read: Any) -> tuple[str, ...]:
    if isinstance(value, str) and not isinstance(value, values.Written):
        return (read(value),)
    if not isinstance(value, list | tuple):
        raise Fault("wrong_names", got=preview(value))
    if not value:
        raise Fault("empty_list")
    return tuple(_item(item, k, read) for k, item in enumerate(value))


def _item(value: object, position: int, read: Any) -> Any:
    try:
        return read(value)
    except Fault as fault:
        raise Fault(fault.key, inside=(position, *fault.inside), **fault.facts) from None


def words(value: object) -> str | dict[str, str]:
    """A sentence, or one per language: `"…"` or `{en = "…", fa = "…"}`."""
    if not isinstance(value, Mapping):
        return _sentence(value)
    known = names_in("languages")
    for language in value:
        if language not in known:
            raise Fault("wrong_language", got=preview(language), known=", ".join(known))
    if not value:
        raise Fault("empty_text")
    return {language: _sentence(sentence) for language, sentence in value.items()}


def _sentence(value: object) -> str:
    if isinstance(value, str) and len(value) > MAX_TITLE:
        raise Fault("long_text", length=len(value), limit=MAX_TITLE)
    return " ".join(text(" ".join(value.split()) if type(value) is str else value).split())


def dim(value: object) -> int | str:
    """A dimension: a positive whole number, or text such as "N" or "n+1"."""
    if isinstance(value, str) and not isinstance(value, values.Written):
        if re.fullmatch(r"[\w\s+*/()-]+", value) and re.search(r"[^\W\d]", value):
            return value.strip()
        raise Fault("wrong_dim", got=preview(value))
    try:
        return values.whole(value)
    except Fault as fault:
        raise Fault("wrong_dim", got=preview(value)) from fault


def dims(value: object) -> tuple[int | str, ...]:
    """The shape of a symbol: a list of dimensions, empty for a scalar."""
    if not isinstance(value, list | tuple):
        raise Fault("wrong_dims", got=preview(value))
    if len(value) > values.MAX_ORDER:
        raise Fault("deep_list", limit=values.MAX_ORDER)
    return tuple(_item(item, k, dim) for k, item in enumerate(value))


def setting(value: object) -> Any:
    """A setting of a plug-in rule or layer: a number, text, a yes or no, a list or table of such."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {name(key): setting(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_item(item, k, setting) for k, item in enumerate(value))
    return values.exact(value)


def rate(value: object) -> Any:
    """A learning rate: a number, or a table that names a schedule and its settings."""
    return setting(value) if isinstance(value, Mapping) else values.exact(value)


def several(value: object) -> tuple[Any, ...]:
    """Several numbers in a list."""
    if not isinstance(value, list | tuple):
        raise Fault("wrong_list", got=preview(value))
    if not value:
        raise Fault("empty_list")
    return tuple(_item(item, k, values.exact) for k, item in enumerate(value))


def bounds(value: object) -> tuple[Any, ...]:
    """Two numbers: the least and the greatest."""
    found = several(value)
    if len(found) != 2:
        raise Fault("wrong_bounds", got=preview(value))
    return found


def sides(value: object) -> Any:
    """The sides of a box: two numbers for every variable, or a table with two for each."""
    if isinstance(value, Mapping):
        return {name(key): _item(item, key, bounds) for key, item in value.items()}
    return bounds(value)


def flag(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Fault("wrong_flag", got=preview(value))
    return value


Text = Annotated[str, PlainValidator(text)]
Rule = Annotated[str, PlainValidator(rule)]
Name = Annotated[str, PlainValidator(name)]
Entry = Annotated[str, PlainValidator(entry)]
Target = Annotated[str, PlainValidator(target)]
Formula = Annotated[Any, PlainValidator(formula)]
Entries = Annotated[tuple[str, ...], PlainValidator(entries)]
Texts = Annotated[tuple[str, ...], PlainValidator(texts)]
Words = Annotated[str | dict[str, str], PlainValidator(words)]
Dims = Annotated[tuple[int | str, ...], PlainValidator(dims)]
Size = Annotated[int, PlainValidator(values.whole)]
Order = Annotated[int, PlainValidator(partial(values.whole, most=MAX_ORDER))]
Digits = Annotated[int, PlainValidator(partial(values.whole, most=MAX_DIGITS))]
Seed = Annotated[int, PlainValidator(partial(values.whole, least=0, most=2**63 - 1))]
Setting = Annotated[Any, PlainValidator(setting)]
Points = Annotated[Any, PlainValidator(points)]
Rate = Annotated[Any, PlainValidator(rate)]
Several = Annotated[tuple[Any, ...], PlainValidator(several)]
Bounds = Annotated[tuple[Any, ...], PlainValidator(bounds)]
Sides = Annotated[Any, PlainValidator(sides)]
Flag = Annotated[bool, PlainValidator(flag)]

if TYPE_CHECKING:
    Exact = values.Exact
    Value = values.Value
else:  # pydantic would follow these types into trees, and lists of lists without end
    Exact = Annotated[Any, PlainValidator(values.exact)]
    Value = Annotated[Any, PlainValidator(values.nested)]


def listed(value: object) -> object:
    """Lists as tuples, for fields whose items pydantic reads itself; an empty one is refused."""
    if isinstance(value, list | tuple) and not value:
        raise Fault("empty_list")
    return tuple(value) if isinstance(value, list) else value


Listed = BeforeValidator(listed)
