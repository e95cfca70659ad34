"""This module names what an answer can turn out to be."""

from __future__ import annotations

from typing import Literal

Status = Literal[
    "right", "equivalent_form", "other_convention", "follows_from_error", "rounded_early", "close", "wrong",
    "unreadable", "undecided",
]  # fmt: skip
OPEN: tuple[Status, ...] = ("unreadable", "undecided")  # for a person to look at, never silently zero
