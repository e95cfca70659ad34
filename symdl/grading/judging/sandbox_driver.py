"""This module is the program inside the sandbox: it calls a student's function and writes what it returns.

It stands alone, for nothing of symdl is to be seen there. A request lies beside it as JSON: the file, the
name of the function, the quantities at each point. What the student prints does not mix with the results.
"""

from __future__ import annotations

import inspect
import json
import os
import resource
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MEMORY, SECONDS, FILES = 1 << 30, 5, 64


def main() -> None:
    """Answer one request."""
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 1 << 20), (resource.RLIMIT_NOFILE, FILES),
    ):  # fmt: skip
        resource.setrlimit(limit, (most, most))
    request = json.loads(Path(__file__).with_name("request.json").read_text("utf-8"))
    try:
        function = runpy.run_path(request["file"])[request["function"]]
        found = {"values": [_plain(_called(function, point)) for point in request["points"]]}
        answer = json.dumps(found)
    except BaseException as error:  # whatever a student's code raises is told, SystemExit too
        answer = json.dumps({"error": f"{type(error).__name__}: {error}"[:200]})
    results.write(answer)
    results.close()
    os._exit(0)  # what else was to be done at the end is not waited for


def _called(function: Any, point: Mapping[str, Any]) -> Any:
    wanted = inspect.signature(function).parameters
    return function(**{name: _array(point[name]) for name in wanted})


def _array(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    try:
        import numpy as np
    except ImportError:
        return value
    return np.array(value, dtype=float)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


if __name__ == "__main__":
    main()
