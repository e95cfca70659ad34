"""This module declares convolutional layers, channels first; they correlate, as in libraries."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="convolution")

SETTINGS = {"stride": "1", "pad": "0", "dilation": "1"}
GROUPED = {**SETTINGS, "groups": "1"}
IN_GROUPS = "dilation=dilation, groups=groups"
TRANSPOSED = {**SETTINGS, "extra": "0"}  # `extra` is what libraries call output padding
STEPS = "stride=stride, pad=pad"
MORE = "dilation=dilation, extra=extra"

layer(
    "convolution1d", params="X K b", results="Y", weights="K b", settings=SETTINGS,
    shapes={"X": "c n", "K": "k c m", "b": "k"},
    lines={"Z": f"conv1d(X, K, {STEPS}, dilation=dilation)", "Y": "Z + per_channel(b, Z)"},
    source="LeCun et al. 1989; Waibel et al. 1989",
)  # fmt: skip
layer(
    "convolution2d", params="X K b", results="Y", weights="K b", settings=SETTINGS,
    shapes={"X": "c h w", "K": "k c m n", "b": "k"},
    lines={"Z": f"conv2d(X, K, {STEPS}, dilation=dilation)", "Y": "Z + per_channel(b, Z)"},
    source="LeCun et al. 1989; LeCun, Bottou, Bengio & Haffner 1998",
)  # fmt: skip
layer(
    "grouped_convolution1d", params="X K b", results="Y", weights="K b", settings=GROUPED,
    shapes={"X": "c n", "K": "k c/groups m", "b": "k"},
    lines={"Z": f"conv1d(X, K, {STEPS}, {IN_GROUPS})", "Y": "Z + per_channel(b, Z)"},
    source="Krizhevsky, Sutskever & Hinton 2012",
)  # fmt: skip
layer(
    "grouped_convolution2d", params="X K b", results="Y", weights="K b", settings=GROUPED,
    shapes={"X": "c h w", "K": "k c/groups m n", "b": "k"},
    lines={"Z": f"conv2d(X, K, {STEPS}, {IN_GROUPS})", "Y": "Z + per_channel(b, Z)"},
    source="Krizhevsky, Sutskever & Hinton 2012; Xie, Girshick, Dollár, Tu & He 2017",
)  # fmt: skip
layer(
    "depthwise_convolution2d", params="X K b", results="Y", weights="K b", settings=SETTINGS,
    shapes={"X": "c h w", "K": "c 1 m n", "b": "c"},
    lines={"Z": f"conv2d(X, K, {STEPS}, dilation=dilation, groups=c)", "Y": "Z + per_channel(b, Z)"},
    source="Sifre & Mallat 2014; Howard et al. 2017",
)  # fmt: skip
layer(
    "transposed_convolution1d", params="X K b", results="Y", weights="K b",
    settings=TRANSPOSED,
    shapes={"X": "c n", "K": "c k m", "b": "k"},
    lines={"Z": f"conv_transpose1d(X, K, {STEPS}, {MORE})", "Y": "Z + per_channel(b, Z)"},
    source="Zeiler, Krishnan, Taylor & Fergus 2010",
)  # fmt: skip
layer(
    "transposed_convolution2d", params="X K b", results="Y", weights="K b",
    settings=TRANSPOSED,
    shapes={"X": "c h w", "K": "c k m n", "b": "k"},
    lines={"Z": f"conv_transpose2d(X, K, {STEPS}, {MORE})", "Y": "Z + per_channel(b, Z)"},
    source="Zeiler, Krishnan, Taylor & Fergus 2010",
)  # fmt: skip
POOLING = {"width": "2", "stride": "width", "pad": "0"}
WINDOWS = "patches({0}, width, stride=stride, pad=pad)"


def pooled(*lead: str, axes: str) -> str:
    """The windows of an array, one number each, laid out as they lie in it."""
    counts = [f"floor(({n} + 2 pad - width) / stride) + 1" for n in axes]
    return f"reshape(p, {', '.join((*lead, *counts))})"


def pooling(ending: str, lead: str, axes: str) -> None:
    """The pools of an array with some leading axes: of its windows the largest entry, or the mean."""
    shape, like = " ".join((*lead, *axes)), ", ".join((*lead, *axes))
    last = {"Y": pooled(*lead, axes=axes)} if shape != "n" else {}
    results = "Y" if last else "p"
    whole = partial(layer, params="X", results=results, shapes={"X": shape})
    whole(
        f"max_pooling{ending}", settings=POOLING, written="max_pool", halves="pad width",
        lines={
            "R": WINDOWS.format("X"),
            "M": f"argmax(R, {WINDOWS.format(f'ones({like})')})",  # of the entries inside
            "p": "sum(R * M, axis=2)",
            **last,
        },
        source="Zhou & Chellappa 1988; Jarrett, Kavukcuoglu, Ranzato & LeCun 2009",
    )  # fmt: skip
    whole(
        f"average_pooling{ending}", settings=POOLING, written="avg_pool",
        lines={"R": WINDOWS.format("X"), "p": "mean(R, axis=2)", **last},
        source="LeCun et al. 1989",
    )  # fmt: skip


pooling("", "", "hw")
pooling("1d", "", "n")
pooling("_channels", "c", "hw")
layer(
    "average_pooling_inside", params="X", results="Y", shapes={"X": "h w"},
    settings={**POOLING, "pad": "1"},
    lines={
        "R": WINDOWS.format("X"),
        "N": f"sum({WINDOWS.format('ones(h, w)')}, axis=2)",
        "p": "sum(R, axis=2) / N",
        "Y": pooled(axes="hw"),
    },
    source="LeCun et al. 1989; the entries inside counted, as Paszke et al. 2019 have it by choice",
)  # fmt: skip
layer(
    "separable_convolution", params="x u v", results="Y", weights="u v",
    shapes={"x": "h w", "u": "m", "v": "n"},
    lines={"K": "u v^T", "Y": "conv2d(x, K)"},
    source="Rigamonti, Sironi, Lepetit & Fua 2013",
)  # fmt: skip
