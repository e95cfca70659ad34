"""This module declares: one call makes a function of the library, with everything that follows from it.

The formula is the declaration. Forward values, local derivatives, TeX, numeric code, shape rules and
the law tests are read off it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from symdl.core.differentiation import kinks_of
from symdl.core.dims import Shape, shape_text
from symdl.core.elementary import ELEMENTARY
from symdl.core.expansion import outline
from symdl.core.function import FUNCTIONS, POINTWISE, Function, Kind
from symdl.core.op import OUTPUT, UPSTREAM, Composite, Pointwise
from symdl.errors import ShapeError
from symdl.formula.reader import Scope, read_formula
from symdl.formula.tree import Node

if TYPE_CHECKING:
    from symdl.core.building import Builder
    from symdl.core.value import Value

BUILT_IN = frozenset({"where", "prod", *ELEMENTARY})


def read(text: str, *names: str) -> Node:
    """A formula of the library over some names."""
    return read_formula(text, Scope(frozenset(names), BUILT_IN | set(FUNCTIONS) | set(POINTWISE)))


def read_forms(text: str, *names: str) -> Callable[[], tuple[Node, ...]] | None:
    """The ways of writing a function out, between semicolons; `n` stands for anything in them."""

    def forms() -> tuple[Node, ...]:
        words = BUILT_IN | set(FUNCTIONS) | set(POINTWISE)
        scope = Scope(frozenset({*names, "n"}), words)
        return tuple(read_formula(form, scope) for form in text.split(";"))

    return forms if text else None


def pointwise_function(
    key: str, formula: str, *, params: str = "x", kind: Kind = "op", derivative: str | Mapping[str, str] = "",
    stable: str = "", tex: str | None = None, source: str = "", kinks: str | None = None, forms: str = "",
    domain: str = "", **facts: Any,
) -> None:  # fmt: skip
    """Declare a function that works entry by entry; its formulas are read when it is first used.

    `derivative` is the local derivative as it is taught, in the parameters and the output `y`; without
    it the derivative is derived from the formula. `stable` is an equal formula for floating point; `forms`
    are ways of writing it out by which a line is recognized, between semicolons; `domain` is a comparison.
    """
    names = tuple(params.split())
    taught = {names[0]: derivative} if isinstance(derivative, str) and derivative else dict(derivative or {})

    def op() -> Pointwise:
        body = read(formula, *names)
        return Pointwise(
            key, names, body,
            {name: read(text, *names, OUTPUT) for name, text in taught.items()},
            read(stable, *names) if stable else None,
            _kinks(body, kinks, names),
            read(domain, *names) if domain else None,
            source=source,
        )  # fmt: skip

    POINTWISE.promise(key, op)
    FUNCTIONS.register(
        Function(
            key,
            names,
            lambda b, values, _: b.call(POINTWISE[key], list(values)),
            kind,
            lambda: POINTWISE[key].body,
            read_forms(forms, *names),
            tex=tex,
            source=source,
            facts={"stable": stable, **facts},
        )
    )


def _kinks(body: Node, stated: str | None, names: tuple[str, ...]) -> tuple[Node, ...]:
    """Where a body has a kink: as stated, or as its parts have."""
    if stated is None:
        return tuple(dict.fromkeys(kinks_of(body)))
    return tuple(read(kink, *names) for kink in stated.split(";") if kink)


def activation(key: str, formula: str, **options: Any) -> None:
    """Declare an activation function.

    >>> from symdl.core.function import FUNCTIONS
    >>> FUNCTIONS["sigmoid"].kind
    'activation'
    """
    pointwise_function(key, formula, kind="activation", **options)


def composite_function(
    key: str, formula: str, *, params: str, kind: Kind = "op", pullbacks: Mapping[str, str] | None = None,
    fused: Mapping[str, str] | None = None, stable: str = "", tex: str | None = None, source: str = "",
    axis: bool = False, jacobians: Mapping[str, str] | None = None, forms: str = "",
    shape: Callable[[Composite, tuple[Shape, ...]], Shape] | None = None, along: str = "", **facts: Any,
) -> None:  # fmt: skip
    """Declare a formula that stays one equation, with known results that the checks show true.

    With `axis`, the function takes that keyword, and the formulas may use it; the default is the last
    axis of the first argument. With `shape`, the body can be written out at fixed sizes only: then the shape
    of the value is told, and its entries are those of the call. `along` is what a call with an axis is
    written out as, where one without takes all entries together.
    """
    names = tuple(params.split())
    words = (*names, "axis") if axis else names

    @cache
    def op(which: int) -> Composite:
        known = {name: read(text, *words, OUTPUT, UPSTREAM) for name, text in (pullbacks or {}).items()}
        joint = {name: read(text, *words) for name, text in (fused or {}).items()}
        quick = read(stable, *words) if stable else None
        keywords = (("axis", which),) if axis else ()
        full = {name: read(text, *names, OUTPUT) for name, text in (jacobians or {}).items()}
        return Composite(
            key, names, read(formula, *words), shape or outline, known, joint, quick, keywords,
            source=source, jacobians=full, sized=shape is not None,
        )  # fmt: skip

    def build(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
        if along and "axis" in keywords:
            given = dict(zip(names, values, strict=True)) | {"axis": keywords["axis"]}
            return builder.expand((*names, "axis"), read(along, *names, "axis"), given)
        variables = [builder.variable(value) for value in values]
        common = builder.common_shape(variables)
        if axis and not common:
            raise ShapeError("shape.rank", op=key, expected=1, got=shape_text(common))
        which = int(builder.number_of(keywords["axis"], "axis")) if "axis" in keywords else len(common)
        return builder.tape.emit(op(which), tuple(builder.broadcast(var, common) for var in variables))

    FUNCTIONS.register(
        Function(
            key,
            names,
            build,
            kind,
            lambda: read(formula, *words),
            read_forms(forms, *names),
            keywords=("axis",) if axis or along else (),
            tex=tex,
            source=source,
            facts={"stable": stable, "pullbacks": pullbacks or {}, "fused": fused or {}, **facts},
        )
    )


def formula_function(
    key: str,
    formula: str,
    *,
    params: str,
    kind: Kind = "op",
    tex: str | None = None,
    source: str = "",
    **facts: Any,
) -> None:
    """Declare a formula that is written out where it is called: a loss, a layer with one result."""
    names = tuple(params.split())

    @cache
    def body() -> Node:
        return read(formula, *names)

    def build(builder: Builder, values: tuple[Value, ...], keywords: Mapping[str, Value]) -> Value:
        return builder.expand(names, body(), dict(zip(names, values, strict=True)))

    FUNCTIONS.register(Function(key, names, build, kind, body, tex=tex, source=source, facts=facts))


def built_function(
    key: str, params: str, build: Callable[..., Any], *, keywords: tuple[str, ...] = (), optional: int = 0,
    variadic: bool = False, tex: str | None = None, **facts: Any,
) -> None:  # fmt: skip
    """Declare a function that builds its equations itself: a sum, a reshape."""
    FUNCTIONS.register(
        Function(
            key,
            tuple(params.split()),
            build,
            keywords=keywords,
            optional=optional,
            variadic=variadic,
            tex=tex,
            facts=facts,
        )
    )
