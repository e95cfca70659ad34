"""This module says what is wrong with a command line in the language of the reader; click itself says it in
English.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from symdl.errors import SymdlError
from symdl.resources import names_in


def asked(arguments: Sequence[str]) -> str | None:
    """The language that a command line asks for, wherever it stands; the last one where there are several.

    >>> asked(["explain", "--language", "fa"]), asked(["--language=fa", "list"])
    ('fa', 'fa')
    >>> asked(["list"]), asked(["list", "--language", "klingon"])
    (None, None)
    """
    found = None
    for k, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--language":
            found = value or "".join(arguments[k + 1 : k + 2])
    return found if found in names_in("languages") else None


def told(error: click.UsageError) -> SymdlError | None:
    """A mistake in a command line as an error with words, None where there are none for it."""
    match error:
        case click.exceptions.NoSuchCommand():
            known = ", ".join(_commands(error.ctx))
            return SymdlError("cli.no_command", name=error.command_name, nearest=_first(error), known=known)
        case click.NoSuchOption():
            return SymdlError("cli.no_option", name=error.option_name, nearest=_first(error))
        case click.MissingParameter(param=click.Parameter() as param):
            return SymdlError("cli.missing_argument", name=param.make_metavar(error.ctx or _bare()))
        case click.BadParameter(param=click.Parameter(type=click.Choice() as choice) as param):
            name = param.opts[0] if isinstance(param, click.Option) else str(param.name)
            return SymdlError("cli.wrong_choice", name=name, known=", ".join(map(str, choice.choices)))
        case click.BadOptionUsage():
            return SymdlError("cli.option_without_value", name=error.option_name)
        case click.UsageError(ctx=click.Context(command=click.Group())):
            return SymdlError("cli.missing_argument", name="COMMAND")
    return None


def _first(error: click.exceptions.NoSuchCommand | click.NoSuchOption) -> str | None:
    return error.possibilities[0] if error.possibilities else None


def _commands(ctx: click.Context | None) -> list[str]:
    command = ctx.command if ctx is not None else None
    return command.list_commands(ctx) if isinstance(command, click.Group) and ctx is not None else []


def _bare() -> click.Context:
    return click.Context(click.Command("symdl"))
