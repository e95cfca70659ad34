"""This module times a PDF sheet from a cold start, beside WeasyPrint's "hello"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import symdl
from tests.benchmarks.timing import Measurement, beyond, cold

EXAMPLES = ("quadratic_graph", "mlp_relu_sigmoid")
EACH = 0.040  # seconds for a distinct formula
REFERENCE = 0.525  # seconds that "hello" took where the aim was set
HELLO = "import weasyprint; weasyprint.HTML(string='<p>hello</p>').write_pdf('{}')"


def measure() -> Iterator[Measurement]:
    """Solved, checked, typeset and written."""
    with TemporaryDirectory() as folder:
        hello = HELLO.format(Path(folder) / "hello.pdf")
        for example in EXAMPLES:
            file = f"worked_examples/{example}/problem.toml"
            command = ("-m", "symdl", "solve", file, "-o", str(Path(folder) / "sheet.pdf"))
            times = cold({"hello": ("-c", hello), "sheet": command}, rounds=3)
            count = formulas(file)
            yield Measurement(
                f"PDF, cold, {example}, {count} formulas", times["sheet"], 'WeasyPrint "hello"',
                times["hello"], "its time + 40 ms each*", beyond(EACH * count, REFERENCE),
            )  # fmt: skip


def formulas(file: str) -> int:
    """How many different formulas a sheet typesets."""
    solved = symdl.derive(symdl.load(file))
    page = symdl.render(symdl.compose(solved, symdl.verify(solved)), "html")
    return len(set(re.findall(r"data:image/svg\+xml[^\"')]*", str(page))))
