"""This module writes the lines of runs as formulas in time: `m_new = β₁ m_old + (1 - β₁) ∂L/∂W`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from symdl.core.naming import leaf
from symdl.derivation.running.update import Line
from symdl.formula.tree import Name, Node, Partial, names, number, substitute
from symdl.models.optimizers import AHEAD, GRADIENT, NORM, RATE, SYMBOLS, THETA, TIME

OTHERS = {"latin": "uqrp", "greek": ("kappa", "nu", "zeta", "xi")}  # for names that a network has already
PLAIN: Mapping[str, str] = {}


def renamed(words: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """What the names of a rule are called where the problem has quantities of those names.

    >>> renamed(("learning_rate", "momentum", "v"), {"v", "x", "u"})
    {'v': 'q'}
    """
    own = [SYMBOLS.get(word, word) for word in words]
    used = {*taken, *own}
    found: dict[str, str] = {}
    for word in own:
        if word in taken and word not in found:
            kind = "latin" if len(word) == 1 else "greek"
            free = next((other for other in OTHERS[kind] if other not in used), f"{word}_r")
            found[word] = free
            used.add(free)
    hats = {word: word.removesuffix("_hat") for word in own if word.endswith("_hat")}
    return found | {word: f"{found[base]}_hat" for word, base in hats.items() if base in found}


def printed(line: Line, loss: str, steps: int, called: Mapping[str, str] = PLAIN) -> tuple[Node, Node | None]:
    """Both sides of a line, its names as they are `called`; a gradient has no right side."""
    left = _at(line.target, line, loss, line.formula is not None, steps, called)
    if line.formula is None:
        return left, None
    fresh = line.fresh
    written = {name: _at(name, line, loss, name in fresh, steps, called) for name in names(line.formula)}
    return left, substitute(line.formula, written)


def placed(
    line: Line, loss: str, steps: int, settings: Mapping[str, Any], called: Mapping[str, str] = PLAIN
) -> dict[Node, Any]:
    """The number of every name of a line as it is printed."""
    found: dict[Node, Any] = {Name(_word(key, called)): value for key, value in settings.items()}
    for name, value in line.operands.items():
        found[_at(name, line, loss, name in line.fresh, steps, called)] = value
    return found


def _word(name: str, called: Mapping[str, str]) -> str:
    word = SYMBOLS.get(name, name)
    return called.get(word, word)


def _at(name: str, line: Line, loss: str, fresh: bool, steps: int, called: Mapping[str, str]) -> Node:
    """A name of a rule as it is printed: the parameter, its gradient, a state before or after the step."""
    if name == TIME:
        return number(line.t)
    if name == GRADIENT and not fresh:
        return Partial(Name(loss), (leaf(line.parameter),))
    if not line.parameter and name.startswith(f"{GRADIENT}_"):
        return Partial(Name(loss), (leaf(name.removeprefix(f"{GRADIENT}_")),))
    if name in (GRADIENT, NORM, RATE) and (name in line.operands or name == line.target):
        return timed(_word(name, called), line.t, 2)
    if name in line.operands or name == line.target:
        base = {THETA: line.parameter, AHEAD: f"{line.parameter}_tilde"}.get(name, _word(name, called))
        return timed(base, line.t if fresh else line.t - 1, steps)
    return Name(_word(name, called))


def coordinates(line: Line, steps: int) -> dict[str, Node]:
    """The names of the parameters at the point where the gradient of a line is taken."""
    ahead = AHEAD in line.fresh
    return {
        name: timed(f"{name}_tilde" if ahead else name, line.t if ahead else line.t - 1, steps)
        for name in line.point or {}
    }


def timed(name: str, t: int, steps: int) -> Node:
    """A quantity at a step: `W1_old` and `W1_new` where there is one step, `W1_t2` after the second."""
    word = SYMBOLS.get(name, name)
    return Name(f"{word}_{'new' if t else 'old'}" if steps == 1 else f"{word}_t{t}")
