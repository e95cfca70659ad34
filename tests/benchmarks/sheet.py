"""This module times PDF sheets from a cold start: beside WeasyPrint's "hello", and one of 300 formulas."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import symdl
from tests.benchmarks.timing import Measurement, beyond, cold

EXAMPLES = ("quadratic_graph", "mlp_relu_sigmoid")
PATIENCE, MEMORY = 15.0, 400  # seconds and megabytes for 300 formulas
LONG = """
[let]
z1 = "W1 x + b1"
h = "tanh(z1)"
z2 = "W2 h + b2"
p = "softmax(z2)"
L = "cross_entropy(p, y)"
[[ask]]
gradient = "L"
by = ["W1", "b1", "W2", "b2"]
[given]
y = [0, 1, 0, 0]
"""
MEASURED = """
import re, resource, sys, symdl
solved = symdl.derive(symdl.load(sys.argv[1]))
document = symdl.compose(solved, symdl.verify(solved), view="scalar")
symdl.render(document, "pdf", to=sys.argv[2])
both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
seconds = sum(used.ru_utime + used.ru_stime for used in both)
page = str(symdl.render(document, "html"))
print(len(set(re.findall("data:image/svg[^" + chr(34) + chr(39) + ")]*", page))))
print(seconds, max(used.ru_maxrss for used in both) / 1024)
"""
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
        yield from long_sheet(Path(folder), times["hello"])


def long_sheet(folder: Path, hello: float) -> Iterator[Measurement]:
    """Every entry of a network's gradients on a line of its own: its time and its memory, in one process."""
    file = folder / "long.toml"
    file.write_text(LONG + "".join(f"{name} = {numbers}\n" for name, numbers in network()), "utf-8")
    run = [sys.executable, "-c", MEASURED, str(file), str(folder / "long.pdf")]
    found = subprocess.run(run, capture_output=True, check=True, text=True).stdout.split()
    count, seconds, megabytes = int(found[0]), float(found[1]), float(found[2])
    what = f"PDF, {count} formulas"
    yield Measurement(
        f"{what}, cold", seconds, "(patience)", PATIENCE * hello / REFERENCE, "15 s for 300*",
        lambda ours, theirs: ours <= theirs * count / 300,
    )  # fmt: skip
    print(f"{what}: {megabytes:.0f} MB at most, of {MEMORY} that are allowed")


def network() -> Iterator[tuple[str, str]]:
    """The numbers of a 5-7-4 network."""
    for name, *shape in (("W1", 7, 5), ("b1", 7), ("W2", 4, 7), ("b2", 4), ("x", 5)):
        drawn = np.random.default_rng(len(name) + sum(shape)).normal(size=shape).round(2)
        yield name, str(drawn.tolist())


def formulas(file: str) -> int:
    """How many different formulas a sheet typesets."""
    solved = symdl.derive(symdl.load(file))
    page = symdl.render(symdl.compose(solved, symdl.verify(solved)), "html")
    return len(set(re.findall(r"data:image/svg\+xml[^\"')]*", str(page))))
