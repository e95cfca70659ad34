"""This module says how a sheet is wanted: in which language, in how much detail, for which readers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import get_args

from symdl.document.lines.folding import FOLDABLE
from symdl.document.lines.stages import View
from symdl.document.numerals import NUMERALS
from symdl.errors import OutputError
from symdl.problems.reading.settings import Detail
from symdl.registry import nearest
from symdl.resources import read_toml


@dataclass(frozen=True)
class Request:
    """How a sheet is wanted: language, detail, view, the rules that its readers know already, the digits of
    its mathematics.
    """

    language: str = "en"
    detail: str = "lecture"
    view: View = "matrix"
    known: tuple[str, ...] = ()
    numerals: str = "latin"

    def __post_init__(self) -> None:
        for what, name, choices in (
            ("detail", self.detail, get_args(Detail)),
            ("view", self.view, get_args(View)),
            ("numerals", self.numerals, NUMERALS),
            *(("known", rule, rule_names()) for rule in self.known),
        ):
            if name not in choices:
                raise OutputError(
                    f"output.unknown_{what}", name=name, nearest=nearest(name, list(choices)),
                    known=", ".join(choices),
                )  # fmt: skip


@cache
def rule_names() -> tuple[str, ...]:
    """The rules that a reader may know: of differentiation, as `power`, and of the backward pass."""
    return tuple(dict.fromkeys((*read_toml("languages", "en")["rule"]["derivative"], *FOLDABLE)))


PLAIN = Request()
