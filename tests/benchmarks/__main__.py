"""This module runs the benchmarks: `python -m tests.benchmarks`, or with the names of some of them."""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy comes: one core for everybody

from tests.benchmarks.table import growth_table, table
from tests.benchmarks.timing import Growth, Measurement

NAMES = (
    "gradients",
    "evaluation",
    "hessians",
    "equality",
    "marking",
    "terminal",
    "sheet",
    "training",
    "large",
    "architectures",
)
PACKAGES = ("sympy", "numpy", "python-flint", "casadi", "jax", "torch", "weasyprint")


def main(names: list[str]) -> None:
    """Print the ratios, then how times grow with depth and width."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {', '.join(map(_version, PACKAGES))}."
    )
    print("CPU time, the best of several; read ratios, not times.\n")
    growths: list[Growth] = []
    print(table.head())
    for name in names or NAMES:
        for found in import_module(f"tests.benchmarks.{name}").measure():
            if isinstance(found, Measurement):
                print(table.row(found), flush=True)
            else:
                growths.append(found)
    print("\n* in seconds of the machine on which the aim was set, where the peer's own time is known.")
    if growths:
        print("\n" + growth_table.head())
        for growth in growths:
            print(growth_table.row(growth))


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} not installed"


if __name__ == "__main__":
    main(sys.argv[1:])
