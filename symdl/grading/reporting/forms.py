"""This module knows the formats of reports: each declared once, by the function that writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from symdl.errors import OutputError
from symdl.registry import Registry, nearest

if TYPE_CHECKING:
    from symdl.grading.reporting.report import Report

DECLARED = ("exports", "platforms")  # the modules whose formats there are

Write = Callable[["Report", str], str]


@dataclass(frozen=True, slots=True)
class Form:
    """A format of reports by its key; `single` holds one student; files end with `ending`."""

    key: str
    write: Write
    single: bool = False
    ending: str = "json"


FORMS: Registry[Form] = Registry("report_formats")


def exporter(key: str, single: bool = False, ending: str = "json") -> Callable[[Write], Write]:
    """Declare a format by the function that writes it: a report and a language to text."""

    def declare(write: Write) -> Write:
        FORMS.register(Form(key, write, single, ending))
        return write

    return declare


def forms() -> Registry[Form]:
    """All formats."""
    for module in DECLARED:
        import_module(f"symdl.grading.reporting.{module}")
    return FORMS


def export(report: Report, form: str | None, language: str) -> str:
    """The report in a format."""
    known = forms()
    found = known.get(form or "txt")
    if found is None:
        raise OutputError(
            "output.unknown_format",
            name=form,
            known=", ".join(known),
            nearest=nearest(str(form), list(known)),
        )
    if found.single and len(report.students) > 1:
        raise OutputError("output.one_student", form=form, count=len(report.students))
    return found.write(report, language)
