"""This module prints pages made by a teacher's template in a process of its own, within bounds.

A template decides what stands in a page, and a few letters of it can ask for a million pages or for a picture
that fills the memory. The process gets the page as JSON and answers with the PDF, or with what was wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

from symdl.errors import OutputError
from symdl.rendering.ink import Ink
from symdl.rendering.worker import limited

SECONDS = 120  # that a page may take in all
PROCESSOR = 60  # seconds of its own time
MEMORY = 2048 * 2**20
FAULT = 3  # exit code of an error that is told in words


def printed_apart(page: str, album: Mapping[str, Ink], name: str) -> bytes:
    """A page as a PDF; raises OutputError where it takes too long or too much."""
    pictures = {key: [ink.operators.decode("ascii"), ink.ground, ink.size] for key, ink in album.items()}
    request = json.dumps({"page": page, "album": pictures})
    try:
        run = subprocess.run(
            [sys.executable, "-m", "symdl.rendering.press"],
            input=request.encode("utf-8", "surrogatepass"), capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise OutputError("output.template_too_long", name=name) from None
    if run.returncode == 0 and run.stdout.startswith(b"%PDF"):
        return run.stdout
    if run.returncode == FAULT:
        answer = json.loads(run.stdout)
        raise OutputError(answer["key"], **answer["facts"])
    raise OutputError("output.template_too_long", name=name)


def _answered(request: Mapping[str, object]) -> tuple[int, bytes]:
    """The exit code and what is said with it."""
    from symdl.rendering.pdf import printed

    pictures = request["album"]
    assert isinstance(pictures, dict)
    album = {k: Ink(o.encode("ascii"), tuple(g), tuple(s)) for k, (o, g, s) in pictures.items()}
    try:
        return 0, printed(str(request["page"]), album)
    except OutputError as error:
        facts = {key: str(value) for key, value in error.facts.items()}
        return FAULT, json.dumps({"key": error.key, "facts": facts}).encode("utf-8")


if __name__ == "__main__":
    limited(MEMORY, PROCESSOR)
    code, said = _answered(json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogatepass")))
    sys.stdout.buffer.write(said)
    sys.exit(code)
