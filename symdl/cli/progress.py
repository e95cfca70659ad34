"""This module shows how far a run has come: a bar on the terminal, once it has lasted a while."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from symdl.cli.helping import words
from symdl.watching import watched_by

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds before a bar appears; most answers come sooner and need none

Advance = Callable[[str], None]


@contextmanager
def stages(count: int) -> Iterator[Advance]:
    """A function to call with the name of each stage as it begins; silent where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    bar = _Bar(count)
    try:
        with watched_by(bar.within):
            yield bar.advance
    finally:
        bar.close()


class _Bar:
    """A bar that a timer shows, so that a quick run neither draws it nor imports what draws it."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.done = -1
        self.part = 0.0
        self.stage = ""
        self.progress: Progress | None = None
        self.closed = False
        self.lock = threading.Lock()
        self.timer = threading.Timer(PATIENCE, self.show)
        self.timer.daemon = True
        self.timer.start()

    def advance(self, stage: str) -> None:
        with self.lock:
            self.done, self.part, self.stage = self.done + 1, 0.0, words(f"stage.{stage}")
            self.refresh()

    def within(self, done: int, steps: int) -> None:
        """A run of many steps inside a stage: the bar moves with every hundredth of it."""
        if done * 100 // steps != (done - 1) * 100 // steps:
            with self.lock:
                self.part = done / steps
                self.refresh()

    def show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        with self.lock:
            if not self.closed:
                self.progress = Progress(console=Console(stderr=True), transient=True)
                self.progress.add_task(self.stage, total=self.count)
                self.refresh()
                self.progress.start()

    def refresh(self) -> None:
        if self.progress is not None:
            task = self.progress.task_ids[0]
            self.progress.update(task, description=self.stage, completed=max(self.done, 0) + self.part)

    def close(self) -> None:
        self.timer.cancel()
        with self.lock:
            self.closed = True
            if self.progress is not None:
                self.progress.stop()
