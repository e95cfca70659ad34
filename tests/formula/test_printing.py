"""How formulas look: what is typed, in TeX, and in a terminal."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symdl.formula.functions import FunctionSpelling
from symdl.formula.notation import Notation
from symdl.formula.pretty import to_text
from symdl.formula.reader import read_formula
from symdl.formula.scope import Scope
from symdl.formula.tex import to_tex
from symdl.formula.tree import (
    TWO,
    Apply,
    Array,
    Index,
    Marked,
    Name,
    Negate,
    Node,
    Number,
    Partial,
    Power,
    Sum,
    Transpose,
    number,
    plus,
    times,
)

words = str.split
FUNCTIONS = words(
    "sin log exp sqrt relu sigmoid softmax where sum prod mean binary ones abs norm dot max log2 f lstm_cell"
)
RANKS = dict.fromkeys(words("W1 W2 A B X"), 2) | dict.fromkeys(words("x y o u v b1 h1 z1 h y_hat"), 1)
SCALARS = words("a b w z t N n i j m g alpha beta1 loss L W1_2_1 x1")
SCOPE = Scope(frozenset([*RANKS, *SCALARS]), frozenset(FUNCTIONS))
NOTATION = Notation(ranks=RANKS, timed=frozenset({"h"}), deltas={"z1": "delta1"})
WRITTEN_OUT = NOTATION.without_deltas()

# fmt: off
SUMS_AND_PRODUCTS = [
    ("a + b - w",         "a + b - w",                          "a + b - w"),
    ("a - (b - w)",       "a - (b - w)",                        "a - (b - w)"),
    ("a sum(b) - w",      r"\left(a \sum b\right) - w",          "(a ∑ b) - w"),
    ("w - sum(b)",        r"w - \sum b",                        "w - ∑ b"),
    ("a - -b",            "a - (-b)",                           "a - (-b)"),
    ("-(-a) + b",         "-(-a) + b",                          "-(-a) + b"),
    ("-(a + b)",          "-(a + b)",                           "-(a + b)"),
    ("-a b",              "-a b",                               "-a b"),
    ("3*4",               r"3 \cdot 4",                         "3 · 4"),
    ("0.15*0.05 + 0.2*0.1", r"0.15 \cdot 0.05 + 0.2 \cdot 0.1", "0.15 · 0.05 + 0.2 · 0.1"),
    ("2*-3",              r"2 \cdot (-3)",                      "2 · (-3)"),
    ("a * -3",            r"a \cdot (-3)",                      "a · (-3)"),
    ("a*2",               r"a \cdot 2",                         "a · 2"),
    ("a * 2^3",           r"a \cdot 2^{3}",                     "a · 2³"),
    ("2 a b",             "2 a b",                              "2a b"),
    ("2*a*b",             "2 a b",                              "2a b"),
    ("2(a + b)",          "2 (a + b)",                          "2(a + b)"),
    ("a(1-a)",            "a (1 - a)",                          "a(1 - a)"),
    ("a (b w)",           "a (b w)",                            "a(b w)"),
    ("loss a",            r"\mathit{loss} \, a",                "loss a"),
    ("a/b",               r"\frac{a}{b}",                       "a/b"),
    ("(a + b)/(2 w)",     r"\frac{a + b}{2 w}",                 "(a + b)/(2w)"),
    ("1/2 a",             r"\frac{1}{2} \, a",                  "1/2 a"),
    ("2 (1/3)",           r"2 \cdot \frac{1}{3}",               "2(1/3)"),
    ("a/b * w/z",         r"\frac{\frac{a}{b} \, w}{z}",        "a/b w/z"),
    ("(a/b) (w/z)",       r"\frac{a}{b} \cdot \frac{w}{z}",     "a/b · (w/z)"),
    ("beta1 m + (1-beta1) g", r"\beta_{1} m + (1 - \beta_{1}) g", "β₁ m + (1 - β₁) g"),
]
POWERS = [
    ("a^2",               "a^{2}",                              "a²"),
    ("x1^2",              "x_{1}^{2}",                          "x₁²"),
    ("-a^2",              "-a^{2}",                             "-a²"),
    ("(-2)^2",            "(-2)^{2}",                           "(-2)²"),
    ("2^10",              "2^{10}",                             "2¹⁰"),
    ("(a^2)^3",           "(a^{2})^{3}",                        "(a²)³"),
    ("a^b^w",             "a^{b^{w}}",                          "a^(b^w)"),
    ("(a/b)^2",           r"\left(\frac{a}{b}\right)^{2}",      "(a/b)²"),
    ("a^(1/2)",           "a^{1/2}",                            "a^(1/2)"),
    ("a^-1",              "a^{-1}",                             "a⁻¹"),
    ("(a + b)^2",         "(a + b)^{2}",                        "(a + b)²"),
    ("h1^2",              "(h^{(1)})^{2}",                      "(h⁽¹⁾)²"),
    ("W1[1,2]^2",         "(w^{(1)}_{12})^{2}",                 "(w⁽¹⁾₁₂)²"),
    ("e^(-z)",            "e^{-z}",                             "e^(-z)"),
    ("sin^2 a",           r"\sin^{2} a",                        "sin²(a)"),
    ("sin(a + b)^2",      r"\sin^{2}(a + b)",                   "sin²(a + b)"),
    ("sqrt(a)^2",         r"\sqrt{a}^{2}",                      "(√a)²"),
]
MATRICES = [
    ("W1 x + b1",         "W^{(1)} x + b^{(1)}",                "W⁽¹⁾ x + b⁽¹⁾"),
    ("W1 @ x",            "W^{(1)} x",                          "W⁽¹⁾ x"),
    ("W1^T z1",           r"W^{(1)\top} z^{(1)}",               "W⁽¹⁾ᵀ z⁽¹⁾"),
    ("(A B)^T",           r"(A B)^{\top}",                      "(A B)ᵀ"),
    ("u v^T",             r"u v^{\top}",                        "u vᵀ"),
    ("h1*(1-h1)",         r"h^{(1)} \odot (1 - h^{(1)})",       "h⁽¹⁾ ⊙ (1 - h⁽¹⁾)"),
    ("2*u*v",             r"2 u \odot v",                       "2u ⊙ v"),
    ("A x * y",           r"A x \odot y",                       "A x ⊙ y"),
    ("u^T v * a",         r"u^{\top} v a",                      "uᵀ v a"),
    ("relu(u) * v",       r"\operatorname{ReLU}(u) \odot v",    "ReLU(u) ⊙ v"),
    ("sum(u) * a",        r"\left(\sum u\right) \, a",          "(∑ u) a"),
    ("|u|^2",             r"\lVert u \rVert^{2}",               "‖u‖²"),
    ("|A u|",             r"\lVert A u \rVert",                 "‖A u‖"),
    ("|a|",               r"\lvert a \rvert",                   "|a|"),
    ("|u[1]|",            r"\lvert u_{1} \rvert",               "|u₁|"),
    ("|a/b|",             r"\left\lvert \frac{a}{b} \right\rvert", "|a/b|"),
    ("W1[1,2]",           "w^{(1)}_{12}",                       "w⁽¹⁾₁₂"),
    ("W1[i,j]",           "w^{(1)}_{ij}",                       "w⁽¹⁾ᵢⱼ"),
    ("W1[i,10]",          "w^{(1)}_{i,10}",                     "w⁽¹⁾[i,10]"),
    ("W1[i+1,j]",         "w^{(1)}_{i+1,j}",                    "w⁽¹⁾[i+1,j]"),
    ("W1[1,:]",           "W^{(1)}_{1,:}",                      "W⁽¹⁾[1,:]"),
    ("X[t]",              "X_{t}",                              "Xₜ"),
    ("x[3]",              "x_{3}",                              "x₃"),
    ("x[2:4]",            "x_{2:4}",                            "x[2:4]"),
    ("h[t-1]",            "h_{t-1}",                            "hₜ₋₁"),
    ("h[2][1]",           "h_{2,1}",                            "h[2,1]"),
    ("W1_2_1",            "w^{(1)}_{21}",                       "w⁽¹⁾₂₁"),
    ("y_hat - y",         r"\hat{y} - y",                       "ŷ - y"),
    ("(A x)[1]",          "(A x)_{1}",                          "(A x)₁"),
    ("[a, b]",            r"\begin{pmatrix} a \\ b \end{pmatrix}", "[a, b]"),
    ("[1, 2]^T x",        r"\begin{pmatrix} 1 & 2 \end{pmatrix} x", "[1, 2]ᵀ x"),
    ("[[1,2],[3,4]]",     r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "[[1, 2], [3, 4]]"),
]
FUNCTION_CALLS = [
    ("sin a",             r"\sin a",                            "sin a"),
    ("sin(a + b)",        r"\sin(a + b)",                       "sin(a + b)"),
    ("sin(a/b)",          r"\sin\left(\frac{a}{b}\right)",      "sin(a/b)"),
    ("a log b",           r"a \log b",                          "a log b"),
    ("a log(b) w",        r"a \log(b) \, w",                    "a log(b) w"),
    ("sin a log b",       r"\sin a \log b",                     "sin a log b"),
    ("log2(a)",           r"\log_{2} a",                        "log₂ a"),
    ("sqrt(a + 1)",       r"\sqrt{a + 1}",                      "√(a + 1)"),
    ("sqrt(a)",           r"\sqrt{a}",                          "√a"),
    ("exp(-z)",           "e^{-z}",                             "exp(-z)"),
    ("exp(-a/b)",         r"\exp\left(-\frac{a}{b}\right)",     "exp(-a/b)"),
    ("1/(1+exp(-z))",     r"\frac{1}{1 + e^{-z}}",              "1/(1 + exp(-z))"),
    ("abs(a)",            r"\lvert a \rvert",                   "|a|"),
    ("norm(u)",           r"\lVert u \rVert",                   "‖u‖"),
    ("sigmoid(z1)",       r"\sigma(z^{(1)})",                   "σ(z⁽¹⁾)"),
    ("relu(A x)",         r"\operatorname{ReLU}(A x)",          "ReLU(A x)"),
    ("softmax(A, axis=2)", r"\operatorname{softmax}(A, \mathrm{axis}=2)", "softmax(A, axis=2)"),
    ("relu([0.41])",      r"\operatorname{ReLU} \begin{pmatrix} 0.41 \end{pmatrix}", "ReLU([0.41])"),
    ("exp([a, b]) * u",   r"\exp \begin{pmatrix} a \\ b \end{pmatrix} \odot u", "exp([a, b]) ⊙ u"),
    ("relu([a, b])^2",    r"\left(\operatorname{ReLU} \begin{pmatrix} a \\ b \end{pmatrix}\right)^{2}", None),
    ("relu(-[a, b])",     r"\operatorname{ReLU}\left(-\begin{pmatrix} a \\ b \end{pmatrix}\right)", None),
    ("lstm_cell(x, h1)",  r"\operatorname{lstm\_cell}(x, h^{(1)})", "lstm_cell(x, h⁽¹⁾)"),
    ("f(a)",              "f(a)",                               "f(a)"),
    ("max(0, z)",         r"\max(0, z)",                        "max(0, z)"),
    ("dot(u, v)",         r"u \cdot v",                         "u · v"),
    ("ones(N, n)",        r"\mathbf{1}_{N \times n}",           "ones(N, n)"),
    ("where(z > 0, z, 0)", r"\begin{cases} z & z > 0 \\ 0 & z \le 0 \end{cases}", "where(z > 0, z, 0)"),
    ("a = b",             "a = b",                              "a = b"),
    ("a != b",            r"a \ne b",                           "a ≠ b"),
    ("sum((o - y)^2)/2",  r"\frac{\sum (o - y)^{2}}{2}",        "(∑ (o - y)²)/2"),
    ("sum(A, axis=1)",    r"\operatorname{sum}(A, \mathrm{axis}=1)", "sum(A, axis=1)"),
    ("a sum(u)",          r"a \sum u",                          "a ∑ u"),
    ("sum(u + v)",        r"\sum (u + v)",                      "∑ (u + v)"),
    ("sum(x[i]^2, i=1..N)", r"\sum_{i=1}^{N} x_{i}^{2}",        "∑[i=1..N] xᵢ²"),
    ("1/N sum(x[i], i=1..N)", r"\frac{1}{N} \sum_{i=1}^{N} x_{i}", "1/N ∑[i=1..N] xᵢ"),
    ("sum(x[i], i=1..N) a", r"\left(\sum_{i=1}^{N} x_{i}\right) a", "(∑[i=1..N] xᵢ) a"),
    ("sum(sum(A[i,j], j=1..n), i=1..N)", r"\sum_{i=1}^{N} \sum_{j=1}^{n} a_{ij}", None),
    ("sum(a, b in binary(2))", r"\sum_{b \in \{0, 1\}^{2}} a",  "∑[b ∈ binary(2)] a"),
]
NUMBERS = [
    ("0.10",              "0.10",                               "0.10"),
    ("1e-5 a",            "10^{-5} a",                          "10⁻⁵ a"),
    ("1.2e-5",            r"1.2 \times 10^{-5}",                "1.2·10⁻⁵"),
    ("a*1.2e3",           r"a \cdot (1.2 \times 10^{3})",       "a · (1.2·10³)"),
    ("1.2e-5^2",          r"(1.2 \times 10^{-5})^{2}",          "(1.2·10⁻⁵)²"),
    ("alpha",             r"\alpha",                            "α"),
]
# fmt: on


@pytest.mark.parametrize(
    ("typed", "tex", "text"), [*SUMS_AND_PRODUCTS, *POWERS, *MATRICES, *FUNCTION_CALLS, *NUMBERS]
)
def test_typed_formula(typed: str, tex: str, text: str | None) -> None:
    tree = read_formula(typed, SCOPE)
    assert to_tex(tree, NOTATION) == tex
    assert text is None or to_text(tree, NOTATION) == text


def d(of: Node, *by: Node) -> Partial:
    return Partial(of, by)


L, W, Z, A, X1, Y1 = map(Name, ("L", "W1", "z1", "a", "x1", "y1"))

# fmt: off
DERIVATIVES: list[tuple[Node, str, str]] = [
    (d(L, W),                               r"\frac{\partial L}{\partial W^{(1)}}",       "∂L/∂W⁽¹⁾"),
    (d(L, Z),                               r"\delta^{(1)}",                              "δ⁽¹⁾"),
    (Transpose(d(L, Z)),                    r"\delta^{(1)\top}",                          "δ⁽¹⁾ᵀ"),
    (d(L, Index(Z, (TWO,))),                r"\delta^{(1)}_{2}",                          "δ⁽¹⁾₂"),
    (Index(d(L, Z), (TWO,)),                r"\delta^{(1)}_{2}",                          "δ⁽¹⁾₂"),
    (d(A, Index(W, (number(1), TWO))),      r"\frac{\partial a}{\partial w^{(1)}_{12}}",  "∂a/∂w⁽¹⁾₁₂"),
    (Partial(Z, (W,), "local"),             r"\frac{\partial z^{(1)}}{\partial W^{(1)}}",  "∂z⁽¹⁾/∂W⁽¹⁾"),
    (Partial(L, (X1,), "total"),            r"\frac{\mathrm{d} L}{\mathrm{d} x_{1}}",     "dL/dx₁"),
    (d(L, X1, X1),                          r"\frac{\partial^{2} L}{\partial x_{1}^{2}}",  "∂²L/∂x₁²"),
    (d(L, X1, Y1),
     r"\frac{\partial^{2} L}{\partial x_{1} \, \partial y_{1}}",  "∂²L/∂x₁∂y₁"),
    (d(plus(X1, Y1), X1),
     r"\frac{\partial}{\partial x_{1}} (x_{1} + y_{1})",  "∂/∂x₁ (x₁ + y₁)"),
    (times(d(L, A), d(A, X1)),
     r"\frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial x_{1}}",  "∂L/∂a · ∂a/∂x₁"),
    (times(d(L, Z), Transpose(Name("x")), style="at"),
     r"\delta^{(1)} x^{\top}",  "δ⁽¹⁾ xᵀ"),
    (Power(d(L, A), TWO),                   r"\left(\frac{\partial L}{\partial a}\right)^{2}",  "(∂L/∂a)²"),
    (Apply("sigmoid'", (Z,)),               r"\sigma'(z^{(1)})",                          "σ′(z⁽¹⁾)"),
    (Apply("relu'", (Z,)),                  r"\operatorname{ReLU}'(z^{(1)})",             "ReLU′(z⁽¹⁾)"),
]
MARKS: list[tuple[Node, str]] = [
    (Marked(W, "shape", "m × n"),           r"\underset{(m \times n)}{W^{(1)}}"),
    (Marked(W, "shape", "(2 × 3)"),         r"\underset{(2 \times 3)}{W^{(1)}}"),
    (Transpose(Marked(W, "shape", "m × n")),  r"{\underset{(m \times n)}{W^{(1)}}}^{\top}"),
    (Marked(A, "upstream"),                 r"\textcolor{symdlupstream}{a}"),
    (Marked(A, "local", "local 50%"),       r"\underbrace{\textcolor{symdllocal}{a}}_{\text{local 50\%}}"),
    (Marked(A, "changed"),                  r"\textcolor{symdlchanged}{a}"),
    (Marked(A, "brace", "path_1"),          r"\underbrace{a}_{\text{path\_1}}"),
    (times(Marked(plus(A, X1), "local"), A),  r"\textcolor{symdllocal}{(a + x_{1})} a"),
    (plus(A, Marked(Negate(X1), "changed")),  r"a - \textcolor{symdlchanged}{x_{1}}"),
    (times(number(2), Marked(number(3), "changed")),  r"2 \cdot \textcolor{symdlchanged}{3}"),
]
VALUES: list[tuple[Node, str]] = [
    (number(-3),                            "-3"),
    (Number(Fraction(-1, 3)),               r"-\frac{1}{3}"),
    (plus(A, number(-3)),                   "a - 3"),
    (plus(A, Number(Fraction(-1, 2), "-0.5")),  "a - 0.5"),
    (Sum((A, Negate(Negate(X1)))),          "a - (-x_{1})"),
    (Sum((A, Negate(Negate(X1)), A)),       "a - (-x_{1}) + a"),
    (times(number(2), number(-3)),          r"2 \cdot (-3)"),
    (times(A, Number(Fraction(1, 2))),      r"a \cdot \frac{1}{2}"),
    (Power(number(-2), TWO),                "(-2)^{2}"),
    (Power(A, Number(Fraction(1, 2))),      "a^{1/2}"),
]
# fmt: on


@pytest.mark.parametrize(("tree", "tex", "text"), DERIVATIVES)
def test_derivative(tree: Node, tex: str, text: str) -> None:
    assert (to_tex(tree, NOTATION), to_text(tree, NOTATION)) == (tex, text)


@pytest.mark.parametrize(("tree", "tex"), [*MARKS, *VALUES])
def test_marks_and_values(tree: Node, tex: str) -> None:
    assert to_tex(tree, NOTATION) == tex


def test_adjoints_are_written_out_where_they_are_defined() -> None:
    assert to_tex(d(L, Z), WRITTEN_OUT) == r"\frac{\partial L}{\partial z^{(1)}}"


def test_local_derivatives_are_told_apart_where_they_differ() -> None:
    local = Partial(L, (X1,), "local")
    assert to_tex(local, Notation(local=True)) == r"\frac{\partial^{+} L}{\partial x_{1}}"
    assert to_text(local, Notation(local=True)) == "∂⁺L/∂x₁"


def test_long_arrays_are_abbreviated() -> None:
    long = Array(tuple(map(number, range(1, 11))))
    assert to_tex(long) == r"\begin{pmatrix} 1 \\ 2 \\ 3 \\ \vdots \\ 10 \end{pmatrix}"
    assert to_text(long) == "[1, 2, 3, …, 10]"
    assert "9" in to_tex(long, Notation(longest=None))
    wide = Array((long,) * 9)
    assert to_tex(wide).count(r"\cdots") == 4
    assert to_tex(wide).count(r"\vdots") == 5


def test_functions_print_by_the_spelling_they_are_given() -> None:
    spellings = {
        "swish": FunctionSpelling("swish", r"\operatorname{swish}_{\beta}", "swish"),
        "cbrt": FunctionSpelling("cbrt", r"\sqrt[3]{#}", "cbrt", "template"),
    }
    notation = Notation(functions=spellings)
    assert to_tex(Apply("swish", (A,)), notation) == r"\operatorname{swish}_{\beta}(a)"
    assert to_tex(Apply("cbrt", (A,)), notation) == r"\sqrt[3]{a}"
    assert to_text(Apply("cbrt", (A,)), notation) == "cbrt(a)"


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("cos(y) exp(x)", r"\cos(y) e^{x}"),
        ("sin(x) sqrt(y)", r"\sin(x) \sqrt{y}"),
        ("sin(x) cos(x)", r"\sin x \cos x"),
        ("exp(x) cos(y)", r"e^{x} \cos y"),
    ],
)
def test_brackets_stay_where_a_sign_follows_a_name(text: str, tex: str) -> None:
    known = frozenset({"cos", "sin", "exp", "sqrt"})
    assert to_tex(read_formula(text, Scope(frozenset("xy"), known))) == tex


def test_a_keyword_of_several_words_has_no_subscript() -> None:
    scope = Scope(frozenset({"X"}), frozenset({"max_pool"}))
    assert r"\mathrm{ceil\_mode}=1" in to_tex(read_formula("max_pool(X, 2, ceil_mode=1)", scope))
