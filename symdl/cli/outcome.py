"""This module turns exceptions into lines on standard error and exit codes, in one place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from symdl.cli.helping import Command, Page
from symdl.cli.options import spoken
from symdl.cli.usage import asked, told
from symdl.errors import CheckFailed, OutputError, SymdlError, reason_of

DONE, FAILED, UNUSABLE, BUG, INTERRUPTED = 0, 1, 2, 70, 130


class Commands(Page, click.Group):  # type: ignore[misc]
    """The group of commands; the one place where exceptions become lines on standard error."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the command; help and errors speak the language, so it is found first."""
        ctx.meta["asked"] = asked(args)
        ctx.meta["language"] = ctx.meta["asked"] or "en"
        with _ending(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever it raises ends in a line and an exit code."""
        with _ending(ctx):
            return super().invoke(ctx)


@contextmanager
def _ending(ctx: click.Context) -> Iterator[None]:
    """Whatever is raised within ends in a line and an exit code."""
    code = ctx.meta["language"]
    try:
        yield
    except click.UsageError as error:
        said = told(error) if code != "en" else None
        if said is None:
            raise
        click.echo(message(said, code), err=True)
        ctx.exit(UNUSABLE)
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("SYMDL_TRACEBACK"):
            raise
        shown, outcome = verdict(error)
        click.echo(message(shown, ctx.meta.get("language", "en")), err=True)
        ctx.exit(outcome)


def verdict(error: BaseException) -> tuple[SymdlError, int]:
    """An exception as an error with words, and the exit code it means."""
    match error:
        case CheckFailed():
            return error, FAILED
        case OutputError(key="output.pdf_libraries"):
            return error, FAILED
        case SymdlError():
            return error, UNUSABLE
        case OSError():
            return SymdlError("cli.system", path=error.filename or "-", reason=reason_of(error)), UNUSABLE
        case RecursionError():
            return SymdlError("cli.too_deep"), UNUSABLE
        case MemoryError():
            return SymdlError("cli.memory"), UNUSABLE
        case KeyboardInterrupt():
            return SymdlError("cli.interrupted"), INTERRUPTED
        case _:
            return SymdlError("cli.bug", kind=type(error).__name__, said=str(error)[:300]), BUG


def message(error: SymdlError, language: str) -> str:
    """The message in a language, or in English where that language has no words for it."""
    return error.message(spoken(error.text.key, language))
