"""This module declares memories that are read and written by weights, all of it differentiable."""

from __future__ import annotations

from functools import partial

from symdl.models.layer import layer as declared

layer = partial(declared, family="memory")

GRAVES = "Graves et al. 2016"

layer(
    "content_addressing", params="k M beta", results="w",
    shapes={"k": "d", "M": "N d", "beta": ""},
    lines={
        "r": "sqrt(sum(square(M), axis=2))",
        "q": "norm(k)",
        "s": "M k / (r q)",
        "w": "softmax(beta s)",
    },
    source="Graves, Wayne & Danihelka 2014",
)  # fmt: skip
layer(
    "ntm_addressing", params="c w g s gamma", results="w_new",
    shapes={"c": "N", "w": "N", "g": "", "s": "S", "gamma": ""},
    lines={
        "q": "g c + (1 - g) w",
        "r": "sum(s[k] roll(q, k - floor((S + 1) / 2)), k=1..S)",
        "p": "r^gamma",
        "w_new": "p / sum(p)",
    },
    source="Graves, Wayne & Danihelka 2014",
)  # fmt: skip
layer(
    "ntm_write", params="M w e a", results="M_new",
    shapes={"M": "N d", "w": "N", "e": "d", "a": "d"},
    lines={"K": "1 - w e^T", "M_new": "M * K + w a^T"},
    source="Graves, Wayne & Danihelka 2014",
)  # fmt: skip
layer(
    "ntm_read", params="M w", results="r", shapes={"M": "N d", "w": "N"},
    lines={"r": "M^T w"},
    source="Graves, Wayne & Danihelka 2014",
)  # fmt: skip
layer(
    "dnc_usage", params="u w R f", results="u_new",
    shapes={"u": "N", "w": "N", "R": "H N", "f": "H"},
    lines={
        "psi": "prod(1 - f[k] R[k,:], k=1..H)",
        "u_new": "(u + w - u * w) * psi",
    },
    source=GRAVES,
)  # fmt: skip
layer(
    "dnc_allocation", params="u", results="a", shapes={"u": "N"},
    lines={
        "P": "permutation(u)",
        "s": "P u",
        "q[j=1..N]": "(1 - s[j]) prod(s[i], i=1..j-1)",
        "a": "sum(q[j] P[j,:], j=1..N)",
    },
    source=GRAVES,
)  # fmt: skip
layer(
    "dnc_write", params="M c a g h e v", results="M_new w",
    shapes={"M": "N d", "c": "N", "a": "N", "g": "", "h": "", "e": "d", "v": "d"},
    lines={
        "w": "g (h a + (1 - h) c)",
        "M_new": "M * (1 - w e^T) + w v^T",
    },
    source=GRAVES,
)  # fmt: skip
layer(
    "dnc_link", params="L p w", results="L_new p_new",
    shapes={"L": "N N", "p": "N", "w": "N"},
    lines={
        "B": "(1 - w ones(N)^T - ones(N) w^T) * L + w p^T",
        "L_new": "B * (1 - eye(N))",
        "p_new": "(1 - sum(w)) p + w",
    },
    source=GRAVES,
)  # fmt: skip
layer(
    "dnc_read", params="M L w c m", results="r w_new",
    shapes={"M": "N d", "L": "N N", "w": "N", "c": "N", "m": "3"},
    lines={
        "b": "L^T w",
        "f": "L w",
        "w_new": "m[1] b + m[2] c + m[3] f",
        "r": "M^T w_new",
    },
    source=GRAVES,
)  # fmt: skip
