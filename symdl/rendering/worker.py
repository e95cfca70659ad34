"""This module fills a teacher's template in a process of its own, with limits of time and memory.

A loop that never ends and prints nothing cannot be stopped from inside. The process gets the view as JSON
and answers with the text, or with what was wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from symdl.errors import OutputError, Place
from symdl.rendering.view import View

SECONDS = 120  # that a template may take in all, on a machine that has much else to do
PROCESSOR = 30  # seconds of its own time
MEMORY = 1024 * 2**20


def filled_apart(kind: str, name: str, view: dict[str, View], own: Path, most: int) -> str:
    """The text of a template of a teacher's folder."""
    request = json.dumps({"kind": kind, "name": name, "view": view, "own": str(own), "most": most})
    try:
        run = subprocess.run(
            [sys.executable, "-m", "symdl.rendering.worker"],
            input=request.encode("utf-8", "surrogatepass"), capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(run.stdout) if run.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        answer = {}
    if "text" in answer:
        return str(answer["text"])
    if "key" in answer:
        place = Place(file=answer["file"], line=answer["line"]) if answer["file"] else None
        raise OutputError(answer["key"], place=place, **answer["facts"])
    raise OutputError("output.template_too_long", name=name)


def answered(request: dict[str, Any]) -> dict[str, Any]:
    """What the process answers: the text, or the error."""
    from symdl.rendering.html import css_string
    from symdl.rendering.templating import filled

    filters = {"css": css_string} if request["kind"] == "html" else {}
    try:
        own, most = Path(request["own"]), request["most"]
        text = filled(request["kind"], request["name"], request["view"], own, filters, most)
    except OutputError as error:
        place = error.place or Place()
        facts = {key: str(value) for key, value in error.facts.items()}
        return {"key": error.key, "facts": facts, "file": place.file, "line": place.line}
    return {"text": text}


def limited(memory: int, seconds: int) -> None:
    """Take so much memory and processor time and no more, where the system can see to that."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    limited(MEMORY, PROCESSOR)
    given = json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogatepass"))
    sys.stdout.write(json.dumps(answered(given)))
