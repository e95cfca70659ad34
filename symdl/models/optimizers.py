"""This module declares what update rules are made of: settings with defaults and ranges, state, equations.

In an equation `theta` is the parameter and `g` its gradient; a state written on the left takes its new
value from there on, and `t` counts the steps from 1. A line for `ahead` moves the point at which the
gradient is taken. Numbers, TeX, the worked line, the explanation and the tests are read off these equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from symdl.errors import SymdlError
from symdl.formula.plain import to_plain
from symdl.formula.tree import Apply, Bars, Name, Node, Sum, Transpose, names, plus, rebuild, substitute
from symdl.formula.walking import walk
from symdl.ops.declaring import read
from symdl.registry import Registry

DECAY = "weight_decay"
THETA, GRADIENT, TIME, AHEAD, NORM, RATE = "theta", "g", "t", "ahead", "norm", "learning_rate"
SYMBOLS = {  # settings and quantities as they are printed
    "learning_rate": "eta", "momentum": "mu", "weight_decay": "lambda", "beta1": "beta_1", "beta2": "beta_2",
    "clip_value": "c", "clip_norm": "c", "clip_weights": "c", "initial": "eta_0", "factor": "gamma",
    "every": "k", "period": "T", "low": "eta_min", "decay": "delta", "trust": "kappa", "norm": "G",
    "batch_size": "B", "dampening": "tau", "sum_start": "s_0",
    "last": "omega", "rise": "rho", "divide": "delta", "end": "xi",
}  # fmt: skip
Range = tuple[int | None, int | None]  # least value, and the first that is too large
RANGES: Mapping[str, Range] = {
    "learning_rate": (0, None), "momentum": (0, 1), "rho": (0, 1), "beta1": (0, 1), "beta2": (0, 1),
    "epsilon": (0, None), "weight_decay": (0, None), "clip_value": (0, None), "clip_norm": (0, None),
    "clip_weights": (0, None),
    "shrink": (0, 1), "grow": (1, None), "least": (0, None), "most": (0, None), "trust": (0, None),
    "initial": (0, None), "factor": (0, None), "every": (1, None), "period": (1, None), "low": (0, None),
    "decay": (0, None), "power": (0, None), "begin": (0, None), "drift": (0, None), "tolerance": (0, None),
    "lambda": (0, None), "memory": (1, None), "radius": (0, None), "most_radius": (0, None),
    "sigma": (0, None), "threshold": (0, None), "dampening": (0, 1), "sum_start": (0, None),
    "last": (0, None), "rise": (0, 1), "divide": (1, None), "end": (1, None),
    "decrease": (0, 1), "curvature": (0, 1), "first": (0, None),
}  # fmt: skip
POSITIVE = frozenset({"first", "shrink", "radius", "most_radius"})  # with 0 nothing would move

Lines = tuple[tuple[str, Node], ...]
REDUCING = frozenset({"sum", "mean", "norm", "dot"})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Optimizer:
    """An update rule; `forms` are the ways to write it, the first one unless an ask says otherwise.

    `settings` are hyper-parameters with their default as exact text, `state` the quantities carried from
    step to step with what they start from, `scalars` those of them that are one number for all entries.
    `shaped` names the form for parameters with so many axes, which then keep their rows and columns.
    `ranges` are those of settings that no other rule has: the least value, and the first that is too large.
    """

    key: str
    settings: Mapping[str, str]
    state: Mapping[str, Node]
    forms: Mapping[str, Lines]
    source: str = ""
    scalars: tuple[str, ...] = ()
    shaped: Mapping[int, str] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)

    @property
    def lines(self) -> Lines:
        """The equations of the first form."""
        return next(iter(self.forms.values()))

    def __repr__(self) -> str:
        return f"{self.key}: {'; '.join(f'{name} ← {to_plain(formula)}' for name, formula in self.lines)}"

    def written(self, form: str | None = None, inside: bool = False) -> Lines:
        """The equations of a form, with ε inside the root where that is wanted."""
        lines = self.lines if form is None else self.forms[form]
        return tuple((name, with_epsilon_inside(formula)) for name, formula in lines) if inside else lines

    def carried(self, lines: Lines) -> tuple[str, ...]:
        """The state that some lines use."""
        used = {name for target, formula in lines for name in (target, *names(formula))}
        return tuple(key for key in self.state if key in used)

    def heeded(self, form: str | None = None) -> dict[str, str]:
        """The settings that a form heeds, in its equations or where its state starts, with their defaults.

        >>> OPTIMIZERS["momentum"].heeded()
        {'learning_rate': '1/100', 'momentum': '9/10'}
        """
        shaped = () if form is not None else tuple(self.shaped.values())
        forms = [self.written(form), *map(self.written, shaped)]
        starts = [self.state[key] for lines in forms for key in self.carried(lines)]
        nodes = [*(formula for lines in forms for _, formula in lines), *starts]
        used = {name for node in nodes for name in names(node)}
        return {name: default for name, default in self.settings.items() if name in used}


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A learning rate that changes with the step `t`, counted from 1."""

    key: str
    settings: Mapping[str, str]
    formula: Node
    source: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """A rule with settings, as one side of a relation."""

    rule: str
    settings: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """Two setups with the same path; `through` is what of the first is compared, if not the parameter."""

    left: Setup
    right: Setup
    through: Node | None = None


OPTIMIZERS: Registry[Optimizer] = Registry("optimizers")
OTHER_RULES: dict[str, str] = {}  # what else a rule is called, and its key
SCHEDULES: Registry[Schedule] = Registry("schedules")
RELATIONS: list[Relation] = []


def optimizer(
    key: str, *, settings: Mapping[str, str], lines: Mapping[str, str], state: str = "", source: str = "",
    form: str = "standard", forms: Mapping[str, Mapping[str, str]] | None = None, scalars: str = "",
    initial: Mapping[str, str] | None = None, shaped: Mapping[int, str] | None = None,
    ranges: Mapping[str, Range] | None = None, also: str = "",
) -> None:  # fmt: skip
    """Declare an update rule; its equations are read when it is first used. `also` are other names for it.

    >>> list(OPTIMIZERS["gd"].state)
    []
    """
    OTHER_RULES.update(dict.fromkeys(also.split(), key))
    written = {form: lines, **(forms or {})}
    inner = (name for texts in written.values() for name in texts)
    words = (*settings, *state.split(), *inner, THETA, GRADIENT, TIME)

    def trees(texts: Mapping[str, str]) -> Lines:
        return tuple((name, read(text, *words)) for name, text in texts.items())

    def rule() -> Optimizer:
        start = {name: read((initial or {}).get(name, "0"), GRADIENT, *settings) for name in state.split()}
        for name, texts in written.items():
            if THETA not in texts:
                raise SymdlError("rule_without_step", rule=key, form=name)
        forms = {name: trees(texts) for name, texts in written.items()}
        return Optimizer(
            key,
            dict(settings),
            start,
            forms,
            source,
            tuple(scalars.split()),
            dict(shaped or {}),
            dict(ranges or {}),
        )

    OPTIMIZERS.promise(key, rule)


def schedule(key: str, formula: str, *, settings: Mapping[str, str], source: str = "") -> None:
    """Declare a schedule of the learning rate."""
    SCHEDULES.promise(key, lambda: Schedule(key, dict(settings), read(formula, TIME, *settings), source))


def relation(left: Setup, right: Setup, through: str = "") -> None:
    """State that two setups walk the same path."""
    if not through:
        RELATIONS.append(Relation(left, right))
        return
    words = (THETA, *OPTIMIZERS[left.rule].settings, *OPTIMIZERS[left.rule].state)
    RELATIONS.append(Relation(left, right, read(through, *words)))


def with_epsilon_inside(node: Node) -> Node:
    """A formula with `sqrt(s) + epsilon` replaced by `sqrt(s + epsilon)`."""
    match node:
        case Sum((Apply("sqrt", (arg,)), Name("epsilon") as small)):
            inner = arg.terms if isinstance(arg, Sum) else (arg,)
            return Apply("sqrt", (Sum((*inner, small)),))
    return rebuild(node, with_epsilon_inside)


def without_decay(node: Node) -> Node:
    """A formula without the terms of a weight decay that is zero.

    >>> from symdl.formula.plain import to_plain
    >>> to_plain(without_decay(read("theta - rho d - rho weight_decay theta", "theta", "rho", "d", DECAY)))
    'theta - rho d'
    """
    if isinstance(node, Sum):
        return plus(
            *(without_decay(term) for term in node.terms if DECAY not in names(term) or _holds_sum(term))
        )
    return rebuild(node, without_decay)


def _holds_sum(term: Node) -> bool:
    """Whether a decay stands deeper in a term, in a sum of its own."""
    return any(isinstance(part, Sum) for part in walk(term))


def is_entrywise(lines: Lines) -> bool:
    """Whether no equation joins several entries, as a norm does."""
    return not any(_reduces(part) for _, formula in lines for part in walk(formula))


def _reduces(node: Node) -> bool:
    return isinstance(node, Bars | Transpose) or (isinstance(node, Apply) and node.function in REDUCING)


def preparations(settings: Mapping[str, object], maximize: bool) -> Iterator[tuple[str, Node]]:
    """What is done to a gradient before its rule: clipped, turned around, decayed."""
    for name, text in PREPARATIONS.items():
        if name in settings or (name == "maximize" and maximize):
            yield GRADIENT, read(text, GRADIENT, THETA, NORM, *PREPARATIONS)


def finished(lines: Lines, settings: Mapping[str, object]) -> Lines:
    """The equations of a rule, with what is done to the parameters at the end of a step: clipped to a box.

    >>> from symdl.formula.plain import to_plain
    >>> [to_plain(node) for _, node in finished(OPTIMIZERS["gd"].lines, {"clip_weights": 1})]
    ['max(-clip_weights, min(clip_weights, theta - learning_rate g))']
    """
    if CLIPPED not in settings:
        return lines
    return tuple(
        (name, substitute(read(FINISH, THETA, CLIPPED), {THETA: formula}) if name == THETA else formula)
        for name, formula in lines
    )


CLIPPED = "clip_weights"
FINISH = "max(-clip_weights, min(clip_weights, theta))"  # Arjovsky, Chintala & Bottou 2017
PREPARATIONS = {
    "clip_value": "max(-clip_value, min(clip_value, g))",
    "clip_norm": "min(1, clip_norm / norm) g",  # Pascanu, Mikolov & Bengio 2013
    "maximize": "-g",
    "weight_decay": "g + weight_decay theta",
}
