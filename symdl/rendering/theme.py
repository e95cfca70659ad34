"""This module defines a theme: the colors, sizes, fonts and spacing that a sheet is set in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from symdl.errors import OutputError
from symdl.registry import nearest
from symdl.resources import folder, names_in, read_toml

POINTS_PER_MM = 72 / 25.4
PATTERN = "paper"  # the theme whose tables and names every other one has
GROUNDS = ("paper", "wash", "line")  # colors of no letter
LEAST_CONTRAST = 4.5
LEAST_SIZE = 4  # points of any letters
LEAST_MEASURE = 20  # em of a line, twice as many letters
LEAST_LINES = 12  # of a page
MOST = 5000  # of any length of a theme
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PLAIN = re.compile(r"[A-Za-z0-9 ._-]+")  # font families and files: nothing that could leave a CSS string


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: the family it belongs to, and the pages (`ltr`, `rtl`) that carry it."""

    family: str
    file: str
    weight: int = 400
    style: str = "normal"
    direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme as read: colors as `#rrggbb`, page in millimeters, sizes in points, spacing in em."""

    key: str
    colors: Mapping[str, str]
    page: Mapping[str, float]
    paper: str
    sizes: Mapping[str, float]
    spacing: Mapping[str, float]
    families: Mapping[str, tuple[str, ...]]
    faces: tuple[Face, ...]

    @property
    def tex_colors(self) -> dict[str, str]:
        """The colors by the names that formulas use: `symdlupstream` for `upstream`."""
        return {f"symdl{name}": color for name, color in self.colors.items()}

    @property
    def measure(self) -> float:
        """The width of the text in em."""
        width = self.page["width"] - self.page["left"] - self.page["right"]
        return width * POINTS_PER_MM / self.sizes["text"]

    @property
    def dark(self) -> bool:
        """Whether light letters stand on a dark paper."""
        return contrast(self.colors["paper"], "#ffffff") > contrast(self.colors["paper"], "#000000")

    def shipped_faces(self, direction: str) -> tuple[Face, ...]:
        """The faces a page needs and this installation has; text falls back to what the system has."""
        wanted = {"ltr"} if direction == "ltr" else {"ltr", "rtl"}
        fonts = folder("assets") / "fonts"
        return tuple(f for f in self.faces if f.direction in wanted and (fonts / f.file).is_file())


@cache
def theme_named(key: str = "paper") -> Theme:
    """The theme of that name.

    >>> theme_named("paper").colors["paper"]
    '#ffffff'
    """
    known = names_in("themes")
    if key not in known:
        near = nearest(key, known)
        raise OutputError("output.unknown_theme", name=key, nearest=near, known=", ".join(known))
    return theme_from(key, read_toml("themes", key))


def theme_from(key: str, entry: Mapping[str, Any]) -> Theme:
    """The theme that these tables describe, under that name; refused where no page could be set in it."""
    _compared(key, entry, read_toml("themes", PATTERN))
    theme = _theme(key, entry)
    _roomy(theme)
    _legible(theme)
    return theme


def _compared(key: str, entry: Mapping[str, Any], pattern: Mapping[str, Any]) -> None:
    """Refuse a theme that lacks what the shipped one says, or says what no page asks for."""
    for part in entry:
        if part not in pattern:
            raise OutputError(
                "output.theme_unknown", theme=key, name=part, nearest=nearest(part, list(pattern))
            )
    for part, lines in pattern.items():
        given = entry.get(part)
        for name in lines if isinstance(given, Mapping) else [""]:
            if not isinstance(given, Mapping) or (name not in given and name != "faces"):
                raise OutputError("output.theme_missing", theme=key, name=f"{part}.{name}".rstrip("."))
        for name in given or ():
            if name not in lines:
                near = nearest(name, lines)
                raise OutputError("output.theme_unknown", theme=key, name=f"{part}.{name}", nearest=near)


def _roomy(theme: Theme) -> None:
    """Refuse letters of no size, and margins that leave hardly a line of text."""
    for name, size in theme.sizes.items():
        if size < LEAST_SIZE:
            raise OutputError("output.theme_size", theme=theme.key, name=f"sizes.{name}", least=LEAST_SIZE)
    high = (theme.page["height"] - theme.page["top"] - theme.page["bottom"]) * POINTS_PER_MM
    if theme.measure < LEAST_MEASURE or high < LEAST_LINES * theme.sizes["text"] * theme.spacing["line"]:
        raise OutputError("output.theme_page", theme=theme.key, letters=2 * LEAST_MEASURE, lines=LEAST_LINES)


def _legible(theme: Theme) -> None:
    """Refuse colors of letters that do not stand out from the paper and from notes (WCAG 2, level AA)."""
    grounds = [theme.colors[ground] for ground in ("paper", "wash")]
    for name, color in theme.colors.items():
        found = min(contrast(color, ground) for ground in grounds)
        if name not in GROUNDS and found < LEAST_CONTRAST:
            shown = round(found, 2)
            raise OutputError(
                "output.theme_contrast",
                theme=theme.key, name=f"colors.{name}", contrast=shown, least=LEAST_CONTRAST,
            )  # fmt: skip


def _theme(key: str, entry: Mapping[str, Any]) -> Theme:
    page = dict(entry["page"])
    fonts = dict(entry["fonts"])
    paper = _matching(_PLAIN, page.pop("size"))
    faces = tuple(map(_face, _listed(fonts.pop("faces", []))))
    return Theme(
        key,
        colors={name: _matching(_COLOR, color) for name, color in entry["colors"].items()},
        page=_numbers(page),
        paper=paper,
        sizes=_numbers(entry["sizes"]),
        spacing=_numbers(entry["spacing"]),
        families={
            use: tuple(_matching(_PLAIN, name) for name in _listed(names)) for use, names in fonts.items()
        },
        faces=faces,
    )


def _face(entry: Any) -> Face:
    try:
        face = Face(**entry)
    except TypeError:  # no table, or one with other keys
        raise OutputError("output.theme_value", value=entry) from None
    for value in (face.family, face.file, face.style, face.direction):
        _matching(_PLAIN, value)
    _numbers({"weight": face.weight})
    return face


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise OutputError("output.theme_value", value=value)
    return value


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise OutputError("output.theme_value", value=value)
    return value


def _numbers(entry: Mapping[str, Any]) -> dict[str, float]:
    for value in entry.values():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
            raise OutputError("output.theme_number", value=value)
    return {name: float(value) for name, value in entry.items()}


def contrast(one: str, other: str) -> float:
    """The contrast of two colors as WCAG 2 defines it, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


NIGHT = 0.92  # how far a page is inverted where the reader asks for a dark one: white becomes almost black


def by_night(color: str) -> str:
    """A color as a dark page shows it: what the CSS filters `invert(0.92) hue-rotate(180deg)` make of it, so
    that pictures and text, which pass through the same filters, keep their colors to each other (CSS Filter
    Effects 1, section 8).

    >>> by_night("#ffffff"), by_night("#000000")
    ('#141414', '#ebebeb')
    """
    r, g, b = (NIGHT - (2 * NIGHT - 1) * int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    turned = (-0.574 * r + 1.43 * g + 0.144 * b, 0.426 * r + 0.43 * g + 0.144 * b,
              0.426 * r + 1.43 * g - 0.856 * b)  # fmt: skip
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, channel))):02x}" for channel in turned)


_NAMED = re.compile(r"\{symdl([a-z]+)\}")


def hexadecimal_colors(tex: str, colors: Mapping[str, str]) -> str:
    r"""A formula with hexadecimal colors in place of the named ones, for viewers that know no names.

    >>> hexadecimal_colors(r"\textcolor{symdlink}{x}", {"ink": "#000000"})
    '\\textcolor{#000000}{x}'
    """
    return _NAMED.sub(lambda name: f"{{{colors.get(name[1], colors['ink'])}}}", tex)
