"""This module runs templates in a sandbox: plain values in, bounded text out, nothing read or called."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError, TemplateNotFound, TemplateSyntaxError
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from symdl.errors import OutputError, Place
from symdl.rendering.view import View
from symdl.resources import folder

MOST_CHARACTERS = 64_000_000
MOST_SECONDS = 60.0

FILTERS = ("batch", "capitalize", "default", "e", "escape", "first", "join", "last", "length", "list",
           "lower", "replace", "reverse", "round", "slice", "sort", "title", "trim", "upper")  # fmt: skip

# TeX lives on braces and percent signs, so its templates are marked with angle brackets.
TEX_MARKS = {
    "block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<<",
    "variable_end_string": ">>", "comment_start_string": "<#", "comment_end_string": "#>",
}  # fmt: skip


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, without the operators and methods that make a huge text from a short one."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:
        """Macros, blocks, loops, and what a dict tells of itself; no method of a text."""
        return isinstance(obj, Macro | BlockReference | LoopContext) or isinstance(
            getattr(obj, "__self__", None), dict
        )

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiplication of ordinary numbers only; strings, lists, powers and formats are refused."""
        if operator == "*" and isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return left * right
        raise SecurityError(operator)


class _Folder(FileSystemLoader):
    """Templates of one folder, its symbolic links not followed out of it."""

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, fresh = super().get_source(environment, template)
        root = Path(self.searchpath[0]).resolve()
        if not Path(path).resolve().is_relative_to(root):
            raise TemplateNotFound(template)
        return source, path, fresh


def _loader(kind: str, own: Path | None) -> BaseLoader:
    """A teacher's folder first, so that it need not hold every file, then the shipped templates."""
    shipped = _Folder(folder("templates") / kind)
    return shipped if own is None else ChoiceLoader([_Folder(own), shipped])


def _environment(kind: str, own: Path | None, filters: Mapping[str, Callable[..., Any]]) -> _Sandbox:
    marks = TEX_MARKS if kind == "latex" else {}
    environment = _Sandbox(
        loader=_loader(kind, own),
        undefined=StrictUndefined,
        autoescape=lambda name: kind != "latex",  # TeX is escaped where the view is made
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **marks,
    )
    environment.filters = {name: environment.filters[name] for name in FILTERS} | dict(filters)
    environment.globals = {}
    return environment


def fill(
    kind: str,
    name: str,
    view: dict[str, View],
    *,
    own: Path | None = None,
    filters: Mapping[str, Callable[..., Any]] | None = None,
) -> str:
    """The text of a template of `templates/<kind>/`, or of a teacher's folder, filled with a view.

    A teacher's template is filled in a process of its own, which has so much time and memory and no more.
    """
    if own is not None:
        if not own.is_dir():
            raise OutputError("output.no_template_folder", path=str(own))
        from symdl.rendering.worker import filled_apart

        return filled_apart(kind, name, view, own, MOST_CHARACTERS)
    return filled(kind, name, view, None, filters or {}, MOST_CHARACTERS)


def filled(
    kind: str,
    name: str,
    view: dict[str, View],
    own: Path | None,
    filters: Mapping[str, Callable[..., Any]],
    most: int,
) -> str:
    """The text of a template, filled in this process."""
    try:
        return _bounded(_environment(kind, own, filters).get_template(name).generate(view), name, most)
    except MemoryError:
        raise OutputError("output.template_too_long", name=name) from None
    except RecursionError:
        raise OutputError("output.template_too_deep", name=name) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise _fault(name, error) from error


def _bounded(chunks: Any, name: str, most: int) -> str:
    """All chunks together, unless they grow past bounds."""
    parts, size, end = [], 0, time.monotonic() + MOST_SECONDS
    for chunk in chunks:
        size += len(chunk)
        if size > most or time.monotonic() > end:
            raise OutputError("output.template_too_long", name=name)
        parts.append(chunk)
    return "".join(parts)


def _fault(name: str, error: Exception) -> OutputError:
    file: str
    line: int | None
    if isinstance(error, TemplateSyntaxError):
        file, line = error.filename or name, error.lineno
    else:
        file, line = _spot(error) or (name, None)
    place = Place(file=file, line=line)
    return OutputError("output.template", place=place, name=name, reason=f"{type(error).__name__}: {error}")


def _spot(error: Exception) -> tuple[str, int] | None:
    """Where in which template an error was raised: Jinja rewrites the traceback to tell it."""
    spot, trace = None, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.endswith(".py") and not file.startswith("<"):
            spot = Path(file).name, trace.tb_lineno
        trace = trace.tb_next
    return spot
