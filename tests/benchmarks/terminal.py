"""This module times the first answer in a terminal: a process from its start, beside `import sympy`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.timing import Measurement, at_most, beyond, cold

SYMPY = 0.317  # seconds that its import took where the aim was set
AIMS = {
    "worked_examples/mlp_relu_sigmoid/problem.toml": ("its time + 0.15 s*", beyond(0.15, SYMPY)),
    "x^2 + 3*x*y + y^2": ("1.5x its time", at_most(1.5)),
}


def measure() -> Iterator[Measurement]:
    """The 2-2-2 network and a formula, solved, checked and printed."""
    commands = {example: ("-m", "symdl", "solve", example) for example in AIMS}
    times = cold({"sympy": ("-c", "import sympy"), **commands})
    for example, (aim, holds) in AIMS.items():
        what = f"terminal, cold, {example.removeprefix('worked_examples/').removesuffix('/problem.toml')}"
        yield Measurement(what, times[example], "import sympy", times["sympy"], aim, holds)
