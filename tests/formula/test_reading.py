"""What each formula means: the grammar of DESIGN 5.1 as tables, trees written in prefix form."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symdl.formula.plain import to_plain
from symdl.formula.reader import read_formula, read_with_places
from symdl.formula.scope import Scope, free_names
from symdl.formula.tree import (
    Apply,
    Array,
    Bars,
    Compare,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Repeat,
    RepeatOver,
    Slice,
    Sum,
    Transpose,
)

words = str.split
FUNCTIONS = frozenset(
    words("sin cos exp log log2 sqrt abs relu sigmoid softmax where sum prod mean binary ones max lstm_cell")
)
NAMES = frozenset(
    words("a b w x y z u v W W1 W2 A B X b1 h h1 h_1 t N n alpha beta y_hat wx x1 x2 g m In O2 loss lambda")
)
DECLARED = Scope(NAMES, FUNCTIONS)
NOTHING = Scope(None, FUNCTIONS)


def outline(node: Node | Slice | None) -> str:
    """A tree in prefix form: `(/ 1 2)`, `(W.x)` juxtaposed, `(a*b)`, `(A@B)`, `-x`, `A'`, `|x|`."""
    match node:
        case None:
            return ""
        case Number(value, written):
            return written or str(value)
        case Name(text):
            return text
        case Negate(arg):
            return f"-{outline(arg)}"
        case Sum(terms):
            return f"(+ {' '.join(map(outline, terms))})"
        case Product(factors, styles):
            signs = ({"juxtaposed": ".", "star": "*", "at": "@"}[style] for style in styles)
            rest = (sign + outline(factor) for sign, factor in zip(signs, factors[1:], strict=True))
            return f"({outline(factors[0])}{''.join(rest)})"
        case Quotient(top, bottom):
            return f"(/ {outline(top)} {outline(bottom)})"
        case Power(base, exponent):
            return f"(^ {outline(base)} {outline(exponent)})"
        case Transpose(arg):
            return f"{outline(arg)}'"
        case Bars(arg):
            return f"|{outline(arg)}|"
        case Apply(function, args, keywords):
            words = [outline(arg) for arg in args] + [f"{key}={outline(value)}" for key, value in keywords]
            return f"{function}({', '.join(words)})"
        case Index(base, subscripts):
            return f"{outline(base)}[{','.join(map(outline, subscripts))}]"
        case Slice(start, stop):
            return f"{outline(start)}:{outline(stop)}"
        case Array(items):
            return f"[{' '.join(map(outline, items))}]"
        case Compare(relation, left, right):
            return f"({relation} {outline(left)} {outline(right)})"
        case Repeat(kind, body, index, start, stop):
            return f"{kind}({outline(body)} {index}={outline(start)}..{outline(stop)})"
        case RepeatOver(kind, body, index, collection):
            return f"{kind}({outline(body)} {index} in {outline(collection)})"
    raise AssertionError(node)


# fmt: off
PRECEDENCE = [
    ("a + b - x",            "(+ a b -x)"),
    ("a - (b - x)",          "(+ a -(+ b -x))"),
    ("(a + b) + x",          "(+ (+ a b) x)"),
    ("a * b * x",            "(a*b*x)"),
    ("a * (b * x)",          "(a*(b*x))"),
    ("a b x",                "(a.b.x)"),
    ("a b * x @ y",          "(a.b*x@y)"),
    ("a / b / x",            "(/ (/ a b) x)"),
    ("a / b * x",            "((/ a b)*x)"),
    ("1/2x",                 "((/ 1 2).x)"),
    ("1/(2x)",               "(/ 1 (2.x))"),
    ("a b / x y",            "((/ (a.b) x).y)"),
    ("-a * b",               "-(a*b)"),
    ("-a b + x",             "(+ -(a.b) x)"),
    ("-a^2",                 "-(^ a 2)"),
    ("(-a)^2",               "(^ -a 2)"),
    ("2^-a",                 "(^ 2 -a)"),
    ("2^-a*b",               "((^ 2 -a)*b)"),
    ("2^3^2",                "(^ 2 (^ 3 2))"),
    ("(2^3)^2",              "(^ (^ 2 3) 2)"),
    ("a**2",                 "(^ a 2)"),
    ("a^2b",                 "((^ a 2).b)"),
    ("2 * -3",               "(2*-3)"),
    ("6 / -2 * 3",           "((/ 6 -2)*3)"),
    ("a - -b",               "(+ a --b)"),
    ("--a",                  "--a"),
    ("+a",                   "a"),
    ("2(a + b)",             "(2.(+ a b))"),
    ("(a + b)(a - b)",       "((+ a b).(+ a -b))"),
    ("a(1-a)",               "(a.(+ 1 -a))"),
    ("a (1-a)",              "(a.(+ 1 -a))"),
    ("((a))",                "a"),
    ("a < b + 1",            "(< a (+ b 1))"),
    ("a >= -b",              "(>= a -b)"),
    ("a = b",                "(= a b)"),
    ("a == b",               "(= a b)"),
    ("(a > 0) * b",          "((> a 0)*b)"),
]
MATRICES = [
    ("W1 x + b1",            "(+ (W1.x) b1)"),
    ("W1 @ x",               "(W1@x)"),
    ("A.T",                  "A'"),
    ("A^T B",                "(A'.B)"),
    ("u^Tv",                 "(u'.v)"),
    ("u v^T",                "(u.v')"),
    ("(A B)^T",              "(A.B)'"),
    ("A.T.T",                "A''"),
    ("-A.T",                 "-A'"),
    ("A^T^2",                "(^ A' 2)"),
    ("W[1,2]",               "W[1,2]"),
    ("W[1,:]",               "W[1,:]"),
    ("W[:,n]",               "W[:,n]"),
    ("x[2:4]",               "x[2:4]"),
    ("x[:4]",                "x[:4]"),
    ("x[2:]",                "x[2:]"),
    ("h[t-1]",               "h[(+ t -1)]"),
    ("W h[t]",               "(W.h[t])"),
    ("wx[1]",                "wx[1]"),
    ("A[1,:]^T",             "A[1,:]'"),
    ("(A B)[1,2]",           "(A.B)[1,2]"),
    ("X[t][1]",              "X[t][1]"),
    ("softmax(A)[1,:]",      "softmax(A)[1,:]"),
    ("[a, b]",               "[a b]"),
    ("[a, b]^T x",           "([a b]'.x)"),
    ("[[1, 2], [3, 4]]",     "[[1 2] [3 4]]"),
    ("[[1,2],[3,4]] x",      "([[1 2] [3 4]].x)"),
    ("2 [1, 2]",             "(2.[1 2])"),
    ("2[1, 2]",              "(2.[1 2])"),
    ("W @ [1, 2]",           "(W@[1 2])"),
    ("[1, 2][1]",            "[1 2][1]"),
]
FUNCTION_CALLS = [
    ("sin(x)",               "sin(x)"),
    ("sin (x)",              "sin(x)"),
    ("sin x",                "sin(x)"),
    ("sin x cos x",          "(sin(x).cos(x))"),
    ("sin x + 1",            "(+ sin(x) 1)"),
    ("sin x^2",              "sin((^ x 2))"),
    ("sin(x)^2",             "(^ sin(x) 2)"),
    ("sin^2 x",              "(^ sin(x) 2)"),
    ("sin^2(x)",             "(^ sin(x) 2)"),
    ("2 sin x",              "(2.sin(x))"),
    ("log exp x",            "log(exp(x))"),
    ("y log y_hat",          "(y.log(y_hat))"),
    ("-log x / 2",           "-(/ log(x) 2)"),
    ("sqrt 2",               "sqrt(2)"),
    ("relu W1[1,2]",         "relu(W1[1,2])"),
    ("log |x|",              "log(|x|)"),
    ("max(a, b)",            "max(a, b)"),
    ("softmax(A, axis=2)",   "softmax(A, axis=2)"),
    ("lstm_cell(x, h, b)",   "lstm_cell(x, h, b)"),
    ("where(x > 0, x, 0)",   "where((> x 0), x, 0)"),
    ("where(y == 1, a, b)",  "where((= y 1), a, b)"),
    ("where(y != 1, a, b)",  "where((!= y 1), a, b)"),
    ("where(1 = y, a, b)",   "where((= 1 y), a, b)"),
    ("1[z > 0]",             "where((> z 0), 1, 0)"),
    ("1[z > 0] w",           "(where((> z 0), 1, 0).w)"),
    ("mean()",               "mean()"),
    ("sum(x)",               "sum(x)"),
    ("sum(A, axis=1)",       "sum(A, axis=1)"),
    ("sum(x[i]^2, i=1..N)",  "sum((^ x[i] 2) i=1..N)"),
    ("sum(x[k], k=2..2N-1)", "sum(x[k] k=2..(+ (2.N) -1))"),
    ("prod(x[i], i = 1..3)", "prod(x[i] i=1..3)"),
    ("sum(W[i,j], i=1..N, j=1..i)",         "sum(sum(W[i,j] j=1..i) i=1..N)"),
    ("sum(sum(W[i,j], j=1..n), i=1..N)",    "sum(sum(W[i,j] j=1..n) i=1..N)"),
    ("sum(v, v in binary(2))",              "sum(v v in binary(2))"),
    ("sum(exp(-z c), c in binary(n))",      "sum(exp(-(z.c)) c in binary(n))"),
    ("1/N sum((y[i] - a)^2, i=1..N)",       "((/ 1 N).sum((^ (+ y[i] -a) 2) i=1..N))"),
    ("sum(iw, i=1..3)",                     "sum((i.w) i=1..3)"),
]
BARS = [
    ("|x|",                  "|x|"),
    ("|x|^2",                "(^ |x| 2)"),
    ("2|x|",                 "(2.|x|)"),
    ("|x| |y|",              "(|x|.|y|)"),
    ("|x||y|",               "(|x|.|y|)"),
    ("|a + b| - |a|",        "(+ |(+ a b)| -|a|)"),
    ("||v||",                "|v|"),
    ("||v||^2",              "(^ |v| 2)"),
    ("‖v‖",                  "|v|"),
    ("||a| - |b||",          "|(+ |a| -|b|)|"),
    ("|a + |b||",            "|(+ a |b|)|"),
    ("|(|a|)b|",             "|(|a|.b)|"),
    ("|a (|b|)|",            "|(a.|b|)|"),
    ("|sin x|",              "|sin(x)|"),
    ("|W x|",                "|(W.x)|"),
    ("exp(-|x|)",            "exp(-|x|)"),
    ("|x[1]|",               "|x[1]|"),
]
NUMBERS = [
    ("2",                    "2"),
    ("0.10",                 "0.10"),
    ("2.",                   "2"),
    (".5",                   ".5"),
    ("1e-5",                 "1e-5"),
    ("1.5E3",                "1.5E3"),
    ("2e",                   "(2.e)"),
    ("3x",                   "(3.x)"),
    ("007",                  "007"),
    ("pi",                   "pi"),
    ("e^x",                  "(^ e x)"),
]
UNICODE = [
    ("۳x",                   "(3.x)"),
    ("٣٫٥",                  "3.5"),
    ("۰٫۱۰",                 "0.10"),
    ("۱٬۰۰۰",                "1000"),
    ("３＋４",                "(+ 3 4)"),
    ("x²",                   "(^ x 2)"),
    ("x⁻¹",                  "(^ x -1)"),
    ("x¹⁰",                  "(^ x 10)"),
    ("xⁿ",                   "(^ x n)"),
    ("x²y²",                 "((^ x 2).(^ y 2))"),
    ("Aᵀ",                   "A'"),
    ("uᵀv",                  "(u'.v)"),
    ("A^⊤ B",                "(A'.B)"),
    ("(A B)ᵀ",               "(A.B)'"),
    ("x₁ + x₂",              "(+ x1 x2)"),
    ("h₁",                   "h1"),
    ("W⁽¹⁾ x",               "(W1.x)"),
    ("W⁽¹⁾ᵀ x",              "(W1'.x)"),
    ("α β",                  "(alpha.beta)"),
    ("αx",                   "(alpha.x)"),
    ("αβ",                   "(alpha.beta)"),
    ("λ x",                  "(lambda.x)"),
    ("ŷ - y",                "(+ y_hat -y)"),
    ("y\u0302 - y",          "(+ y_hat -y)"),
    ("a·b",                  "(a@b)"),
    ("a × b",                "(a@b)"),
    ("a ⊙ b",                "(a*b)"),
    ("a ∘ b",                "(a*b)"),
    ("a ÷ b",                "(/ a b)"),
    ("a − b",                "(+ a -b)"),
    ("a ≤ b",                "(<= a b)"),
    ("a ≥ b",                "(>= a b)"),
    ("a ≠ b",                "(!= a b)"),
    ("√x",                   "sqrt(x)"),
    ("√(x + 1)",             "sqrt((+ x 1))"),
    ("√(x) + √y",            "(+ sqrt(x) sqrt(y))"),
    ("2√x",                  "(2.sqrt(x))"),
    ("½ x",                  "((/ 1 2).x)"),
    ("¾",                    "(/ 3 4)"),
    ("sum(v, v ∈ binary(2))", "sum(v v in binary(2))"),
    ("sum(x[i], i=1…N)",     "sum(x[i] i=1..N)"),
    ("sin²x",                "(^ sin(x) 2)"),
    ("max(a، b)",            "max(a, b)"),
    ("a\u200c+\u200fb",      "(+ a b)"),
    ("a\u00a0+ b",           "(+ a b)"),
    ("a\n + b",              "(+ a b)"),
]
DECLARED_NAMES = [
    ("wx",                   "wx"),
    ("wa",                   "(w.a)"),
    ("2wa",                  "(2.w.a)"),
    ("W1x",                  "(W1.x)"),
    ("wxy",                  "(wx.y)"),
    ("awx",                  "(a.wx)"),
    ("xW1",                  "(x.W1)"),
    ("h1",                   "h1"),
    ("h_1",                  "h_1"),
    ("x_1",                  "x1"),
    ("yhat",                 "y_hat"),
    ("alphax",               "(alpha.x)"),
    ("lossa",                "(loss.a)"),
    ("xsin(y)",              "(x.sin(y))"),
    ("sinx",                 "sin(x)"),
    ("log_2(x)",             "log2(x)"),
    ("a^b",                  "(^ a b)"),
    ("e^-z",                 "(^ e -z)"),
    ("2 pi x",               "(2.pi.x)"),
]
SINGLE_LETTERS = [
    ("3xy",                  "(3.x.y)"),
    ("x^2 + 3xy + y^2",      "(+ (^ x 2) (3.x.y) (^ y 2))"),
    ("x1 x2",                "(x1.x2)"),
    ("x1x2",                 "(x1.x2)"),
    ("x_1y_2",               "(x_1.y_2)"),
    ("x_i",                  "x_i"),
    ("y_hat",                "y_hat"),
    ("w12",                  "w12"),
    ("alpha",                "alpha"),
    ("alphax",               "(alpha.x)"),
    ("beta1",                "beta1"),
    ("αx",                   "(alpha.x)"),
    ("xsin(y)",              "(x.sin(y))"),
    ("sinx",                 "sin(x)"),
    ("pir^2",                "(pi.(^ r 2))"),
    ("xe^x",                 "(x.(^ e x))"),
    ("ab(1-a)",              "(a.b.(+ 1 -a))"),
    ("x^T y",                "(x'.y)"),
    ("x^Theta",              "(^ x Theta)"),
    ("sum(x[i] y, i=1..3)",  "sum((x[i].y) i=1..3)"),
    ("sum(x[idx], idx=1..3)", "sum(x[idx] idx=1..3)"),
]
# fmt: on


@pytest.mark.parametrize(
    ("text", "expected"),
    [*PRECEDENCE, *MATRICES, *FUNCTION_CALLS, *BARS, *NUMBERS, *UNICODE, *DECLARED_NAMES],
)
def test_formula_with_declared_names(text: str, expected: str) -> None:
    assert outline(read_formula(text, DECLARED)) == expected


@pytest.mark.parametrize(("text", "expected"), [*SINGLE_LETTERS, *NUMBERS])
def test_formula_with_nothing_declared(text: str, expected: str) -> None:
    assert outline(read_formula(text, NOTHING)) == expected


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("0.10", Fraction(1, 10), "0.10"),
        ("1e-5", Fraction(1, 100_000), "1e-5"),
        ("12", Fraction(12), None),
        ("۱۲٫۵", Fraction(25, 2), "12.5"),
    ],
)
def test_numbers_are_exact_and_keep_their_spelling(text: str, value: Fraction, written: str | None) -> None:
    assert read_formula(text, DECLARED) == Number(value, written)


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        ({"T", "x"}, "x^T", "(^ x T)"),
        ({"T", "x"}, "x.T", "x'"),
        ({"T", "x"}, "xᵀ", "x'"),
        ({"x"}, "x^T", "x'"),
        ({"e", "x"}, "e x", "(e.x)"),
        ({"a", "ab", "bc"}, "abc", "(a.bc)"),
        ({"ab", "abc", "c"}, "abc", "abc"),
        ({"h1", "h_1"}, "h1 h_1", "(h1.h_1)"),
    ],
)
def test_declared_names_decide(names: set[str], text: str, expected: str) -> None:
    assert outline(read_formula(text, Scope(frozenset(names), FUNCTIONS))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y x + x z", ("y", "x", "z")),
        ("sum(w[i] x[i], i=1..N)", ("w", "x", "N")),
        ("sum(i, i=1..3) + i", ("i",)),
        ("e^x pi", ("x",)),
        ("sin(b) / a", ("b", "a")),
    ],
)
def test_free_names_come_in_reading_order(text: str, expected: tuple[str, ...]) -> None:
    assert free_names(read_formula(text, NOTHING)) == expected


def test_places_of_parts() -> None:
    text = "a + W1 (x - y)"
    node, place_of = read_with_places(text, DECLARED)
    assert isinstance(node, Sum)
    product = node.terms[1]
    assert isinstance(product, Product)
    spans = [(place_of(part).start, place_of(part).stop) for part in (node, product, *product.factors)]
    assert [text[start:stop] for start, stop in spans] == [text, "W1 (x - y)", "W1", "(x - y)"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("sum(|w|)", "sum(abs(w))"),
        ("mean(|w - v|^2)", "mean(abs(w - v)^2)"),
        ("max(|w|, axis=1)", "max(abs(w), axis=1)"),
    ],
)
def test_bars_in_a_reduction_are_taken_entry_by_entry(text, same):
    scope = Scope(frozenset("wv"), frozenset({"sum", "mean", "max", "abs"}))
    assert read_formula(text, scope) == read_formula(same, scope)


@pytest.mark.parametrize("text", ["sum(||w||)", "mean(||w||^2)", "sum(|w|, i=1..3)", "max(|w|, |v|)"])
def test_a_norm_in_a_reduction_stays_one(text):
    scope = Scope(frozenset("wv"), frozenset({"sum", "mean", "max", "abs"}))
    node = read_formula(text, scope)
    assert "abs" not in to_plain(node)
    assert read_formula(to_plain(node), scope) == node
