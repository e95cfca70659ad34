"""Python functions as answers: inside bubblewrap with limits, refused where it is missing, never bare."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import symdl
from symdl.grading.judging import sandbox, syscalls

RIGHT = "import numpy as np\n\ndef gradient(o, y, h1):\n    return (o - y) * o * (1 - o) * np.asarray(h1)\n"
QUESTION = "gradient.L.w2"
needs_bubblewrap = pytest.mark.skipif(sandbox.available() is None, reason="bubblewrap does not run here")


def marked(network: Any, source: str, functions: bool = True) -> Any:
    return symdl.grade(network, {QUESTION: source}, functions=functions).row(QUESTION)


def test_a_function_is_not_run_unless_it_is_asked_for(network: Any, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    row = marked(network, f"open({str(trace)!r}, 'w')\n" + RIGHT, functions=False)
    assert row.status == "unreadable" and "gradient" in row.feedback and not trace.exists()


def test_without_bubblewrap_a_function_is_refused_and_not_run(
    network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "available", lambda: None)
    trace = tmp_path / "ran"
    row = marked(network, f"open({str(trace)!r}, 'w')\n" + RIGHT)
    assert row.status == "unreadable" and "bubblewrap" in row.feedback and not trace.exists()
    assert "bubblewrap" in row.spoken("fa")


def test_the_sandbox_shuts_out_network_environment_and_files() -> None:
    words = sandbox.command("/usr/bin/bwrap", "/somewhere", 7)
    assert words[0] == "/usr/bin/bwrap"
    assert {"--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--unshare-user"} <= set(
        words
    )
    pairs = list(pairwise(words))
    assert {
        ("--cap-drop", "ALL"),
        ("--remount-ro", "/"),
        ("--remount-ro", "/dev"),
        ("--seccomp", "7"),
    } <= set(pairs)
    assert "--tmpfs" not in words  # there is nothing that could be filled
    assert "--bind" not in words and "--share-net" not in words
    bound = [words[k + 1] for k, word in enumerate(words) if word == "--ro-bind"]
    assert "/somewhere" in bound and not {"/", "/home", "/root", "/etc", os.path.expanduser("~")} & set(bound)
    assert words[-3:-1] == ["-I", "-B"]
    assert words.index("--dir") < words.index("--ro-bind")  # an interpreter below /tmp is not hidden


def verdict(filtered: bytes, code: int, number: int, flags: int = 0) -> int:
    """What the filter says to a system call, run as the kernel runs it."""
    lines = list(struct.iter_unpack("=HBBI", filtered))
    shown = {0: number, 4: code, 16: flags}
    tests: dict[int, Callable[[int, int], bool]] = {
        0x15: lambda a, k: a == k, 0x35: lambda a, k: a >= k, 0x45: lambda a, k: bool(a & k),
    }  # fmt: skip
    at = held = 0
    while True:
        kind, yes, no, k = lines[at]
        at += 1
        if kind == 0x06:
            return int(k)
        if kind == 0x20:
            held = shown[k]
        else:
            at += yes if tests[kind](held, k) else no


@pytest.mark.parametrize("machine", list(syscalls.TABLES))
def test_the_filter_of_calls_allows_threads_and_no_process(machine: str) -> None:
    filtered = syscalls.program(machine)
    assert filtered is not None
    code, clone, clone3, refused = syscalls.TABLES[machine]
    allowed = [n for n in range(700) if verdict(filtered, code, n) == syscalls.ALLOW]
    assert set(range(700)) - set(allowed) == {clone, clone3, *refused}
    assert verdict(filtered, code, clone, 0x10000 | 0x100) == syscalls.ALLOW
    assert verdict(filtered, code, clone, 17) == syscalls.REFUSE
    assert verdict(filtered, code, clone3) == syscalls.MISSING
    assert verdict(filtered, code + 1, 0) == verdict(filtered, code, 0x40000000) == syscalls.REFUSE


@needs_bubblewrap
@pytest.mark.skipif(syscalls.program() is None, reason="the system calls of this machine are not known")
@pytest.mark.parametrize(
    "source",
    [
        "import os\ndef f(L):\n    return os.fork()",
        "import subprocess\ndef f(L):\n    return subprocess.run(['true']).returncode",
        "import ctypes\ndef f(L):\n    c = ctypes.CDLL(None)\n"
        "    assert c.mount(b'none', b'/tmp', b'tmpfs', 0, 0) == 0",
        "import ctypes\ndef f(L):\n    assert ctypes.CDLL(None).unshare(0x10000000) == 0",
        "def f(L):\n    open('/dev/shm/x', 'w').write('x')",
        "def f(L):\n    open('/tmp/x', 'w').write('x')",
        "def f(L):\n    open('/answer/driver.py', 'w').write('x')",
        "class A:\n    def tolist(self):\n        return A()\ndef f(L):\n    return A()",
        "def f(L):\n    return bytearray(2 << 30)",
        "def f(L):\n    return 10**100000",
    ],
    ids=[
        "fork",
        "program",
        "mount",
        "namespace",
        "memory files",
        "files",
        "driver",
        "object",
        "memory",
        "number",
    ],
)
def test_ways_out_are_shut_and_told(network: Any, source: str) -> None:
    row = marked(network, source)
    assert row.status == "unreadable" and "Error" in row.feedback


@needs_bubblewrap
def test_what_is_left_for_the_end_is_not_waited_for(network: Any) -> None:
    source = "import atexit, time\natexit.register(time.sleep, 60)\n" + RIGHT
    row = marked(network, source)
    assert row.status == "right" and row.seconds < sandbox.WALL


@needs_bubblewrap
@pytest.mark.parametrize(
    ("source", "status"),
    [
        (RIGHT, "right"),
        ("def f(dz2, h1):\n    print('noise')\n    return [dz2 * h for h in h1]", "right"),
        ("def f(o, y, h1):\n    return (o - y) * h1", "wrong"),
        ("def f(o, y, h1):\n    return float('nan')", "wrong"),
        ("def f(dw2):\n    return dw2", "unreadable"),
        ("def f(L):\n    raise SystemExit(0)", "unreadable"),
        ("def f(L):\n    return open('/etc/passwd').read()", "unreadable"),
        ("import os\ndef f(L):\n    return os.environ['HOME']", "unreadable"),
        ("import socket\ndef f(L):\n    socket.create_connection(('127.0.0.1', 80), 2)", "unreadable"),
        ("def f(L):\n    return 'x' * 10**10", "unreadable"),
        ("def f(L):\n    return ['x'] * 10**7", "unreadable"),
        ("def f(L:\n", "unreadable"),
        ("import os\ndef f(L):\n    os.write(3, b'[]')\n    os._exit(0)", "unreadable"),
    ],
)  # fmt: skip
def test_functions_are_judged_by_what_they_return(network: Any, source: str, status: str) -> None:
    row = marked(network, source)
    assert row.status == status, row.feedback


@needs_bubblewrap
def test_the_mistake_in_a_function_is_named(network: Any) -> None:
    assert marked(network, "def f(o, y, h1):\n    return (y - o) * o * (1 - o) * h1").diagnosis == ("sign",)


@needs_bubblewrap
def test_a_function_that_does_not_end_is_ended(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL", 1.5)
    row = marked(network, "import time\ndef f(L):\n    time.sleep(1000)")
    assert row.status == "unreadable" and "1 seconds" in row.feedback
