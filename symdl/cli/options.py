"""This module reads what is typed after a command: values, names, a language, an expression with a minus."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import Any

import click

from symdl.arguments import language_code
from symdl.cli.helping import Command
from symdl.errors import SymdlError
from symdl.text import template

TEXT_WIDTH = 80  # where nobody says how wide the terminal is

_PATH = re.compile(r"^(\.{0,2}[/\\]|~)|\.toml$|[/\\][^/\\()\s]*\.[A-Za-z]{2,5}$")


def spoken(key: str, language: str) -> str:
    """The language, if it has words for a key; English otherwise."""
    return language if template(key, language) is not None else "en"


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known word most like a misspelt one."""
    from symdl import registry

    return registry.nearest(name, known)


def is_file(source: str) -> bool:
    """Whether what stands for a problem is a file; a division has a slash too.

    >>> is_file("sheets/missing.toml"), is_file("x/(1 + y)")
    (True, False)
    """
    return _PATH.search(source) is not None or os.path.exists(source)


def split(text: str) -> list[str]:
    """The parts between the commas that stand in no bracket.

    >>> split("x=[1,2], y=3")
    ['x=[1,2]', 'y=3']
    """
    depths, depth = [], 0
    for char in text:
        depth += (char in "[(") - (char in "])")
        depths.append(depth)
    marked = "".join(
        "\0" if char == "," and level == 0 else char for char, level in zip(text, depths, strict=True)
    )
    return [part.strip() for part in marked.split("\0") if part.strip()]


def names(_ctx: click.Context, _option: click.Parameter, text: str | None) -> list[str] | None:
    """`x,W[1,2]` as a list."""
    return None if text is None else split(text)


def values(_ctx: click.Context, _option: click.Parameter, text: str | None) -> dict[str, Any] | None:
    """`x=2,y=[1,2]` as values by name."""
    if text is None:
        return None
    pairs = [part.partition("=") for part in split(text)]
    wrong = next((part for part in pairs if not (part[0].strip().isidentifier() and part[2].strip())), None)
    if wrong or not pairs:
        raise SymdlError("cli.at", got="".join(wrong or ()) or text)
    known: dict[str, Any] = {}
    for name, _, value in pairs:
        if name.strip() in known:
            raise SymdlError("cli.at_twice", name=name.strip())
        known[name.strip()] = _value(value.strip())
    return known


def _value(text: str) -> Any:
    """A number with its digits, a list of them, or text for the formula reader."""
    from symdl.problems.reading.values import Written

    if text.startswith("[") and text.endswith("]"):
        return [_value(part) for part in split(text[1:-1])]
    return Written(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text, re.ASCII) else text


def language(ctx: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    """A language that has a file, typed before or after the command."""
    if name is not None:
        language_code(name)
    return name or ctx.meta.get("asked")


def width() -> int:
    """How many letters fit on a line of the terminal."""
    return shutil.get_terminal_size((TEXT_WIDTH, 24)).columns


def colored() -> bool:
    """Whether color may be used: on a terminal, unless the reader asked for none."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class Expressions(Command):
    """A command whose argument may begin with a minus."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; `-x^2` is an expression, not an option."""
        negative = [arg for arg in args if re.match(r"-(?![-o]|h$).", arg)]
        rest = [arg for arg in args if arg not in negative]
        return super().parse_args(ctx, [*rest, "--", *negative] if negative else args)
