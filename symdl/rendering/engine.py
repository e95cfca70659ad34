"""This module runs the bundled JavaScript, MathJax and dagre, inside this process through quickjs.

The engine starts with its first request, in a thread of its own (quickjs wants the same thread and a
deep stack every time). It works under limits of stack, memory and time; one that has hit a limit is
thrown away, since what it left behind would fail the next request too.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from symdl.errors import OutputError
from symdl.resources import folder

if TYPE_CHECKING:
    from quickjs import Function

BUNDLE = "engine.js"
STACK = 6 * 2**20  # bytes, of the thread's 8 MB
MEMORY = 512 * 2**20  # bytes; a long formula takes some ten million
SECONDS = 10.0  # of processor time for one request; a formula takes hundredths


def call(task: str, **facts: Any) -> dict[str, Any]:
    """The engine's answer to a request, as JSON on both ways; `mistake` in it is what MathJax says of TeX.

    >>> call("layout", nodes=[["x", 2, 1]], edges=[], options={})["nodes"]
    [[1, 0.5]]
    """
    import quickjs

    request = json.dumps({"task": task, **facts})
    try:
        # Collecting after every call, the default, takes longer than the formula does.
        answer: dict[str, Any] = json.loads(_engine()(request, run_gc=False))
    except quickjs.JSException as failure:
        _engine.cache_clear()
        raise OutputError("output.engine_gave_up", task=task, reason=_first_line(failure)) from failure
    return answer


@cache
def _engine() -> Function:
    import quickjs

    engine = quickjs.Function("symdl", _bundle())
    engine.set_max_stack_size(STACK)
    engine.set_memory_limit(MEMORY)
    engine.set_time_limit(SECONDS)
    return engine


def _bundle() -> str:
    path = folder("assets") / BUNDLE
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise OutputError("output.no_assets", path=path) from None


def _first_line(failure: Exception) -> str:
    return str(failure).partition("\n")[0]
