"""This module runs a student's Python function, in bubblewrap and nowhere else.

Inside there is no network, no environment, no right, no other process, nothing that can be written to, and no
file but the interpreter's and the student's own; memory, time and output are limited. Python cannot hold
Python back, so that without bubblewrap a function is refused and never run bare.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any

from symdl.errors import FormulaError
from symdl.grading.judging import sandbox_driver
from symdl.grading.judging.syscalls import program

WALL = 10.0  # seconds, starting the interpreter included
OUTPUT = 1 << 20  # bytes
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
INSIDE = "/answer"
NOBODY = "65534"


def command(bubblewrap: str, folder: str, calls: int | None = None) -> list[str]:
    """The call of the sandbox: the interpreter with the driver, the answer's folder read only.

    `calls` is an open file with a filter of system calls.
    """
    shown = dict.fromkeys((*SYSTEM, sys.base_prefix, sys.prefix))
    binds = [part for path in shown if os.path.exists(path) for part in ("--ro-bind", path, path)]
    return [
        bubblewrap, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
        "--setenv", "OPENBLAS_NUM_THREADS", "1",
        *_rights(), "--dir", "/tmp", *binds,  # what is shown may itself lie there
        "--proc", "/proc", "--dev", "/dev", "--ro-bind", folder, INSIDE, "--chdir", "/tmp",
        "--remount-ro", "/dev", "--remount-ro", "/",
        *(() if calls is None else ("--seccomp", str(calls))),
        sys.executable, "-I", "-B", f"{INSIDE}/driver.py",
    ]  # fmt: skip


def _rights() -> tuple[str, ...]:
    """Nobody's rights."""
    return "--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL"


@cache
def available() -> str | None:
    """Where bubblewrap is, if it is there and may make a sandbox on this machine."""
    found = which("bwrap")
    if found is None:
        return None
    try:
        probe = subprocess.run(
            [found, "--unshare-all", *_rights(), "--ro-bind", "/", "/", "true"],
            capture_output=True,
            timeout=WALL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found if probe.returncode == 0 else None


def called(source: str, function: str, points: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What a function returns at some points; `FormulaError` where it cannot run, fails or takes too long."""
    bubblewrap = available()
    if bubblewrap is None:
        raise FormulaError("grading.no_sandbox")
    with TemporaryDirectory() as folder:
        Path(folder, "answer.py").write_text(source, "utf-8")
        Path(folder, "driver.py").write_text(Path(sandbox_driver.__file__).read_text("utf-8"), "utf-8")
        request = {"file": f"{INSIDE}/answer.py", "function": function, "points": list(points)}
        Path(folder, "request.json").write_text(json.dumps(request), "utf-8")
        Path(folder, "calls").write_bytes(program() or b"")
        with Path(folder, "calls").open("rb") as calls:
            known = calls.fileno() if program() is not None else None
            said = _run(command(bubblewrap, folder, known), () if known is None else (known,))
    if "error" in said:
        raise FormulaError("grading.function_failed", reason=str(said["error"])[:200])
    values = said.get("values")
    if not isinstance(values, list) or len(values) != len(points):
        raise FormulaError("grading.function_failed", reason=function)
    return values


def _run(arguments: list[str], files: tuple[int, ...]) -> dict[str, Any]:
    """The last line that the sandbox wrote, as far as it is one object; it has only so much time and room."""
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True, env={}, pass_fds=files,
    )  # fmt: skip
    assert process.stdout is not None
    watch = Timer(WALL, _end, (process,))
    watch.start()
    try:
        output = process.stdout.read(OUTPUT + 1)
    finally:
        watch.cancel()
        _end(process)
        process.stdout.close()
        process.wait()
    try:
        found = json.loads(output) if len(output) <= OUTPUT else {}
    except (ValueError, RecursionError):
        found = {}
    if not isinstance(found, dict) or not found:
        raise FormulaError("grading.function_too_long", limit=int(WALL))
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the sandbox with all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
