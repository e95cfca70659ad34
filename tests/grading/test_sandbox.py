"""Python functions as answers: inside bubblewrap with limits, refused where it is missing, never bare."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import symdl
from symdl.grading.judging import sandbox

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
    words = sandbox.command("/usr/bin/bwrap", "/somewhere")
    assert words[0] == "/usr/bin/bwrap"
    assert {"--unshare-all", "--die-with-parent", "--new-session", "--clearenv"} <= set(words)
    assert "--bind" not in words and "--share-net" not in words
    bound = [words[k + 1] for k, word in enumerate(words) if word == "--ro-bind"]
    assert "/somewhere" in bound and not {"/", "/home", "/root", "/etc", os.path.expanduser("~")} & set(bound)
    assert words[-3:-1] == ["-I", "-B"]
    assert words.index("--tmpfs") < words.index("--ro-bind")  # an interpreter below /tmp is not hidden


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
