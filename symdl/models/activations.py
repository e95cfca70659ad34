"""This module declares the activation functions, each as its formula and the derivative as it is taught."""

from __future__ import annotations

from symdl.ops.declaring import activation as activation

activation(
    "sigmoid", "1 / (1 + exp(-x))", derivative="y (1 - y)", tex=r"\sigma",
    forms="1 / (1 + exp(-x)); exp(x) / (1 + exp(x))",
    source="Rumelhart, Hinton & Williams 1986",
)  # fmt: skip
activation(
    "hard_sigmoid",
    "max(0, min(1, x / 6 + 1 / 2))",
    tex=r"\operatorname{hardsigmoid}",
    kinks="x + 3; x - 3",
    derivative="where(x > -3, where(x < 3, 1 / 6, 0), 0)",
    source="Howard et al. 2019",
)
activation(
    "tansig", "2 / (1 + exp(-2 x)) - 1", derivative="1 - y^2", stable="tanh(x)", tex=r"\operatorname{tansig}"
)
activation(
    "relu", "max(0, x)", derivative="where(x > 0, 1, 0)", kinks="x", tex=r"\operatorname{ReLU}",
    source="Nair & Hinton 2010",
)  # fmt: skip
activation(
    "relu6",
    "min(6, max(0, x))",
    derivative="where(x > 0, where(x < 6, 1, 0), 0)",
    kinks="x; x - 6",
    tex=r"\operatorname{ReLU6}",
)
activation(
    "leaky_relu", "where(x > 0, x, x / 100)", derivative="where(x > 0, 1, 1 / 100)", kinks="x",
    tex=r"\operatorname{LReLU}", source="Maas, Hannun & Ng 2013",
)  # fmt: skip
activation(
    "prelu", "where(x > 0, x, alpha x)", params="x alpha",
    derivative={"x": "where(x > 0, 1, alpha)", "alpha": "where(x > 0, 0, x)"}, kinks="x",
    tex=r"\operatorname{PReLU}", source="He, Zhang, Ren & Sun 2015", forms="where(x > 0, x, alpha x)",
)  # fmt: skip
activation(
    "elu", "where(x > 0, x, exp(x) - 1)", derivative="where(x > 0, 1, y + 1)", kinks="",
    tex=r"\operatorname{ELU}", source="Clevert, Unterthiner & Hochreiter 2015",
)  # fmt: skip
SELU_SCALE, SELU_ALPHA = "1.0507009873554804934193349852946", "1.6732632423543772848170429916717"
activation(
    "selu", f"{SELU_SCALE} where(x > 0, x, {SELU_ALPHA} (exp(x) - 1))",
    derivative=f"{SELU_SCALE} where(x > 0, 1, {SELU_ALPHA} exp(x))", kinks="x", tex=r"\operatorname{SELU}",
    source="Klambauer, Unterthiner, Mayr & Hochreiter 2017",
)  # fmt: skip
activation(
    "softplus",
    "log(1 + exp(x))",
    derivative="sigmoid(x)",
    stable="max(x, 0) + log(1 + exp(-|x|))",
    forms="log(1 + exp(x))",
    tex=r"\operatorname{softplus}",
    source="Dugas et al. 2001",
)
activation(
    "swish",
    "x sigmoid(x)",
    derivative="sigmoid(x) + y (1 - sigmoid(x))",
    tex=r"\operatorname{swish}",
    source="Ramachandran, Zoph & Le 2017",
)
activation(
    "silu",
    "x sigmoid(x)",
    derivative="sigmoid(x) + y (1 - sigmoid(x))",
    tex=r"\operatorname{SiLU}",
    source="Elfwing, Uchibe & Doya 2018",
)
activation(
    "gelu", "x / 2 (1 + erf(x / sqrt(2)))", tex=r"\operatorname{GELU}",
    derivative="1 / 2 (1 + erf(x / sqrt(2))) + x exp(-x^2 / 2) / sqrt(2 pi)",
    source="Hendrycks & Gimpel 2016",
)  # fmt: skip
activation(
    "gelu_tanh",
    "x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))",
    derivative="1 / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))"
    " + x / 2 (1 - tanh(sqrt(2 / pi) (x + 0.044715 x^3))^2) sqrt(2 / pi) (1 + 0.134145 x^2)",
    tex=r"\operatorname{GELU}_{\tanh}",
    source="Hendrycks & Gimpel 2016",
)
activation("mish", "x tanh(softplus(x))", tex=r"\operatorname{Mish}", source="Misra 2019")
activation(
    "softsign",
    "x / (1 + |x|)",
    derivative="1 / (1 + |x|)^2",
    kinks="",
    tex=r"\operatorname{softsign}",
    source="Glorot & Bengio 2010",
)
activation(
    "gaussian", "exp(-x^2)", derivative="-2 x y", tex=r"\operatorname{gauss}", source="Broomhead & Lowe 1988"
)
activation(
    "step",
    "where(x >= 0, 1, 0)",
    derivative="0",
    kinks="x",
    tex=r"\operatorname{step}",
    source="McCulloch & Pitts 1943",
)
activation("linear", "x", derivative="1", tex=r"\operatorname{id}")
activation(
    "hard_tanh", "max(-1, min(1, x))", derivative="where(x > -1, where(x < 1, 1, 0), 0)",
    kinks="x + 1; x - 1", tex=r"\operatorname{hardtanh}", source="Collobert 2004",
)  # fmt: skip
activation(
    "hard_swish", "x max(0, min(6, x + 3)) / 6", kinks="x + 3; x - 3",
    derivative="where(x > -3, where(x < 3, (2 x + 3) / 6, 1), 0)",
    tex=r"\operatorname{hardswish}", source="Howard et al. 2019",
)  # fmt: skip
activation("tanh_shrink", "x - tanh(x)", derivative="tanh(x)^2", tex=r"\operatorname{tanhshrink}")
activation(
    "log_sigmoid", "-log(1 + exp(-x))", derivative="sigmoid(-x)", stable="min(x, 0) - log(1 + exp(-|x|))",
    tex=r"\log\sigma",
)  # fmt: skip
activation(
    "celu", "where(x > 0, x, exp(x) - 1)", derivative="where(x > 0, 1, y + 1)", kinks="",
    tex=r"\operatorname{CELU}", source="Barron 2017",
)  # fmt: skip
activation(
    "squared_relu", "max(0, x)^2", derivative="2 max(0, x)", kinks="", tex=r"\operatorname{ReLU}^2",
    source="So et al. 2021",
)  # fmt: skip
activation(
    "elu_alpha", "where(x > 0, x, alpha (exp(x) - 1))", params="x alpha",
    derivative={"x": "where(x > 0, 1, y + alpha)", "alpha": "where(x > 0, 0, exp(x) - 1)"}, kinks="x",
    forms="where(x > 0, x, alpha (exp(x) - 1))",
    tex=r"\operatorname{ELU}", source="Clevert, Unterthiner & Hochreiter 2015",
)  # fmt: skip
activation(
    "soft_shrink", "sign(x) max(0, |x| - 1 / 2)", kinks="x + 1 / 2; x - 1 / 2",
    derivative="where(x > 1 / 2, 1, where(x < -1 / 2, 1, 0))", tex=r"\operatorname{softshrink}",
    source="Donoho & Johnstone 1994",
)  # fmt: skip
activation(
    "hard_shrink", "where(|x| > 1 / 2, x, 0)", kinks="x + 1 / 2; x - 1 / 2",
    derivative="where(x > 1 / 2, 1, where(x < -1 / 2, 1, 0))", tex=r"\operatorname{hardshrink}",
    source="Donoho & Johnstone 1994",
)  # fmt: skip
