"""This module spells functions: how a function of the library is printed, by layout.

Whoever declares a function hands its spelling to the `Notation`; a function without one prints by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

Layout = Literal[
    "call",  # ReLU(z)
    "prefix",  # sin x, and log(a + b) where the argument needs brackets
    "root",  # a radical sign
    "power",  # the base raised to the argument: e^x
    "bars",  # |x|
    "norm",  # ||x||
    "cases",  # where(c, a, b)
    "big",  # a large operator before its argument
    "index",  # arguments as a subscript: 1_n
    "indices",  # the same with commas between them: K_m,n
    "infix",  # a sign between two arguments
    "exp",  # e^x, and exp(...) where the argument is tall or long
    "template",  # the argument in place of `#`
    "base",  # the second argument as a subscript: log_b x
    "limit",  # of the first argument, as the second tends to the third
    "postfix",  # the sign behind the argument: A^-1
    "column",  # the arguments one below the other, as blocks
]


@dataclass(frozen=True, slots=True)
class FunctionSpelling:
    r"""How a function prints: its sign in TeX and in text, its layout, and whether it gives a scalar.

    >>> FunctionSpelling("sigmoid", r"\\sigma", "σ").layout
    'call'
    """

    key: str
    tex: str
    text: str = ""
    layout: Layout = "call"
    scalar: bool = False  # of an array argument

    @property
    def word(self) -> str:
        """The sign in text."""
        return self.text or self.key


def operator(key: str, word: str | None = None, *, scalar: bool = False) -> FunctionSpelling:
    r"""A function that prints as an upright word.

    >>> operator("relu", "ReLU").tex
    '\\operatorname{ReLU}'
    """
    shown = word or key
    escaped = shown.replace("_", r"\_")
    return FunctionSpelling(key, rf"\operatorname{{{escaped}}}", shown, scalar=scalar)


OTHER_NAMES: Mapping[str, str] = MappingProxyType(  # that the library's functions are called by
    {
        "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arsinh": "asinh",
        "arccosh": "acosh", "arcosh": "acosh", "arctanh": "atanh", "artanh": "atanh", "sgn": "sign",
        "threshold": "step", "heaviside": "step", "logistic": "sigmoid", "detach": "stop_gradient",
        "binary_cross_entropy": "bce", "categorical_cross_entropy": "cross_entropy",
        "mean_squared_error": "mse", "mean_absolute_error": "mae", "root_mean_squared_error": "rmse",
        "sum_of_squared_errors": "sse",
        "sg": "stop_gradient", "arccot": "acot", "arctan2": "atan2", "inverse": "inv",
        "tr": "trace", "LReLU": "leaky_relu", "gauss": "gaussian",
    }
)  # fmt: skip
_PREFIX = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "log", "ln")

SPELLINGS: Mapping[str, FunctionSpelling] = MappingProxyType(
    {
        spelling.key: spelling
        for spelling in (
            *(FunctionSpelling(key, f"\\{key}", layout="prefix") for key in _PREFIX),
            FunctionSpelling("asin", r"\arcsin", "arcsin", "prefix"),
            FunctionSpelling("acos", r"\arccos", "arccos", "prefix"),
            FunctionSpelling("atan", r"\arctan", "arctan", "prefix"),
            FunctionSpelling("log2", r"\log_{2}", "log₂", "prefix"),
            FunctionSpelling("log10", r"\log_{10}", "log₁₀", "prefix"),
            FunctionSpelling("log_base", r"\log", "log", "base"),
            FunctionSpelling("limit", r"\lim", "lim", "limit", scalar=True),
            FunctionSpelling("exp", r"\exp", "exp", "exp"),
            FunctionSpelling("sqrt", r"\sqrt", "√", "root"),
            FunctionSpelling("abs", "|", "|", "bars"),
            FunctionSpelling("norm", r"\lVert", "‖", "norm", scalar=True),
            FunctionSpelling("floor", r"\left\lfloor # \right\rfloor", "floor", "template"),
            FunctionSpelling("concat", r"\operatorname{concat}", "concat", "column"),
            FunctionSpelling("where", "", "where", "cases"),
            FunctionSpelling("sum", r"\sum", "∑", "big", scalar=True),
            FunctionSpelling("prod", r"\prod", "∏", "big", scalar=True),
            FunctionSpelling("ones", r"\mathbf{1}", "ones", "index"),
            FunctionSpelling("zeros", r"\mathbf{0}", "zeros", "index"),
            FunctionSpelling("eye", "I", "eye", "index"),
            FunctionSpelling("commutation", "K", "commutation", "indices"),
            FunctionSpelling("binary", r"\{0, 1\}", "binary", "power"),
            FunctionSpelling("dot", r"\cdot", "·", "infix", scalar=True),
            FunctionSpelling("outer", r"\otimes", "⊗", "infix"),
            FunctionSpelling("kron", r"\otimes", "⊗", "infix"),
            FunctionSpelling("max", r"\max", scalar=True),
            FunctionSpelling("min", r"\min", scalar=True),
            FunctionSpelling("det", r"\det", scalar=True),
            FunctionSpelling("inv", "^{-1}", "⁻¹", "postfix"),
            FunctionSpelling("logdet", r"\log \lvert \det # \rvert", "logdet", "template", scalar=True),
            FunctionSpelling("sigmoid", r"\sigma", "σ"),
            FunctionSpelling("phi", r"\varphi", "φ"),
            operator("relu", "ReLU"),
            operator("softmax"),
            operator("trace", "tr", scalar=True),
            operator("mean", scalar=True),
            operator("sign", "sgn"),
            operator("vec"),
            operator("argmax", "arg max"),
            operator("stop_gradient", "sg"),
        )
    }
)


def spelling(key: str, functions: Mapping[str, FunctionSpelling] = SPELLINGS) -> FunctionSpelling:
    r"""The spelling of a function; `f'` is spelled as `f` with a prime, an unknown one by its name.

    >>> spelling("sigmoid'").tex, spelling("lstm_cell").tex
    ("\\sigma'", '\\operatorname{lstm\\_cell}')
    """
    found = functions.get(key)
    if found is not None:
        return found
    if key.endswith("'"):
        plain = spelling(key[:-1], functions)
        tex = f"({plain.tex})" if "^" in plain.tex else plain.tex  # a prime cannot follow an exponent
        return replace(plain, key=key, tex=tex + "'", text=plain.word + "′", layout="call")
    return operator(key)


def spelled(key: str, tex: str | None) -> FunctionSpelling:
    r"""The spelling that a declaration gives by its TeX alone; `#` stands for the argument.

    >>> spelled("relu6", r"\operatorname{ReLU6}").word, spelled("cbrt", r"\sqrt[3]{#}").layout
    ('ReLU6', 'template')
    """
    if key in SPELLINGS or tex is None:
        return SPELLINGS.get(key) or operator(key)
    word = tex.removeprefix(r"\operatorname{").removesuffix("}") if tex.startswith(r"\operatorname{") else key
    layout: Layout = "template" if "#" in tex else "call"
    return FunctionSpelling(key, tex, key if "\\" in word or "}" in word else word, layout)
