"""symdl derives the mathematics of deep learning, step by step, each step checked.

>>> import symdl
>>> symdl.solve("x^2 + 3*x*y + y^2", at={"x": 2, "y": 3}).gradient["y"]
Fraction(12, 1)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from symdl.version import __version__ as __version__

if TYPE_CHECKING:
    from symdl.api import class_report as class_report
    from symdl.api import derive as derive
    from symdl.api import feedback as feedback
    from symdl.api import load as load
    from symdl.api import problem as problem
    from symdl.api import solve as solve
    from symdl.api import to_json as to_json
    from symdl.api import verify as verify
    from symdl.catalog import explain as explain
    from symdl.errors import SymdlError as SymdlError
    from symdl.grading.diagnosing.own import misconception as misconception
    from symdl.grading.judging.comparison import compare as compare
    from symdl.models.own import activation as activation
    from symdl.models.own import layer as layer
    from symdl.models.own import loss as loss
    from symdl.models.own import optimizer as optimizer
    from symdl.rendering.marked import grade as grade
    from symdl.rendering.renderer import render as render
    from symdl.solved import Solved as Solved
    from symdl.solved import compose as compose

# Where each public name lives; it is imported when it is first used, so that `import symdl` is instant.
_HOMES = {
    "Solved": "symdl.solved",
    "SymdlError": "symdl.errors",
    "activation": "symdl.models.own",
    "compare": "symdl.grading.judging.comparison",
    "class_report": "symdl.api",
    "compose": "symdl.solved",
    "derive": "symdl.api",
    "explain": "symdl.catalog",
    "feedback": "symdl.api",
    "grade": "symdl.rendering.marked",
    "layer": "symdl.models.own",
    "load": "symdl.api",
    "loss": "symdl.models.own",
    "misconception": "symdl.grading.diagnosing.own",
    "optimizer": "symdl.models.own",
    "problem": "symdl.api",
    "render": "symdl.rendering.renderer",
    "solve": "symdl.api",
    "to_json": "symdl.api",
    "verify": "symdl.api",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'symdl' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
