"""This module declares the games of generator and discriminator, by their values over a batch."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="adversarial")

layer(
    "gan_value", params="r f", results="v",
    lines={"v": "mean(log(r)) + mean(log(1 - f))"},
    source="Goodfellow et al. 2014",
)  # fmt: skip
layer(
    "gan_saturating", params="f", results="J",
    lines={"J": "mean(log(1 - f))"},
    source="Goodfellow et al. 2014",
)  # fmt: skip
layer(
    "gan_non_saturating", params="f", results="J",
    lines={"J": "-mean(log(f))"},
    source="Goodfellow et al. 2014",
)  # fmt: skip
layer(
    "wgan_critic", params="r f", results="v",
    lines={"v": "mean(r) - mean(f)"},
    source="Arjovsky, Chintala & Bottou 2017",
)  # fmt: skip
