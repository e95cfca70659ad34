"""This module times the derivation of all gradients of a network, with its steps.

The matrix view is the whole derivation of a problem as `symdl solve` makes it, from lines of text to
steps and answers. The scalar view begins where its peers begin, with the layers: it is the graph with a
quantity per entry, its backward sweep, and a step with its rule for every adjoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from symdl.autodiff.reverse import backward
from symdl.core.scalarize import scalarize
from symdl.derivation.backward_pass import backward_steps
from symdl.problems.construction import build
from symdl.problems.solution import derive
from tests.benchmarks.networks import Network
from tests.benchmarks.timing import Growth, Measurement, at_least, at_most, best, comparisons, peer

SHALLOW, DEEP = Network(3, 4), Network(8, 8)
View = Callable[[Network], Callable[[], Any]]
DEPTHS, WIDTHS = (1, 2, 4, 8), (2, 4, 8, 16)


def measure() -> Iterator[Measurement | Growth]:
    """Scalar view beside SymPy and casadi, matrix view beside jax, growth of both."""
    times = best({"symdl": scalar_view(SHALLOW), "casadi SX": _casadi(SHALLOW), "sympy": _sympy(SHALLOW)})
    yield from comparisons(
        "gradients, scalar view, 3 layers of 4", "symdl", times,
        {"sympy": ("200x faster", at_least(200)), "casadi SX": ("no slower", at_most(1))},
    )  # fmt: skip
    times = best({"symdl": matrix_view(DEEP), "jax.make_jaxpr(jax.grad)": _jax(DEEP)})
    yield from comparisons(
        "gradients, matrix view, 8 layers of 8", "symdl", times,
        {"jax.make_jaxpr(jax.grad)": ("no slower", at_most(1))},
    )  # fmt: skip
    for name, view in (("matrix view", matrix_view), ("scalar view", scalar_view)):
        yield _growth(f"{name}, width 4", "depth", view, [Network(depth, 4) for depth in DEPTHS])
        yield _growth(f"{name}, depth 2", "width", view, [Network(2, width) for width in WIDTHS])


def matrix_view(network: Network) -> Callable[[], Any]:
    """The derivation in matrices, from the lines of the problem."""
    raw = network.raw()
    return lambda: derive(build(raw))


def scalar_view(network: Network) -> Callable[[], Any]:
    """The derivation in scalars, from the graph of the layers."""
    layers = build(network.raw()).graph

    def run() -> Any:
        graph = scalarize(layers).graph
        by = [var for var in graph.inputs if str(var.name)[0] in "Wb"]
        return list(backward_steps(backward(graph, graph.output, by), {}, {}))

    return run


def _sympy(network: Network) -> Callable[[], Any]:
    import sympy as sp
    from sympy.core.cache import clear_cache

    def run() -> Any:
        clear_cache()
        loss, parameters = network.sympy()
        return sp.cse([sp.diff(loss, each) for each in parameters])

    return run


def _casadi(network: Network) -> Callable[[], Any] | None:
    casadi = peer("casadi")
    return casadi and (lambda: casadi.gradient(*network.casadi()))


def _jax(network: Network) -> Callable[[], Any] | None:
    jax = peer("jax")
    if jax is None:
        return None
    loss, parameters = network.jax()
    return lambda: jax.make_jaxpr(jax.grad(lambda p: loss(p)))(parameters)


def _growth(what: str, by: str, view: View, networks: Sequence[Network]) -> Growth:
    sizes = tuple(int(getattr(network, by)) for network in networks)
    times = best({str(k): view(network) for k, network in enumerate(networks)}, rounds=3)
    return Growth(what, by, sizes, tuple(seconds or 0.0 for seconds in times.values()))
