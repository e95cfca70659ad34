"""What is imported when: nothing heavy before it is used, seen in the modules of a fresh process."""

from __future__ import annotations

import subprocess
import sys

import pytest

import symdl.models.theory  # noqa: F401  (declares lessons too)
from symdl.models.lessons import LESSONS
from symdl.models.minimizers import MINIMIZERS
from symdl.models.optimizers import OPTIMIZERS

HEAVY = {
    "sympy", "numpy", "flint", "pydantic", "jinja2", "quickjs", "uharfbuzz", "weasyprint", "click", "rich",
    "matplotlib", "torch", "jax", "scipy",
}  # fmt: skip
NETWORK = "worked_examples/mlp_relu_sigmoid/problem.toml"
SOLVED = f"import symdl; solved = symdl.derive(symdl.load({NETWORK!r})); solved.checks"
POLYNOMIAL = "import symdl; solved = symdl.solve('x^2 + 3 x y', at={'x': 2, 'y': 3}); solved.checks"

# What is done, and the heavy packages that it may bring.
WORK = {
    "the package": ("import symdl", set()),
    "the command": ("import symdl.cli", {"click"}),
    "a formula read": ("from symdl.formula.reader import read_formula", set()),
    "a network solved and checked": (SOLVED, {"numpy", "flint", "pydantic"}),
    "a polynomial solved and checked": (POLYNOMIAL, {"numpy", "flint", "pydantic"}),
    "and printed": (
        SOLVED + "; symdl.render(symdl.compose(solved, solved.checks), 'terminal')",
        {"numpy", "flint", "pydantic", "rich"},
    ),
    "and as JSON": (SOLVED + "; symdl.to_json(solved, solved.checks)", {"numpy", "flint", "pydantic"}),
}


@pytest.mark.parametrize(("work", "allowed"), WORK.values(), ids=WORK.keys())
def test_nothing_heavy_comes_before_it_is_used(work: str, allowed: set[str]) -> None:
    code = f"import sys; {work}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) <= allowed


UNREAD = """
import symdl.models.theory
from symdl.core.function import POINTWISE
from symdl.models.lessons import LESSONS
from symdl.models.minimizers import MINIMIZERS
from symdl.models.optimizers import OPTIMIZERS
from symdl.registry import Promise
for registry in (POINTWISE, MINIMIZERS, OPTIMIZERS, LESSONS):
    print(*(key for key, entry in registry._entries.items() if isinstance(entry, Promise)))
"""


def test_the_formulas_of_the_library_are_read_when_they_are_used() -> None:
    done = subprocess.run([sys.executable, "-c", UNREAD], capture_output=True, text=True, check=True)
    functions, minimizers, optimizers, lessons = (set(line.split()) for line in done.stdout.splitlines())
    assert {"sigmoid", "gelu", "softplus", "mish"} <= functions
    assert minimizers == set(MINIMIZERS)
    assert lessons == set(LESSONS)
    assert set(OPTIMIZERS) - optimizers <= {"nesterov"}  # whose other form a relation is written in
