"""What a reader sees of a line that runs from right to left: the rules of Unicode (UAX 9) for plain marks.

An independent reading of what the project's marks of direction do: weak types W1 to W7, neutrals N1 and N2,
levels I1 and I2, reversal L2. Brackets are resolved as other neutrals are.
"""

from __future__ import annotations

from unicodedata import bidirectional, mirrored

MIRROR = str.maketrans("()[]«»<>", ")(][»«><")
STRONG = ("L", "R", "AL")


def seen(text: str) -> str:
    """The letters of a line from left to right, as they stand on the page; marks are not seen."""
    levels = [2 if kind in ("L", "EN", "AN") else 1 for kind in _resolved([bidirectional(c) for c in text])]
    line = [
        c.translate(MIRROR) if level == 1 and mirrored(c) else c
        for c, level in zip(text, levels, strict=True)
    ]
    for low in (2, 1):
        line, levels = _reversed(line, levels, low)
    return "".join(c for c in line if c not in "\u200e\u200f\u200c")


def _reversed(line: list[str], levels: list[int], low: int) -> tuple[list[str], list[int]]:
    """Every run of at least a level, turned round."""
    places: list[int] = []
    run: list[int] = []
    for k, level in enumerate([*levels, 0]):
        if level >= low:
            run.append(k)
            continue
        places += [*reversed(run), k]
        run = []
    places = places[:-1]
    return [line[k] for k in places], [levels[k] for k in places]


def _resolved(kinds: list[str]) -> list[str]:
    last, strong = "R", "R"
    for k, kind in enumerate(kinds):  # W1, W2, W3; a joiner goes with the letter before it
        kind = last if kind in ("NSM", "BN") else kind
        kind = "AN" if kind == "EN" and strong == "AL" else kind
        strong = kind if kind in STRONG else strong
        kinds[k] = last = kind
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for k in range(1, len(kinds) - 1):  # W4
        before, kind, after = kinds[k - 1 : k + 2]
        if before == after and (
            (kind == "ES" and before == "EN") or (kind == "CS" and before in ("EN", "AN"))
        ):
            kinds[k] = before
    for places in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):  # W5
        step = -1 if places.step == 1 else 1
        for k in places:
            kinds[k] = "EN" if kinds[k] == "ET" and kinds[k + step] == "EN" else kinds[k]
    strong = "R"
    for k, kind in enumerate(kinds):  # W6, W7
        kind = "ON" if kind in ("ES", "ET", "CS") else kind
        strong = kind if kind in STRONG else strong
        kinds[k] = "L" if kind == "EN" and strong == "L" else kind
    return _neutral(kinds)


def _neutral(kinds: list[str]) -> list[str]:
    """Neutrals between sides of one direction take it, all others that of the page; numbers count as R."""
    sides = ["L" if kind == "L" else "R" if kind in ("R", "EN", "AN") else "" for kind in kinds]
    for k, side in enumerate(sides):
        if side:
            continue
        before = next((s for s in reversed(sides[:k]) if s), "R")
        after = next((s for s in sides[k:] if s), "R")
        kinds[k] = before if before == after else "R"
    return kinds
