r"""This module lists the LaTeX commands of formulas, and the other names that students give to functions.

A command is a sign (`\odot`), a letter or function (`\alpha`, `\sin`), a font or accent over an argument
(`\mathbf{x}`, `\hat y`), or only spacing; what has a structure of its own is read in `latex`.
"""

from __future__ import annotations

from collections.abc import Mapping

from symdl.formula.characters import GREEK

SPACES = frozenset(
    [
        ",",
        ";",
        ":",
        "!",
        ">",
        "~",
        "quad",
        "qquad",
        "left",
        "right",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "biggl",
        "biggr",
        "Biggl",
        "Biggr",
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "limits",
        "nolimits",
        "nonumber",
        "thinspace",
        "hfill",
        "mathstrut",
        "medspace",
        "thickspace",
        "negthinspace",
        "negmedspace",
        "negthickspace",
        "enspace",
        "enskip",
        "scriptscriptstyle",
        "middle",
        "allowbreak",
        "noindent",
    ]
) | {" ", "\n", "\t", "(", ")", "[", "]"}  # with the delimiters of displayed and inline formulas
SIGNS: Mapping[str, str] = {
    "cdot": "@", "times": "@", "bullet": "@", "odot": "*", "circ": "*", "ast": "*", "star": "*", "div": "/",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<",
    "gt": ">", "ne": "!=", "neq": "!=", "vert": "|", "lvert": "|", "rvert": "|", "Vert": "|", "lVert": "|",
    "rVert": "|", "|": "|", "{": "(", "}": ")", "lbrace": "(", "rbrace": ")", "lbrack": "[", "rbrack": "]",
    "dots": "..", "ldots": "..", "cdots": "..", "partial": "∂", "nabla": "∇", "prime": "'", "top": "⊤",
    "intercal": "⊤", "\\": "break", "newline": "break", "cr": "break", "otimes": "⊗",
    "langle": "(", "rangle": ")", "coloneqq": "=", "equiv": "=", "approx": "=", "simeq": "=", "cong": "=",
    "Rightarrow": "break", "Longrightarrow": "break", "implies": "break", "Leftrightarrow": "break",
    "iff": "break", "rightarrow": "break", "to": "break", "longrightarrow": "break", "therefore": "break",
}  # fmt: skip
_PLAIN = (
    "sin cos tan sec csc cot sinh cosh tanh sech coth exp log ln max min det dim arcsin arccos arctan arg"
    " softmax sigmoid relu sgn"
)
WORDS: Mapping[str, str] = (
    {name: name for name in (*GREEK.values(), *_PLAIN.split())}
    | {f"var{name}": name for name in ("epsilon", "theta", "phi", "rho", "kappa", "sigma", "pi")}
    | {"ell": "l", "tg": "tan", "tr": "trace", "Tr": "trace", "lg": "log10", "cosec": "csc"}
    | {f"{arc}{name}": f"a{name}" for arc in ("ar", "arc") for name in ("sinh", "cosh", "tanh")}
)
FONTS = frozenset(
    [
        "mathbf",
        "boldsymbol",
        "bm",
        "mathcal",
        "mathsf",
        "mathit",
        "mathscr",
        "mathfrak",
        "vec",
        "underline",
        "boxed",
        "mathbin",
    ]
)
UPRIGHT = frozenset(
    ["mathrm", "operatorname", "text", "textrm", "textbf", "textit", "textsf", "mathtt", "mbox", "textnormal"]
)
ACCENTS: Mapping[str, str] = {
    "hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar",
    "overline": "bar", "dot": "dot",
}  # fmt: skip
SILENT = frozenset(
    {"tag", "label", "phantom", "hspace", "color"}
)  # said with their argument, read as nothing
ROUNDED = ("lfloor", "lceil")
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
SUMS: Mapping[str, str] = {"sum": "sum", "prod": "prod"}
MATRICES = frozenset(f"{kind}matrix" for kind in ("", "p", "b", "v", "B", "small")) | {"array"}
LINES = frozenset(
    ["aligned", "align", "align*", "equation", "equation*", "gather", "gather*", "gathered", "split"]
)
FILLERS = frozenset(
    ["if", "for", "when", "else", "otherwise", "and", "where"]
)  # words between the parts of cases
NAMES = (*SIGNS, *WORDS, *FONTS, *UPRIGHT, *ACCENTS, *FRACTIONS, *SUMS, "sqrt", "begin", "end")

UNICODE: Mapping[str, str] = {
    "∂": r"\partial ", "∇": r"\nabla ", "∑": r"\sum ", "∏": r"\prod ", "′": "'", "’": "'", "𝟙": r"\mathbb{1}",
    "𝟏": r"\mathbb{1}", "ℓ": "l", "ℒ": "L", "➝": "", "\ufeff": "", "≈": r"\approx ", "≃": r"\approx ",
    "≅": r"\approx ", "⇒": r"\implies ", "⟹": r"\implies ", "→": r"\to ", "∴": r"\therefore ",
    "⇔": r"\iff ",
}  # fmt: skip

MODULES = ("np", "numpy", "math", "torch", "jnp", "tf", "jax", "scipy", "sympy", "keras")
PARTS = ("nn", "functional", "linalg", "math", "special", "numpy", "activations", "scipy")  # of modules
FUNCTIONS: Mapping[str, str] = {
    "sigma": "sigmoid", "ReLU": "relu", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "tg": "tan", "sgn": "sign",
    "maximum": "max", "minimum": "min", "Heaviside": "step", "heaviside": "step", "tr": "trace",
    "logistic": "sigmoid", "LeakyReLU": "leaky_relu", "power": "power", "lg": "log10", "Abs": "abs",
    "Max": "max", "Min": "min", "signum": "sign", "cosec": "csc", "arsinh": "asinh", "arcosh": "acosh",
    "artanh": "atanh", "absolute": "abs", "expit": "sigmoid", "ger": "outer", "fabs": "abs", "Sum": "sum",
}  # fmt: skip
