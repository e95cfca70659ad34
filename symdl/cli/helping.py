"""This module lets help speak the language of a command line; names of commands and options stay."""

from __future__ import annotations

import re
from typing import Any

import click

from symdl.text import MARK, RIGHT, held, template


def current() -> str:
    """The language of the command line that is being read; English outside of one."""
    context = click.get_current_context(silent=True)
    return str(context.meta.get("language", "en")) if context is not None else "en"


def words(key: str) -> str:
    """What the language file says under `[cli]`, in English where that language has no words for it."""
    return template(f"cli.{key}", current()) or template(f"cli.{key}") or key


def backward() -> bool:
    """Whether the language runs from right to left."""
    return template("language.direction", current()) == "rtl"


class Spoken:
    """Help that stands in the language files under a key, and is looked up when it is read."""

    def __init__(self, *args: Any, words: str, **settings: Any) -> None:
        self.words = words
        super().__init__(*args, **settings)

    @property
    def help(self) -> str:
        """The words in the language that is asked for."""
        return words(self.words)

    @help.setter
    def help(self, _given: str | None) -> None:
        """What click was given, or read off a function: the language file has better words."""


class Option(Spoken, click.Option):  # type: ignore[misc]
    """An option whose help is in the language files."""


class Page(Spoken):
    """A command with a page of help in the language that is asked for."""

    def get_help(self, ctx: click.Context) -> str:
        """The page; the words that click itself puts on it are in the language files too."""
        page = Formatter(width=ctx.terminal_width, max_width=ctx.max_content_width)
        self.format_help(ctx, page)  # type: ignore[attr-defined]
        return page.getvalue().rstrip("\n")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option `--help` with words of our own."""
        option: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = words("help")
        return option


class Command(Page, click.Command):  # type: ignore[misc]
    """A command whose help is in the language files."""


class Formatter(click.HelpFormatter):
    """A page of help: where it runs from right to left, names in Latin letters are held together."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how a command is written."""
        mark = MARK if backward() else ""  # around it all, so that the dots at its end stay there
        super().write_usage(f"{mark}{prog}", f"{args}{mark}", prefix or f"{words('usage')} ")

    def write_heading(self, heading: str) -> None:
        """The title of a section; click has two."""
        key = f"heading_{heading.lower()}"
        super().write_heading(heading if words(key) == key else words(key))

    def getvalue(self) -> str:
        """The page, with marks of direction that were not counted when it was laid out."""
        page = super().getvalue()
        if not backward():
            return page
        return re.sub(r"(?m)^( *)(\S.*)$", lambda line: f"{RIGHT}{line[1]}{held(line[2])}", page)
