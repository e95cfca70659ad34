r"""What students write for the same answer, on a network with a softmax: all right, none wrong accepted."""

from __future__ import annotations

from typing import Any

import pytest

import symdl

RIGHT = {
    "gradient.L.b2": [
        "p-y",
        "p - y",
        "-(y-p)",
        "softmax(z2)-y",
        r"\delta_2",
        r"\delta^{(2)}",
        r"\frac{\partial L}{\partial b_2} = p - y",
        "dL/db2=p-y",
        "∂L/∂b2 = p − y",
        "[p1 - y1, p2 - y2]",
        r"\begin{pmatrix}p_1-y_1\\p_2-y_2\end{pmatrix}",
        r"\begin{bmatrix}p_1-y_1\\p_2-y_2\end{bmatrix}",
        "(p1-y1,p2-y2)",
        r"\left[p_1 - y_1,\; p_2-y_2\right]^T",
        "[p_1-y_1; p_2-y_2]",
        "grad = p - y",
        "$p-y$",
        r"\(p-y\)",
        r"\[p-y\]",
        "$$p-y$$",
        r"\nabla_{b_2} L = p - y",
        r"p \cdot \sum_k y_k - y",
        "p*sum(y)-y",
        r"\frac{e^{z_2}}{\sum_j e^{z_{2,j}}} - y",
        r"\frac{e^{z^{(2)}}}{\sum_{j=1}^{2} e^{z^{(2)}_j}} - y",
        "dz2",
        "delta2",
        "δ2",
        "δ^(2)",
        r"\delta_{2}",
        "np.exp(z2)/np.sum(np.exp(z2)) - y",
        "exp(z2)/sum(exp(z2)) - y",
        r"\mathrm{softmax}(z_2) - y",
        r"\operatorname{softmax}(z^{(2)}) - y",
        r"\text{softmax}(W_2 h + b_2) - y",
        "softmax(W2 tanh(W1 x + b1) + b2) - y",
        r"\mathbf{p} - \mathbf{y}",
        r"\vec{p}-\vec{y}",
        r"\boldsymbol{p}-\boldsymbol{y}",
        "p-y.",
        "p - y ;",
        "(p-y)",
        "[p-y]",
        "{p-y}",
    ],
    "gradient.L.W2": [
        "(p-y) h^T",
        "(p-y)h^T",
        r"(p-y)h^{\top}",
        r"(p-y)\,h^{T}",
        r"\delta_2 h^T",
        r"\delta^{(2)} h^\top",
        r"\delta_2\, h^{\mathsf T}",
        r"\delta_2 h^{\intercal}",
        "(p-y)@h.T",
        "np.outer(p-y,h)",
        "outer(p-y, h)",
        "delta2 h'",
        r"(p-y) \otimes h",
        "(h (p-y)^T)^T",
        r"\left(h(p-y)^\top\right)^\top",
        "[[ (p1-y1) h1, (p1-y1) h2],[(p2-y2) h1,(p2-y2) h2]]",
        r"\begin{pmatrix}(p_1-y_1)h_1&(p_1-y_1)h_2\\(p_2-y_2)h_1&(p_2-y_2)h_2\end{pmatrix}",
        r"\frac{\partial L}{\partial W_2}=\frac{\partial L}{\partial z_2}h^T",
        "dL/dW2 = dL/dz2 h^T",
        "dz2 h^T",
        "dz2 @ h.T",
        r"\frac{dL}{dW^{(2)}} = (p-y)h^T",
        "(p-y)hᵀ",
        "(softmax(z2)-y) tanh(z1)^T",
        r"(p-y)\tanh(W_1x+b_1)^T",
        "−(y−p)hᵀ",
        "(p-y).dot(h.T)",
        "np.matmul(dz2,h.T)",
        r"\frac{\partial L}{\partial W_{2,ij}} = (p_i - y_i) h_j",
        r"\partial L/\partial W^{(2)}_{ij} = (p_i-y_i) h_j",
    ],
    "gradient.L.b1": [
        "(W2^T (p-y)) * (1-h^2)",
        "W2^T(p-y) * (1 - h*h)",
        r"W_2^T(p-y)\odot(1-h^2)",
        r"(1-h^2)\odot W_2^\top(p-y)",
        r"W_2^{\top}\delta_2\odot(1-h\odot h)",
        r"\left(W^{(2)}\right)^T\delta^{(2)}\circ(1-\tanh^2(z_1))",
        r"W_2^T(p-y)\odot \tanh'(z_1)",
        r"\delta_1",
        "W2.T @ (p-y) * (1-h**2)",
        "(W2.T@(p-y))*(1-np.tanh(z1)**2)",
        "np.dot(W2.T, p-y) * (1 - h**2)",
        "diag(1-h^2) W2^T (p-y)",
        r"\mathrm{diag}(1-h^2) W_2^T (p-y)",
        "(1-h^2)*dh",
        "(1-h^2)*dL/dh",
        r"\frac{\partial L}{\partial h}\odot(1-h^2)",
        r"\frac{W_2^T(p-y)}{\cosh^2(z_1)}",
        "W2^T(p-y)/cosh(z1)^2",
        r"W_2^T (p-y) \odot \operatorname{sech}^2(z_1)",
        "(W2^T (p-y)) o (1-h^2)",
        "(W2^T (p-y)) ∘ (1-h²)",
        "(W2^T (p-y)) ⊙ (1-h²)",
        "((p-y)^T W2)^T * (1-h^2)",
        "[(p_1-y_1)W_{2,11}+(p_2-y_2)W_{2,21}](1-h_1^2), [(p_1-y_1)W_{2,12}+(p_2-y_2)W_{2,22}](1-h_2^2)",
        r"W_2^T(p-y)\odot(\mathbf{1}-h^2)",
        r"W_2^T(p-y)\odot(1-h^{\odot 2})",
        r"W_2^T(p-y)\odot(1-h^{\circ 2})",
    ],
    "gradient.L.W1": [
        r"\delta_1 x^T",
        "(W2^T(p-y)*(1-h^2)) x^T",
        "((W2.T @ (p-y)) * (1-h**2)) @ x.T",
        r"\left[W_2^T(p-y)\odot(1-h^2)\right]x^T",
        "[W2^T(p-y)*(1-h^2)] x^T",
        r"\big(W_2^T(p-y)\odot(1-h^2)\big)x^\top",
        "outer(delta1,x)",
        "dz1 x^T",
        r"\delta_1\otimes x",
        r"\text{diag}(1-h^2)W_2^T(p-y)x^T",
    ],
    "value.L": [
        "-sum(y*log(p))",
        "-log(p2) y2 - y1 log(p1)",
        r"-\sum_i y_i \log p_i",
        r"-\sum_{i=1}^{2} y_i\ln p_i",
        "-y^T log(p)",
        r"-y^\top \ln p",
        "-(y1 ln p1 + y2 ln p2)",
        "-np.sum(y*np.log(p))",
        "cross_entropy(p,y)",
        r"-\sum_{k} y_k \log(p_k)",
        r"\log\sum_j e^{z_{2,j}} - y^T z_2",
        "logsumexp(z2) - y^T z2",
    ],
    "value.z1": [
        "W1 x + b1",
        "W1x+b1",
        "W^{(1)}x+b^{(1)}",
        r"W_1\mathbf{x}+b_1",
        "W1@x+b1",
        "np.dot(W1,x)+b1",
        "b1 + W1 x",
        "W1·x+b1",
        r"W_1 \cdot x + b_1",
    ],
    "adjoint.L.h": [
        "W2^T (p-y)",
        r"W_2^T\delta_2",
        r"\sum_k W_{2,kj}(p_k-y_k)",
    ],
}  # fmt: skip
WRONG = {
    "gradient.L.b2": [
        "y-p",
        "p",
        "p+y",
        "(p-y)*p*(1-p)",
        "p-y/2",
        "-p/y",
        "(p-y)/p",
        "p^2-y",
        "1-p",
        "0",
        "p-y+1e-9",
        "p - y + 0.0001",
        "(p-y)^T + 0.001",
        "-y/p",
        "p-1",
        "log(p)",
        "[p1-y1, p2]",
        "(p-y)*1.0001",
        "p-y+sin(pi)*p+1e-20",
    ],
    "gradient.L.W2": [
        "(p-y) x^T",
        "(y-p) h^T",
        "p h^T",
        "(p-y)^T h",
        "(p-y) z1^T",
        "2(p-y)h^T",
        "(p-y) (1-h^2)^T",
        "(p-y) h^T /2",
        "-(p-y)h^T",
    ],
    "gradient.L.b1": [
        "W2 (p-y) * (1-h^2)",
        "W2^T(p-y)",
        "W2^T(p-y)*(1-h)",
        "W2^T(p-y)*h*(1-h)",
        "W2^T(p-y)*(1-z1^2)",
        "W2^T (y-p)*(1-h^2)",
        "W2^T(p-y)*(1-tanh(h)^2)",
        "(p-y)*(1-h^2)",
        "W2^T(p-y)*(1-h^2)^2",
    ],
    "gradient.L.W1": [
        "(W2^T(p-y)) x^T",
        "(W2^T(p-y)*(1-h^2)) h^T",
        "(W2^T(p-y)*(1+h^2)) x^T",
    ],
    "value.L": [
        "sum(y*log(p))",
        "-sum(p*log(y+1))",
        "-sum(y*p)",
        "-log(p1)",
        "-sum(log(p))",
        "-y2 log10(p2) - y1 log10(p1)",
    ],
}  # fmt: skip
LINES = [
    ("gradient.L.W2", "dz2 = p - y\ndW2 = dz2 h^T", "right", None),
    ("gradient.L.W2", "dz2 = y - p\ndW2 = dz2 h^T", "close", 1),
    (
        "gradient.L.W2",
        r"\begin{aligned}\frac{\partial L}{\partial W_2} &= \frac{\partial L}{\partial z_2}"
        r"\frac{\partial z_2}{\partial W_2}\\ &= \delta_2 h^T \\ &= (p-y)h^T\end{aligned}",
        "right",
        None,
    ),
    ("gradient.L.b2", "p + y = p - y", "close", 1),
    ("gradient.L.b2", "dL/db2 = dL/dz2 * dz2/db2", "unreadable", None),
    ("gradient.L.b2", "dL/db2 = dL/dz2 * dz2/db2 = p - y", "right", None),
    ("gradient.L.b2", "p - y =", "unreadable", None),
    ("gradient.L.W2", "= (p-y) h^T", "right", None),
    ("value.z1", "z_1 = W_1 x + b_1 = [0.6, 0.1]", "wrong", 2),
]
INDEXED = [
    ("gradient.L.W2", r"\frac{\partial L}{\partial W^{(2)}_{ji}} = (p_j-y_j) h_i", "right"),
    ("gradient.L.W2", r"\frac{\partial L}{\partial W^{(2)}_{ij}} = (p_j-y_j) h_i", "wrong"),
    ("gradient.L.W2", r"\delta^{(2)}_i h_j", "right"),
    (
        "gradient.L.W1",
        r"\partial L/\partial W_{1,ij} = (1-h_i^2) \sum_k W_{2,ki}(p_k-y_k) x_j",
        "right",
    ),
    (
        "gradient.L.W1",
        r"\partial L/\partial W_{1,ij} = (1-h_i^2) \sum_k W_{2,ik}(p_k-y_k) x_j",
        "wrong",
    ),
    ("gradient.L.b2", "p_i - y_i", "right"),
    ("gradient.L.b2", "p_i - y_j", "unreadable"),
    ("gradient.L.b2", "[dL/db2[1], dL/db2[2]]", "unreadable"),
    ("gradient.L.b2", "dL/db2[i]", "unreadable"),
    ("gradient.L.b2", "p - y + relu(W1[1,1] - 100)", "wrong"),
    ("gradient.L.b2", "p - y + where(b1[1] < -300, 1, 0)", "wrong"),
    ("gradient.L.b2", "p - y + max(x[1], 5000) - 5000", "wrong"),
    ("gradient.L.b2", "p - y + relu(h[1] - 1)", "right"),
    ("gradient.L.b2", "i", "unreadable"),
    ("gradient.L.W2", "dW2[i,j] = (p[i]-y[i])*h[j]", "right"),
]


@pytest.fixture(scope="module")
def softmax_network() -> Any:
    return symdl.problem(
        given={
            "x": [0.4, -0.9, 1.3], "W1": [[0.2, -0.5, 0.7], [0.6, 0.1, -0.3]], "b1": [0.05, -0.1],
            "W2": [[0.3, -0.8], [0.5, 0.9]], "b2": [0.2, -0.4], "y": [0, 1],
        },
        let={
            "z1": "W1 x + b1", "h": "tanh(z1)", "z2": "W2 h + b2", "p": "softmax(z2)",
            "L": "-sum(y*log(p))",
        },
        asks=[
            {"value": "L"},
            {"gradient": "L", "by": ["W1", "b1", "W2", "b2"]},
            {"update": "gd", "of": "L", "by": ["W2", "b2"], "learning_rate": "1/2", "steps": 2},
        ],
    )  # fmt: skip


@pytest.mark.parametrize("question", RIGHT)
def test_right_answers_are_right(softmax_network: Any, question: str) -> None:
    report = symdl.grade(softmax_network, {str(k): {question: a} for k, a in enumerate(RIGHT[question])})
    refused = {a: r.feedback for a, r in zip(RIGHT[question], report, strict=True) if r.status != "right"}
    assert not refused


@pytest.mark.parametrize("question", WRONG)
def test_wrong_answers_are_not_accepted(softmax_network: Any, question: str) -> None:
    report = symdl.grade(softmax_network, {str(k): {question: a} for k, a in enumerate(WRONG[question])})
    accepted = {a: r.status for a, r in zip(WRONG[question], report, strict=True) if r.status != "wrong"}
    assert not accepted


@pytest.mark.parametrize(("question", "answer", "status", "line"), LINES)
def test_the_lines_of_a_derivation(
    softmax_network: Any, question: str, answer: str, status: str, line: int | None
) -> None:
    row = symdl.grade(softmax_network, {question: answer}).row(question)
    assert row.status == status
    assert line is None or f"line {line}" in row.feedback


@pytest.mark.parametrize(("question", "answer", "status"), INDEXED)
def test_answers_by_an_entry(softmax_network: Any, question: str, answer: str, status: str) -> None:
    row = symdl.grade(softmax_network, {question: answer}).row(question)
    assert (row.status if row.status != "other_convention" else "wrong") == status
