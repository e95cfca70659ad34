"""This module declares for users: a mistake is told where the declaration is made, not where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdl.arguments import identifier, of_type, spoken
from symdl.core.function import FUNCTIONS, POINTWISE, Function
from symdl.core.op import Pointwise
from symdl.errors import SymdlError
from symdl.models import activations, losses, optimizers
from symdl.models import layer as models_layer
from symdl.models.layer import LAYERS, Layer
from symdl.models.optimizers import OPTIMIZERS, Optimizer
from symdl.registry import Registry, T, remember
from symdl.text import OWN


def activation(key: str, formula: str, **options: Any) -> Pointwise:
    """Declare an activation function of one's own, which works entry by entry.

    Its derivative follows from the formula; `derivative` states it as it is taught, `kinks` where there is
    none. A formula that cannot be read raises a `SymdlError`, and nothing stays declared.

    >>> activation("doubled", "2 x").partial_body(0)
    Number(value=Fraction(2, 1), written=None)
    >>> POINTWISE.remove("doubled"), FUNCTIONS.remove("doubled")
    (None, None)
    """
    identifier("key", key)
    of_type("formula", formula, str)
    activations.activation(key, formula, **options)
    made = _made(POINTWISE, key, FUNCTIONS)
    remember(FUNCTIONS, activation, key, formula, **options)
    return made


def loss(key: str, formula: str, **options: Any) -> Function:
    """Declare a loss function of one's own, the prediction `p` first, then the target `y`.

    >>> loss("fourth_power", "sum((p - y)^4)").params
    ('p', 'y')
    >>> FUNCTIONS.remove("fourth_power")
    """
    identifier("key", key)
    of_type("formula", formula, str)
    losses.loss(key, formula, **options)
    try:
        FUNCTIONS[key].formula  # noqa: B018  (it is read here)
    except SymdlError:
        FUNCTIONS.remove(key)
        raise
    remember(FUNCTIONS, loss, key, formula, **options)
    return FUNCTIONS[key]


def _refuse_miscalled(made: Layer) -> None:
    """Refuse a line that calls a function with too few or too many arguments, before a problem uses it."""
    try:
        made.ranks  # noqa: B018  (they are found by carrying out the lines)
    except SymdlError as error:
        if error.key in ("formula.argument_count", "formula.unknown_keyword"):
            raise


def layer(key: str, *, words: Mapping[str, str] | str | None = None, **options: Any) -> Layer:
    """Declare a layer of one's own: parameters, lines, results, shapes; `words` say what it is, by language.

    >>> layer("gate", params="x w", results="y", lines={"s": "sigmoid(w * x)", "y": "s * x"},
    ...       words={"en": "Every entry passes as far as its gate is open."}).results
    ('y',)
    >>> LAYERS.remove("gate"), FUNCTIONS.remove("gate")
    (None, None)
    """
    identifier("key", key)
    said = None if words is None else spoken(key, words)
    made = models_layer.layer(key, **{"family": "own", **options})
    try:
        made.assigns  # noqa: B018  (they are read here)
        made.sizes  # noqa: B018
        _refuse_miscalled(made)
    except SymdlError:
        LAYERS.remove(key)
        FUNCTIONS.remove(key)
        raise
    if said is not None:
        OWN[f"layer.{key}"] = said
    remember(LAYERS, layer, key, words=words, **options)
    return made


def optimizer(key: str, **options: Any) -> Optimizer:
    """Declare an update rule of one's own: its settings with their defaults, its state, its lines in order.

    >>> texts = {"s": "decay s + g", "theta": "theta - learning_rate s"}
    >>> rule = optimizer("heavy", settings={"learning_rate": "0.1", "decay": "0.5"}, state="s", lines=texts)
    >>> list(rule.state)
    ['s']
    >>> OPTIMIZERS.remove("heavy")
    """
    identifier("key", key)
    optimizers.optimizer(key, **options)
    made = _made(OPTIMIZERS, key)
    remember(OPTIMIZERS, optimizer, key, **options)
    return made


def _made(registry: Registry[T], key: str, *also: Registry[Any]) -> T:
    """The declaration, read; all of it is taken back where it cannot be."""
    try:
        return registry[key]
    except SymdlError:
        for each in (registry, *also):
            each.remove(key)
        raise
