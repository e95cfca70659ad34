"""What students write, in text and LaTeX, and what it is read as."""

from __future__ import annotations

import pytest

import symdl.models  # noqa: F401  (registers the library)
from symdl.errors import FormulaError
from symdl.formula.answer import read_answer
from symdl.formula.plain import to_plain
from symdl.formula.scope import Scope
from symdl.formula.tree import Index, Name, Node, Partial, number
from symdl.formula.vocabulary import Vocabulary
from symdl.problems.names import library_names

words = str.split
NAMES = frozenset(words("x y_hat y W1 b1 z1 h1 W2 z2 o L a w x1 n N z v h"))
SHAPES = dict.fromkeys(("x", "y", "z1", "h1", "z2", "o", "y_hat"), (2,)) | {"W1": (2, 2), "W2": (2, 2)}
ALIASES: dict[str, Node] = {
    "delta1": Partial(Name("L"), (Name("z1"),)),
    "delta2": Partial(Name("L"), (Name("z2"),)),
    "W1_21": Index(Name("W1"), (number(2), number(1))),
    "W2_11": Index(Name("W2"), (number(1), number(1))),
}
WORDS = Vocabulary(Scope(NAMES, library_names()), SHAPES, ALIASES)

READ = r"""
2x+3y => 2 x + 3 y
-(y-a)*a*(1-a)*x1 => -(y - a) * a * (1 - a) * x1
(\hat y - y) x^T => (y_hat - y) x.T
(\hat{y}-y)\,x^{\top} => (y_hat - y) x.T
\frac{\partial L}{\partial W^{(1)}} = \delta^{(1)} x^\top => dL/dz1 x.T
dL/dW1 = delta1 x^T => dL/dz1 x.T
∂L/∂W1 = δ₁ xᵀ => dL/dz1 x.T
\nabla_{W_1} L = \delta_1 x^T => dL/dz1 x.T
f'(x) = 2x => 2 x
\delta^{(2)} => dL/dz2
w_{11}^{(2)} => W2[1, 1]
w^{(1)}_{21} => W1[2, 1]
W^{[1]} x => W1 x
a \odot b1 => a * b1
\sigma'(z) => sigmoid'(z)
relu'(z1) * delta1 => relu'(z1) * (dL/dz1)
1[z>0] => where(z > 0, 1, 0)
\mathbb{1}_{z>0} => where(z > 0, 1, 0)
\mathbb{1}\{z > 0\} w => where(z > 0, 1, 0) w
z\,\mathbf{1}_{z>0} => z where(z > 0, 1, 0)
x + \mathbf{0}_{2} => x + zeros(2)
W^{[1]} I_{2} => W1 eye(2)
I_2 x => eye(2) x
\operatorname{LReLU}(z) => leaky_relu(z)
\begin{cases} 1 & z>0 \\ 0 & \text{otherwise} \end{cases} => where(z > 0, 1, 0)
\begin{cases} 1 & \text{if } z>0 \\ 0 & z \le 0 \end{cases} => where(z > 0, 1, 0)
\begin{pmatrix} 2x_1 \\ 3y \end{pmatrix} => [2 x1, 3 y]
\begin{bmatrix} a & y \\ w & z \end{bmatrix} => [[a, y], [w, z]]
\left[\begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array}\right] => [[1, 2], [3, 4]]
(2x, 3y) => [2 x, 3 y]
2x, 3y => [2 x, 3 y]
\sum_{i=1}^N (y_i - o_i) x_i => sum((y[i] - o[i]) x[i], i=1..N)
\sum_i (y_i - o_i)^2 => sum((y[i] - o[i])^2, i=1..2)
np.exp(-z) => exp(-z)
2×x² => 2 @ x^2
۲x + ۳y => 2 x + 3 y
۰٫۲۵ => 0.25
0,25 => 0.25
\sqrt{x_1^2+1} => sqrt(x1^2 + 1)
\sqrt[3]{a} => a^(1/3)
\log_2 a => log2(a)
\left( a - y \right) \cdot x => (a - y) @ x
\lVert x\rVert_2^2 => |x|^2
\|x\|^2 => |x|^2
a(1-a) => a (1 - a)
\operatorname{ReLU}(z) => relu(z)
\mathrm{softmax}(z_1) => softmax(z1)
\sigma\left(z\right)^2 => sigmoid(z)^2
$\frac{1}{2} x$. => 1/2 x
W1[1,2] => W1[1, 2]
"""
REFUSED = r"""
2x because chain rule => unknown_name
1[z>0 => unclosed
\frac{1}{ => unclosed
\foo x => unknown_command
\begin{pmatrix} 1 => unclosed
2x } => unopened
__import__("os").system("ls") => unexpected
\input{/etc/passwd} => unknown_command
\def\x{\x}\x => unknown_command
u + 1 => unknown_name
diff(x) => computer_algebra
"""


def table(rows: str) -> list[tuple[str, str]]:
    return [(left, right) for left, _, right in (row.partition(" => ") for row in rows.strip().splitlines())]


@pytest.mark.parametrize(("text", "expected"), table(READ))
def test_what_students_write_is_read(text: str, expected: str) -> None:
    assert to_plain(read_answer(text, WORDS)[0].node) == expected


@pytest.mark.parametrize(("text", "key"), table(REFUSED))
def test_what_cannot_be_read_is_refused_with_its_place(text: str, key: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_answer(text, WORDS)
    assert caught.value.key == f"formula.{key}"
    assert caught.value.place is not None and caught.value.place.source == text


@pytest.mark.parametrize(
    ("text", "second"), [("1/2x", "1/(2 x)"), ("a/2w z", "a/(2 w z)"), ("log z w", "log(z w)")]
)
def test_two_possible_readings_are_both_tried(text: str, second: str) -> None:
    found = [to_plain(reading.node) for reading in read_answer(text, WORDS)]
    assert len(found) == 2 and found[1] == second


def test_a_label_is_told_apart_from_the_answer() -> None:
    (reading,) = read_answer(r"\frac{\partial L}{\partial w_{21}^{(1)}} = 2x = x + x", WORDS)
    assert reading.label == Partial(Name("L"), (Index(Name("W1"), (number(2), number(1))),))
    assert [to_plain(line) for line in reading.lines] == ["2 x", "x + x"]


HOSTILE = [
    "{" * 500, "\\frac" * 300, "(" * 900, "^" * 100, "\\begin{cases}" * 60, "x" * 5000, "\x00", "\u202e1",
    "9" * 900, "\\sum_{i=1}^{10^9} i", "((9^9)^9999)^9999", "x^x^x^x^x^x^x^x^x^x", "\\sqrt[", "\\hat", "_",
    "^{", "'", "d/d", "∂/∂", "\\mathbb{1}", "\\end{cases}", "&", "=", "===", "x=" * 99, ",", "\\left.", "\\",
    "\\log_", "%$#", "🙂", "1e99999", "sum(x, i=1..10^7)", "factorial(10^9)", "\\frac{dL}{", "dL/d",
    "\\nabla", "W1[99,99]", "x[1][1][1]", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_are_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        read_answer(text, WORDS)
    except FormulaError as error:
        assert error.message()
