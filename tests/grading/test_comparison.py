"""Pairs of formulas with a known verdict: nothing wrong accepted, nothing right refused."""

from __future__ import annotations

import pytest

import symdl

POWERS = (
    "x^20 - 20*x^19 + 190*x^18 - 1140*x^17 + 4845*x^16 - 15504*x^15 + 38760*x^14 - 77520*x^13"
    " + 125970*x^12 - 167960*x^11 + 184756*x^10 - 167960*x^9 + 125970*x^8 - 77520*x^7 + 38760*x^6"
    " - 15504*x^5 + 4845*x^4 - 1140*x^3 + 190*x^2 - 20*x + 1"
)

EQUAL = f"""
2*x + 3*y | 3y + 2x
2x+3y | \\frac{{6y+4x}}{{2}}
(x-1)^20 | {POWERS}
sqrt(x^2) | abs(x)
sqrt(x^2) | |x|
log(x^2) | 2 log(abs(x))
max(x, 50) | 50 + relu(x - 50)
max(x, y) | (x + y + |x - y|)/2
min(x, y) | x + y - max(x, y)
tanh(x) | 2*sigmoid(2*x) - 1
tanh(x) | (e^x - e^(-x))/(e^x + e^(-x))
1 - tanh(x)^2 | 1/cosh(x)^2
cosh(10*x)^2 - sinh(10*x)^2 | 1
sigmoid(x)*(1 - sigmoid(x)) | exp(-x)/(1 + exp(-x))^2
sigmoid(x) | e^x/(1 + e^x)
1 - sigmoid(x) | sigmoid(-x)
relu(x) | (x + abs(x))/2
relu(x) | x*1[x>0]
relu(x) - relu(-x) | x
leaky_relu(x) | where(x > 0, x, 0.01*x)
leaky_relu(x) | max(x, x/100)
softplus(x) | log(1 + exp(x))
softplus(x) - softplus(-x) | x
log(1 + exp(x)) | x + log(1 + exp(-x))
exp(x)*exp(y) | exp(x + y)
exp(exp(x))/exp(exp(x)) | 1
sin(x)^2 + cos(x)^2 | 1
sin(2x) | 2 sin(x) cos(x)
tan(x) | sin(x)/cos(x)
tan(x/2) | sin(x)/(1 + cos(x))
cos(2*x) | 1 - 2*sin(x)^2
x^2/x | x
(x^2 - y^2)/(x - y) | x + y
x^0.5 | sqrt(x)
x^-1 | 1/x
1/(1 + 1/x) | x/(x + 1)
asinh(x) | log(x + sqrt(x^2 + 1))
atan(x) + atan(1/x) | pi/2*sign(x)
sqrt(2)/2 | 1/sqrt(2)
sqrt(3 + 2*sqrt(2)) | 1 + sqrt(2)
3 | 3.0
1/3 | 2/6
0.5 | 1/2
1e-5 | 0.00001
0.1 + 0.2 | 0.3
\\frac12 x | x/2
\\frac{{x}}{{2}} + \\frac{{x}}{{2}} | x
\\sigma'(x) | \\sigma(x)(1-\\sigma(x))
\\sigma(x)\\left(1-\\sigma(x)\\right) | sigmoid(x) - sigmoid(x)^2
\\mathbb{{1}}_{{x>0}} | where(x > 0, 1, 0)
\\begin{{cases}} x & x > 0 \\\\ 0 & \\text{{otherwise}} \\end{{cases}} | relu(x)
\\sqrt{{x^2+1}} | (x^2 + 1)^(1/2)
\\sqrt[3]{{x^3 + 8 y^0}} | (x^3 + 8)^{{1/3}}
\\log_2 x | log(x)/log(2)
\\ln x | log(x)
\\exp(-x) | e^{{-x}}
np.exp(-x) | 1/exp(x)
x·y | x*y
2×x² | 2*x**2
x − y | -(y - x)
۲x + ۳y | 2x + 3y
۰٫۵x | x/2
2(x + y) | 2x + 2y
(x + y)^2 | x^2 + 2xy + y^2
(x+y)(x-y) | x^2 - y^2
x(x+1) | x^2 + x
-(y-x)*x*(1-x) | (x - y) x (1 - x)
1/2x | 0.5x
x/y/z | x/(y z)
x - (y - z) | x - y + z
x^y^z | x^(y^z)
-x^2 | -(x^2)
|x*y| | |x|*|y|
|x|^2 | x^2
exp(log(x^2 + 1)) | x^2 + 1
log(x^2+1) - log(2) | log((x^2+1)/2)
sum(i*x, i=1..4) | 10 x
\\sum_{{i=1}}^{{3}} i x | 6x
prod(x, i=1..3) | x^3
gelu(x) | x/2*(1 + erf(x/sqrt(2)))
x*sigmoid(x) | silu(x)
where(x >= 0, 1, 0)*x | relu(x)
x*1[x>0] | x 1[x>0]
sec(x)^2 | 1 + tan(x)^2
\\operatorname{{sech}}^2 x | 1 - tanh(x)^2
csc(x) sin(x) | 1
\\(x+1\\) | x + 1
\\[x^2\\] | x*x
[x + y] x | x^2 + x y
e^-z x | e^(-z x)
e^-z x | x/e^z
y = x + 1 = 1 + x | x + 1
x^a*x^b | x^(a + b)
6*((x-2)^3)^k | 6*(x-2)^(3*k)
4^(-1/2) | 1/2
5.1e-2 | 51/1000
(0.5 + x)*2 | 2*x + 1
0.1*(2.0*s^2 + 6.0*s - 25.0)/s | (2*s^2 + 6*s - 25)/(10*s)
1/sqrt(x) | sqrt(1/x)
1/|x|^(1/3) | (|x|^(1/3)/|x|)^(1/2)
2 + 2*sqrt(3+x) | 2 + sqrt(12 + 4*x)
6*e^(6*(y^2+x^2)) + 72*x^2*e^(6*(y^2+x^2)) | (72*x^2+6)*e^(6*(y^2+x^2))
((x+3)^2*(x+3))^(1/3) | ((x+3)*(x^2+6*x+9))^(1/3)
(x-1)*(x^2+x+1) | x^3 - 1
1/n - 1/(n+1) | 1/(n*(n+1))
cos(x+y) | cos(x)*cos(y) - sin(x)*sin(y)
2*cos(2*x) + x + 1 | -sin(x)^2 + 3*cos(x)^2 + x
1/(1+exp(-2*x)) | tanh(x)/2 + 1/2
-(7*x^6+4*x^3)/sin(7*y+x^7+x^4+1)^2 | -(7*x^6+4*x^3)*csc(7*y+x^7+x^4+1)^2
sin(x/2)/(1+tan(x)*tan(x/2)) | sin(x/2)*cos(x)
x^log(y) | y^log(x)
log((x+1)/(1-x)) | -log((1-x)/(x+1))
e^1 - e^(-1) | 2*sinh(1)
log(|x^2-9|) | log(|x-3|) + log(|x+3|)
cot(pi/20) + cot(pi/24) - cot(pi/10) | 1 + sqrt(2) + sqrt(3) + 2 + sqrt(5) + sqrt(6)
14336000000*x^13 | 14336*10^6*x^13
10/9 | \\frac{{10}}{{9}}
1/3 | \\cfrac{{1}}{{3}}
\\sqrt3 | sqrt(3)
7425000 | 7,425,000
1000.99 | 1,000.99
1/3 | $\\left( \\frac{{1}}{{3}} \\right)$
\\sin \\cos x | sin(cos(x))
2.5\\times 10^2 | 250
1500E-1 | 150
x ≈ 1/2 + x - 1/2 | x
x + x = 2x | x/0.5
"""

DIFFERENT = f"""
sqrt(x^2) | x
log(x^2) | 2 log(x)
asin(sin(x)) | x
x + 1e-13 | x
x + 10^-60 | x
10^-320 * x | 0*x
where(x > 50, 1, 0) | 0*x
max(x, 50) | 50 + 0*x
min(x, 1000) | x
min(x, 12345) | x
where(x^2 > 3, where(x^2 < 3.0001, 0, 1), 1) | 1
sqrt(x)^2 | x
(x-1)^20 | {POWERS.replace("184756", "184757")}
exp(-x^2)/10^9 | 0
cosh(x)^2 - sinh(x)^2 | 1 + exp(-60)*sin(x)
(1 + x/10^6)^20 | 1 + x/50000
x | x + sin(10^6 * x)/10^15
floor(x) | x
sign(x) | 1
|x| | x
2x + 3y | 2x - 3y
2x + 3y | 3x + 2y
2x | x
x^2 | 2x
x^3/3 | x^2
-(y - x) | y - x
sigmoid(x) | sigmoid(x)(1 - sigmoid(x))
sigmoid(x)(1 - sigmoid(x)) | x(1 - x)
tanh(x) | sigmoid(2x)
1 - tanh(x) | 1 - tanh(x)^2
relu(x) | x
relu(x) | leaky_relu(x)
1[x>0] | relu(x)
1[x>0] | 1
gelu(x) | gelu_tanh(x)
erf(x) | tanh(1.2 x)
log(x) | log10(x)
log2(x) | log(x)
ln x | log10(x)
x/sqrt(y + 10^-8) | x/(sqrt(y) + 10^-8)
1/(x + y) | 1/x + 1/y
(x + y)^2 | x^2 + y^2
x^y^z | (x^y)^z
x - y - z | x - (y - z)
0.333333 | 1/3
pi | 22/7
3.14159265358979 | pi
e^x | exp(x) + 10^-30
softplus(x) | relu(x)
max(x, y) | x
max(x, max(y, z)) | max(x, y)
where(x > 1, x, 0) | where(x > 1.001, x, 0)
where(x > 0, 1, 0) | where(x > 10^-5, 1, 0)
x*y | x/y
y^2 - x | (y - x)^2
sqrt(x^2 + y^2) | x + y
\\frac{{1}}{{2}}x | 2x
\\sigma'(x) | \\sigma(x)
exp(x) | 1 + x + x^2/2
1 = 2 = 3 = 5 | 5
x + 1 = x | x
x = y | y + 0*x + 1
(a^b)^c | a^(b*c)
sqrt((x-3)*(x-5)) | sqrt(x-3)*sqrt(x-5)
0.33 | 1/3
0.333333333333333*x^2 | x^2/3
0.99999999 | 1
99999999/10^8 | 99999998/99999999
0.1*(2.0*s^2 + 6.0*s - 25.00001)/s | (2*s^2 + 6*s - 25)/(10*s)
2^(t/5.1) | 2^(0.196078431373*t)
(k+7)/(k^2+4*k-12) | (k+8)/(k^2+4*k-12)
1/(a-b) - 1/(b-a) | 1/(a-b) + 1/(b-a)
cos(x+y) | cos(x)*cos(y) + sin(x)*sin(y)
4*x*cos(x^12/pi) | x*cos(x^12/pi)
(2*log(2*x)+x)/(2*x) | (log(2*x)+2)/(2*sqrt(x))
log((x+1)/(1-x)) | -log((1-x)/(x+2))
X | x
1/(R-r) | 1
1 - 1/e | 1 + 1/e
1.3 | 1
34 | 33
x1 | x_2
x < 1 | x > -1
"""


def pairs(table: str) -> list[tuple[str, str]]:
    rows = []
    for line in filter(None, table.splitlines()):
        left, _, right = line.partition(" | ") if "|x|" not in line else line.rpartition(" | ")
        rows.append((left, right))
    return rows


@pytest.mark.parametrize(("left", "right"), pairs(EQUAL))
def test_equal_formulas_are_accepted_both_ways(left: str, right: str) -> None:
    assert symdl.compare(left, right).outcome == "equal"
    assert symdl.compare(right, left).outcome == "equal"


@pytest.mark.parametrize(("left", "right"), pairs(DIFFERENT))
def test_different_formulas_are_refused_with_a_counterexample(left: str, right: str) -> None:
    found = symdl.compare(left, right)
    assert found.outcome == "different"
    assert symdl.compare(right, left).outcome == "different"


def test_there_are_enough_pairs() -> None:
    assert len(pairs(EQUAL)) + len(pairs(DIFFERENT)) >= 120


def test_what_is_assumed_decides() -> None:
    assert symdl.compare("sqrt(x^2)", "x", symbols=["x"], assume={"x": "positive"})
    assert symdl.compare("log(x*y)", "log(x) + log(y)", assume={"x": "positive", "y": "positive"})
    assert not symdl.compare("log(x*y)", "log(x) + log(y)")
    shapes = {"p": [3], "y": [3]}
    assert not symdl.compare("p*sum(y) - y", "p - y", symbols=shapes)
    assert symdl.compare("p*sum(y) - y", "p - y", symbols=shapes, assume={"y": "distribution"})


def test_arrays_are_compared_entry_by_entry() -> None:
    shapes = {"W": [2, 3], "x": [3], "y": [2]}
    assert symdl.compare("(W x)^T y", "y^T W x", symbols=shapes)
    found = symdl.compare("W + 0*W", "[[W[1,1], W[1,2], W[1,3]], [W[2,1], 2*W[2,2], W[2,3]]]", symbols=shapes)
    assert (found.outcome, found.entry) == ("different", (2, 2))
    assert symdl.compare("y x^T", "x y^T", symbols=shapes).shapes == ((2, 3), (3, 2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(x",
        "x +",
        "2x because chain rule!",
        r"\foo{x}",
        "__import__('os')",
        "x" * 3000,
        "\x00",
        "{" * 500,
        "nan",
        "x + inf",
        "x =",
        "because x",
        r"\frac{d}{dx} x^2",
        "x'",
    ],
)
def test_what_cannot_be_read_is_unreadable(text: str) -> None:
    found = symdl.compare(text, "x", symbols=["x"])
    assert found.outcome == "unreadable" and found.error is not None and str(found.error)


def test_formulas_without_values_are_undecided() -> None:
    assert symdl.compare("log(-x^2)", "sqrt(-1 - x^2)").outcome == "undecided"
