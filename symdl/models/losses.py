"""This module declares the loss functions. The prediction is the first argument, the target the second.

Averages are part of the name or of the note: `mse` divides by the number of all entries, `half_sse` by
two; a classification loss on a matrix (one example a row) averages over the rows.
"""

from __future__ import annotations

from symdl.ops.declaring import composite_function, formula_function

DISTRIBUTIONS, PROBABILITIES, COUNTS = (
    {"p": fact, "t": fact} for fact in ("distribution", "unit", "positive")
)  # what predictions and targets are meant to be


def loss(key: str, formula: str, *, params: str = "p y", **options: str) -> None:
    """Declare a loss that is written out where it is called."""
    formula_function(key, formula, params=params, kind="loss", **options)


loss("sse", "sum((p - y)^2)", tex=r"\operatorname{SSE}", source="Legendre 1805")
loss("half_sse", "sum((p - y)^2) / 2", tex=r"\tfrac{1}{2}\operatorname{SSE}")
loss("mse", "mean((p - y)^2)", tex=r"\operatorname{MSE}", source="Gauss 1809")
loss("half_mse", "mean((p - y)^2) / 2", tex=r"\tfrac{1}{2}\operatorname{MSE}")
loss("rmse", "sqrt(mean((p - y)^2))", tex=r"\operatorname{RMSE}")
loss("mae", "mean(abs(p - y))", tex=r"\operatorname{MAE}", source="Boscovich 1757; Laplace 1774")
loss("huber", "mean(where(abs(p - y) <= 1, (p - y)^2 / 2, abs(p - y) - 1 / 2))", source="Huber 1964")
loss("hinge", "mean(relu(1 - y * p))", source="Cortes & Vapnik 1995")
loss("squared_hinge", "mean(relu(1 - y * p)^2)", tex=r"\operatorname{hinge}^2", source="Tang 2013")
loss(
    "cosine_loss", "1 - dot(p, y) / (norm(p) * norm(y))", tex=r"\operatorname{cosloss}",
    source="Barz & Denzler 2020",
)  # fmt: skip
loss("quantile", "mean(max(9 / 10 * (y - p), (1 / 10) * (p - y)))", source="Koenker & Bassett 1978")
loss(
    "contrastive", "(t * dot(u - v, u - v) + (1 - t) * relu(1 - norm(u - v))^2) / 2", params="u v t",
    source="Hadsell, Chopra & LeCun 2006",
)  # fmt: skip
loss(
    "triplet", "relu(dot(a - p, a - p) - dot(a - n, a - n) + 1)", params="a p n",
    source="Schroff, Kalenichenko & Philbin 2015",
)  # fmt: skip

composite_function(
    "log_cosh", "mean(log(cosh(p - t)))", params="p t", kind="loss",
    stable="mean(abs(p - t) + log(1 + exp(-2 * abs(p - t))) - log(2))",
    pullbacks={"p": "up * tanh(p - t) / count(p)", "t": "-up * tanh(p - t) / count(p)"},
    tex=r"\operatorname{logcosh}", source="Green 1990",
)  # fmt: skip
composite_function(
    "kl_divergence", "sum(t * log(t / p)) / rows(p, axis=axis)", params="p t",
    kind="loss", meant=DISTRIBUTIONS, axis=True,
    fused={"softmax": "(p * spread(sum(t, axis=axis), p, axis=axis) - t) / rows(p, axis=axis)"},
    pullbacks={
        "p": "-up * t / p / rows(p, axis=axis)", "t": "up * (log(t / p) + 1) / rows(p, axis=axis)",
    },
    forms="sum(t * log(t / p)); t.T log(t / p); sum(t * log(t / p)) / n; sum(t * (log(t) - log(p))); "
    "dot(t, log(t / p)); sum(t * (log(t) - log(p))) / n; -sum(t * log(p / t)); -sum(t * log(p / t)) / n",
    tex=r"\operatorname{KL}", source="Kullback & Leibler 1951",
)  # fmt: skip
composite_function(
    "jensen_shannon", "sum(t * log(2 * t / (p + t)) + p * log(2 * p / (p + t))) / (2 * rows(p))",
    params="p t", kind="loss", meant=DISTRIBUTIONS,
    pullbacks={
        "p": "up * log(2 * p / (p + t)) / (2 * rows(p))", "t": "up * log(2 * t / (p + t)) / (2 * rows(p))",
    },
    forms="sum(t * log(2 * t / (p + t)) + p * log(2 * p / (p + t))) / 2; "
    "sum(t * log(t / ((p + t) / 2)) + p * log(p / ((p + t) / 2))) / 2; "
    "(sum(t * log(2 * t / (p + t))) + sum(p * log(2 * p / (p + t)))) / 2",
    tex=r"\operatorname{JS}", source="Lin 1991",
)  # fmt: skip
composite_function(
    "focal", "mean(-(t * (1 - p)^2 * log(p) + (1 - t) * p^2 * log(1 - p)))", params="p t",
    kind="loss", meant=PROBABILITIES,
    pullbacks={
        "p": "up * (t * (1 - p) * (2 * log(p) - (1 - p) / p) - (1 - t) * p * (2 * log(1 - p) - p / (1 - p)))"
        " / count(p)",
        "t": "up * (p^2 * log(1 - p) - (1 - p)^2 * log(p)) / count(p)",
    },
    source="Lin, Goyal, Girshick, He & Dollar 2017",
)  # fmt: skip

composite_function(
    "poisson_nll", "mean(p - t * log(p))", params="p t", kind="loss", meant=COUNTS,
    fused={"exp": "(p - t) / count(p)"},
    pullbacks={"p": "up * (1 - t / p) / count(p)", "t": "-up * log(p) / count(p)"},
    tex=r"\operatorname{NLL}_{\text{Poisson}}", source="McCullagh & Nelder 1989",
)  # fmt: skip
composite_function(
    "bce", "mean(-(t * log(p) + (1 - t) * log(1 - p)))", params="p t", kind="loss", meant=PROBABILITIES,
    fused={"sigmoid": "(p - t) / count(p)"},
    pullbacks={"p": "up * (p - t) / (p * (1 - p)) / count(p)", "t": "up * (log(1 - p) - log(p)) / count(p)"},
    tex=r"\operatorname{BCE}", logits="bce_logits", source="Bishop 2006, section 4.3.2",
    forms="-(t * log(p) + (1 - t) * log(1 - p)); -mean(t * log(p) + (1 - t) * log(1 - p)); "
    "-sum(t * log(p) + (1 - t) * log(1 - p)) / n; mean(-t * log(p) - (1 - t) * log(1 - p))",
)  # fmt: skip
composite_function(
    "bce_sum", "-sum(t * log(p) + (1 - t) * log(1 - p))", params="p t", kind="loss",
    fused={"sigmoid": "p - t"},
    pullbacks={"p": "up * (p - t) / (p * (1 - p))", "t": "up * (log(1 - p) - log(p))"},
    tex=r"\operatorname{BCE}_{\Sigma}",
    forms="-sum(t * log(p) + (1 - t) * log(1 - p)); sum(-t * log(p) - (1 - t) * log(1 - p))",
)  # fmt: skip
composite_function(
    "bce_logits", "mean(log(1 + exp(z)) - t * z)", params="z t", kind="loss", meant={"t": "unit"},
    stable="mean(softplus(z) - t * z)",
    pullbacks={"z": "up * (sigmoid(z) - t) / count(z)", "t": "-up * z / count(z)"},
    tex=r"\operatorname{BCE}_{\text{logits}}",
)  # fmt: skip
composite_function(
    "cross_entropy", "-sum(t * log(p)) / rows(p, axis=axis)", params="p t", kind="loss", meant=DISTRIBUTIONS,
    fused={"softmax": "(p * spread(sum(t, axis=axis), p, axis=axis) - t) / rows(p, axis=axis)"},
    pullbacks={"p": "-up * t / p / rows(p, axis=axis)", "t": "-up * log(p) / rows(p, axis=axis)"},
    axis=True, tex=r"\operatorname{CE}", logits="softmax_cross_entropy", source="Bishop 2006, section 4.3.4",
    forms="-sum(t * log(p)); -sum(t * log(p)) / n; -dot(t, log(p)); -t.T log(p)",
)  # fmt: skip
composite_function(
    "softmax_cross_entropy",
    "sum(t * (spread(logsumexp(z, axis=axis), z, axis=axis) - z)) / rows(z, axis=axis)",
    params="z t", kind="loss", meant={"t": "distribution"}, axis=True,
    pullbacks={
        "z": "up * (softmax(z, axis=axis) * spread(sum(t, axis=axis), z, axis=axis) - t)"
        " / rows(z, axis=axis)",
        "t": "-up * log_softmax(z, axis=axis) / rows(z, axis=axis)",
    },
    tex=r"\operatorname{CE}_{\text{logits}}",
)  # fmt: skip
loss(
    "sparse_cross_entropy", "cross_entropy(p, class_vector(k, count(p) / rows(p)))", params="p k",
    tex=r"\operatorname{CE}",
)  # fmt: skip
loss(
    "sparse_softmax_cross_entropy", "softmax_cross_entropy(z, class_vector(k, count(z) / rows(z)))",
    params="z k", tex=r"\operatorname{CE}_{\text{logits}}",
)  # fmt: skip
