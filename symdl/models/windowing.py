"""This module knows the settings of what slides a window over its argument, and which hold anyway."""

from __future__ import annotations

from symdl.formula.tree import Apply, Node, number, rebuild

WINDOWED = frozenset(
    ("conv1d", "conv2d", "convolve1d", "convolve2d", "conv_transpose1d", "conv_transpose2d", "patches")
)
DEFAULTS = {
    "stride": number(1),
    "pad": number(0),
    "dilation": number(1),
    "extra": number(0),
    "groups": number(1),
}


def without_defaults(node: Node) -> Node:
    """A formula whose convolutions state no setting that holds anyway."""
    node = rebuild(node, without_defaults)
    if not isinstance(node, Apply) or node.function not in WINDOWED:
        return node
    stated = tuple((key, value) for key, value in node.keywords if value != DEFAULTS.get(key))
    if "pad" not in dict(stated):  # then nothing stands beyond the edge
        stated = tuple((key, value) for key, value in stated if key != "outside")
    return Apply(node.function, node.args, stated)
