"""This module knows the settings of what slides a window over its argument, and which hold anyway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symdl.formula.tree import Apply, Node, number, rebuild

WINDOWED = frozenset(
    ("conv1d", "conv2d", "convolve1d", "convolve2d", "conv_transpose1d", "conv_transpose2d", "patches")
)
CHOOSING = frozenset(("argmax", "argmin"))  # of entries of windows, among those that lie inside
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
    if not isinstance(node, Apply):
        return node
    if node.function in CHOOSING and not any("pad" in dict(part.keywords) for part in _calls(node.args[1:])):
        return Apply(node.function, node.args[:1], node.keywords)  # all entries lie inside
    if node.function not in WINDOWED:
        return node
    stated = tuple((key, value) for key, value in node.keywords if value != DEFAULTS.get(key))
    return Apply(node.function, node.args, stated)


def _calls(nodes: Iterable[Node]) -> Iterator[Apply]:
    return (node for node in nodes if isinstance(node, Apply))
