"""This module solves systems exactly by SymPy, in a process of its own that ends itself after so much work.

The work is counted in calls of functions, with fixed seeds, so what is solved does not depend on how fast or
how busy a machine is. Formulas go in and come out as trees; the other process builds SymPy's objects from
them, so no text is ever read as code.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product
from math import prod
from subprocess import PIPE
from typing import Any

from symdl.core.polynomials import TooLong, degree, is_polynomial, polynomial
from symdl.formula.tree import Node
from symdl.formula.tree import names as names_in

CALLS = 2_000_000  # of functions, of work that is done for a system; a few seconds
SEED = 0  # of SymPy's random tests, and of the order of its sets
SECONDS, WAITED = 120, 900  # of computing, and in all: guards far beyond the calls, of one that never ends
MAX_DEGREE = 4  # of separate equations in one name each, which have roots in closed form
MAX_BEZOUT = 6  # solutions that a polynomial system may have to be solved without a process of its own
MAX_SOLUTIONS = 100
SAMPLES = (-3, -1, 2, 5)  # values of symbols at which a solution is looked at
TINY = 1e-12

Solution = dict[str, Node]  # a name that is missing is free


def solved(equations: Sequence[Node], names: Sequence[str]) -> tuple[Solution, ...] | None:
    """The real solutions of a system, None where SymPy finds none in closed form within its calls."""
    return begun(equations, names)()


def begun(equations: Sequence[Node], names: Sequence[str]) -> Callable[[], tuple[Solution, ...] | None]:
    """The same, under way in a process of its own; what comes back waits for the end of it."""
    if easy(equations, names):
        return lambda: solve_here(equations, names)
    run = subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONHASHSEED": str(SEED)},
    )  # fmt: skip
    assert run.stdin is not None
    with run.stdin as pipe:
        pipe.write(pickle.dumps((tuple(equations), tuple(names), CALLS)))
    run.stdin = None

    def ended() -> tuple[Solution, ...] | None:
        try:
            out, _ = run.communicate(timeout=WAITED)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            return None
        found: tuple[Solution, ...] | None = None if run.returncode else pickle.loads(out)
        return found

    return ended


def easy(equations: Sequence[Node], names: Sequence[str]) -> bool:
    """Whether a system is polynomial and has, by Bézout, few solutions."""
    try:
        found = [polynomial(equation) for equation in equations]
    except TooLong:
        return False
    if not all(is_polynomial(poly, frozenset(names)) for poly in found):
        return False
    degrees = [max(map(degree, poly), default=0) for poly in found]
    return prod(degrees) <= MAX_BEZOUT or separate(equations)


def separate(equations: Sequence[Node]) -> bool:
    """Whether every equation is a polynomial in one name, of a degree that has roots in closed form.

    Of such equations all roots are found; of others, SymPy may leave some out.
    """
    alone = all(len(names_in(equation)) < 2 for equation in equations)
    found = [polynomial(equation) for equation in equations] if alone else []
    proper = all(is_polynomial(poly, names_in(node)) for poly, node in zip(found, equations, strict=False))
    return alone and proper and max(degree(m) for poly in found for m in (*poly, ())) <= MAX_DEGREE


def solve_here(equations: Sequence[Node], names: Sequence[str]) -> tuple[Solution, ...] | None:
    """The same in this process.

    >>> from symdl.formula.tree import TWO, ZERO, Name, Power
    >>> solve_here([Power(Name("x"), TWO)], ["x"]) == ({"x": ZERO},)
    True
    """
    import sympy

    from symdl.checking.symbolic import Unconvertible, to_sympy

    symbols = [sympy.Symbol(name, real=True) for name in names]
    try:
        results = sympy.solve([to_sympy(node) for node in equations], symbols, dict=True)
        real = [result for result in results[:MAX_SOLUTIONS] if _is_real(result, symbols)]
        return tuple(_solution(result, symbols) for result in real)
    except (Unconvertible, NotImplementedError, TypeError, ValueError, RecursionError):
        return None


def _is_real(result: Any, unknown: Sequence[Any]) -> bool:
    """Whether a solution is real for some values of the symbols; raises where one with i in it may be."""
    import sympy

    from symdl.checking.symbolic import Unconvertible

    imaginary = [value for value in result.values() if value.has(sympy.I)]
    symbols = sorted({s for value in imaginary for s in value.free_symbols}, key=str)
    if not imaginary or set(symbols) & set(unknown) or not symbols:
        return True
    for values in product(SAMPLES, repeat=len(symbols)):
        at = dict(zip(symbols, values, strict=True))
        if all(abs(sympy.im(value.subs(at).evalf(20))) < TINY for value in imaginary):
            raise Unconvertible(str(symbols))
    return False


def _solution(result: Any, unknown: Sequence[Any]) -> Solution:
    from symdl.checking.symbolic import Unconvertible, from_sympy

    found: Solution = {}
    for symbol, value in result.items():
        free = value.free_symbols & set(unknown)
        if free and not value.is_algebraic_expr(*free):
            raise Unconvertible(str(symbol))
        found[symbol.name] = from_sympy(value)
    return found


def _limited(calls: int) -> None:
    """Let this process end after its calls, and where the system can, after far too much computing."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    left = iter(range(calls))

    def called(*_: Any) -> None:
        if next(left, None) is None:
            os._exit(1)

    sys.settrace(called)


def _main() -> None:
    import sympy.core.random

    import symdl.models  # noqa: F401  (the functions that formulas may call)

    sympy.core.random.seed(SEED)
    equations, names, calls = pickle.loads(sys.stdin.buffer.read())
    _limited(calls)
    found = solve_here(equations, names)
    sys.settrace(None)
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    _main()
