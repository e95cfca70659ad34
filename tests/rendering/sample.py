"""A sheet as composition would make it, with everything a renderer must print: the 2-2-2 network."""

from __future__ import annotations

from symdl.document.blocks import (
    Block,
    Code,
    Document,
    Figure,
    Formula,
    Heading,
    Math,
    Note,
    Paragraph,
    Row,
    Spans,
    StepBlock,
    Strength,
    Table,
)


def m(tex: str, plain: str, spoken: str | None = None) -> Math:
    """A formula, for short."""
    return Math(tex, plain, spoken)


def row(left: Math | None, right: Math, relation: str = "=", note: Spans = ()) -> Row:
    """A row, for short."""
    return Row(left, relation, right, note)


Z1 = m(r"z^{(1)}", "z1")
H1 = m(r"h^{(1)}", "h1")
O = m(r"o", "o")  # noqa: E741
L = m(r"L", "L", "the loss")
W1 = m(r"W^{(1)}", "W1", "W one")
D1 = m(r"\delta^{(1)}", "δ1", "delta one")


def step(
    number: str, title: str, why: Spans, rows: tuple[Row, ...], strength: Strength, check: Spans = ()
) -> StepBlock:
    """A step, for short."""
    return StepBlock(f"s{number}", number, (title,), why, Formula(rows), strength, check)


def _given() -> tuple[Block, ...]:
    vector = r"\begin{bmatrix} 0.05 \\ 0.10 \end{bmatrix}"
    return (
        Heading(1, ("Given",), "given"),
        Paragraph(
            (
                "A network with two inputs, one hidden layer of two units with ",
                m(r"\operatorname{ReLU}", "ReLU"),
                ", and two outputs with the logistic function ",
                m(r"\sigma(z) = \frac{1}{1 + e^{-z}}", "σ(z) = 1/(1 + e^(-z))"),
                ". The biases ",
                m("b_1 = 0.35", "b1 = 0.35"),
                " and ",
                m("b_2 = 0.60", "b2 = 0.60"),
                " are shared by the units of their layer (",
                m("b_1", "b1"),
                ", ",
                m("b_2", "b2"),
                ").",
            )
        ),
        Formula(
            (
                row(m("x", "x"), m(vector, "[0.05, 0.10]")),
                row(
                    W1,
                    m(
                        r"\begin{bmatrix} 0.15 & 0.20 \\ 0.25 & 0.30 \end{bmatrix}",
                        "[[0.15, 0.20], [0.25, 0.30]]",
                    ),
                    note=("rows are units",),
                ),
            )
        ),
        Note(
            "convention",
            ("Conventions",),
            (
                "A gradient has the shape of its parameter. At the kink, ",
                m(r"\operatorname{ReLU}'(0) = 0", "ReLU'(0) = 0"),
                ". Numbers are printed to four significant digits and carried in full.",
            ),
        ),
    )


def _forward() -> tuple[Block, ...]:
    relu = (
        r"\operatorname{ReLU}(z) = \begin{cases} z & \text{if } z > 0 \\ 0 & \text{if } z \le 0 \end{cases}"
    )
    return (
        Heading(1, ("Forward pass",), "forward"),
        Heading(2, ("Hidden layer",)),
        step(
            "1",
            "Affine map",
            ("Each hidden unit weighs the inputs and adds the shared bias.",),
            (
                row(Z1, m(r"W^{(1)} x + b_1 \mathbf{1}", "W1 x + b1")),
                row(
                    None,
                    m(
                        r"\begin{bmatrix} 0.15 \cdot 0.05 + 0.20 \cdot 0.10 + 0.35 \\ "
                        r"0.25 \cdot 0.05 + 0.30 \cdot 0.10 + 0.35 \end{bmatrix}",
                        "[0.15*0.05 + 0.20*0.10 + 0.35, 0.25*0.05 + 0.30*0.10 + 0.35]",
                    ),
                ),
                row(None, m(r"\begin{bmatrix} 0.3775 \\ 0.3925 \end{bmatrix}", "[0.3775, 0.3925]")),
            ),
            "definition",
        ),
        step(
            "2",
            "Activation",
            ("Both pre-activations are positive, so the rectifier passes them on.",),
            (
                row(
                    H1,
                    m(
                        r"\operatorname{ReLU}(z^{(1)}) = \begin{bmatrix} 0.3775 \\ 0.3925 \end{bmatrix}",
                        "[0.3775, 0.3925]",
                    ),
                ),
                row(m("", ""), m(relu, "ReLU(z) = z if z > 0, 0 if z <= 0"), ""),
            ),
            "definition",
        ),
        Heading(2, ("Output layer and loss ", L)),
        step(
            "3",
            "Squared error",
            ("The loss averages over the two outputs; ", m(r"\hat y", "ŷ"), " is another name of ", O, "."),
            (
                row(L, m(r"\frac{1}{2} \sum_{i=1}^{2} (\hat y_i - y_i)^2", "1/2 sum (ŷ_i - y_i)^2")),
                row(None, m("0.2984", "0.2984"), "≈"),
            ),
            "definition",
        ),
        Table(
            (("Quantity",), ("Shape",), ("Value of ", m("u_1", "u1")), ("Value of ", m("u_2", "u2"))),
            (
                ((Z1,), (m(r"2 \times 1", "2x1"),), ("0.3775",), ("0.3925",)),
                ((H1,), (m(r"2 \times 1", "2x1"),), ("0.3775",), ("0.3925",)),
                (
                    (m(r"\hat y = \sigma(z^{(2)})", "ŷ = σ(z2)"),),
                    (m(r"2 \times 1", "2x1"),),
                    ("0.7514",),
                    ("0.7729",),
                ),
            ),
            ("Forward values of the network.",),
            "lcrr",
        ),
    )


LONG = " + ".join(
    rf"w^{{(2)}}_{{{i}{j}}} \, \delta^{{(2)}}_{{{i}}} \, \operatorname{{ReLU}}'(z^{{(1)}}_{{{j}}})"
    for i in (1, 2, 3, 4)
    for j in (1, 2)
)


PATH = " ".join(
    rf"\frac{{\partial {of}}}{{\partial {by}}}"
    for of, by in (
        ("L", r"\hat y_1"),
        (r"\hat y_1", "o_1"),
        ("o_1", "z^{(2)}_1"),
        ("z^{(2)}_1", "h^{(1)}_1"),
        ("h^{(1)}_1", "z^{(1)}_1"),
        ("z^{(1)}_1", "w^{(1)}_{11}"),
    )
)


def _backward() -> tuple[Block, ...]:
    chain = (
        r"\textcolor{symdlupstream}{\underbrace{\frac{\partial L}{\partial h^{(1)}_1}}_{\text{upstream}}}"
        r" \cdot "
        r"\textcolor{symdllocal}{\underbrace{\frac{\partial h^{(1)}_1}{\partial z^{(1)}_1}}_{\text{local}}}"
        r" \cdot \frac{\partial z^{(1)}_1}{\partial w^{(1)}_{11}}"
    )
    nested = r"\frac{1}{1 + \frac{1}{1 + \frac{\sqrt{\hat v_t} + \varepsilon}{\alpha}}}"
    return (
        Heading(1, ("Backward pass",), "backward"),
        step(
            "4",
            "Chain rule",
            (
                "The weight acts on the loss through ",
                m("z^{(1)}_1", "z1_1"),
                " only, and from there over two paths.",
            ),
            (
                row(
                    m(r"\frac{\partial L}{\partial w^{(1)}_{11}}", "∂L/∂w11"),
                    m(chain, "∂L/∂h1 * ∂h1/∂z1 * ∂z1/∂w11"),
                ),
                row(None, m(r"0.036350 \cdot 1 \cdot 0.05 = 0.0018175", "0.036350 * 1 * 0.05 = 0.0018175")),
            ),
            "checked",
            ("central differences, error ", m(r"2 \cdot 10^{-11}", "2e-11")),
        ),
        step(
            "5",
            "Sum over paths",
            ("Every use of a quantity sends back its own contribution; the contributions are added.",),
            (row(m(r"\frac{\partial L}{\partial b_1}", "∂L/∂b1"), m(LONG, LONG.replace("\\", ""))),),
            "checked",
            ("12 points, 30 digits",),
        ),
        step(
            "6",
            "Outer product",
            ("The gradient of a weight matrix is the adjoint of its layer times its input, turned.",),
            (
                row(
                    m(r"\frac{\partial L}{\partial W^{(1)}}", "∂L/∂W1"),
                    m(r"\delta^{(1)} x^{\mathsf T}", "δ1 x^T"),
                ),
                row(
                    None,
                    m(
                        r"\begin{bmatrix} 0.001818 & 0.003635 \\ 0.002069 & 0.004137 \end{bmatrix}",
                        "[[…], […]]",
                    ),
                    "≈",
                ),
            ),
            "proved",
        ),
        step(
            "7",
            "Value at a kink",
            ("The choice above applies.",),
            (row(m(r"\operatorname{ReLU}'(0)", "ReLU'(0)"), m("0", "0")),),
            "convention",
        ),
        step(
            "8",
            "A nested fraction, not settled",
            ("Neither symbols nor balls could tell.",),
            (row(m("a", "a"), m(nested, "1/(1 + 1/(1 + (sqrt(v) + ε)/α))")), row(None, m("0", "0"), "≠")),
            "undecided",
            ("precision exhausted at 400 digits near the kink, where both sides are tiny",),
        ),
        step(
            "9",
            "A left side longer than half a line",
            ("It stands on a line of its own.",),
            (
                row(
                    m(
                        PATH,
                        "∂L/∂ŷ1 ∂ŷ1/∂o1 ∂o1/∂z2 ∂z2/∂h1 ∂h1/∂z1 ∂z1/∂w11",
                    ),
                    m(
                        r"(\hat y_1 - y_1) \cdot 1 \cdot o_1 (1 - o_1) \cdot w^{(2)}_{11} \cdot 1 \cdot x_1",
                        "…",
                    ),
                ),
            ),
            "proved",
        ),
        Note(
            "result",
            ("Result",),
            ("The gradient with respect to ", W1, " is ", m(r"\delta^{(1)} x^{\mathsf T}", "δ1 x^T"), "."),
        ),
        Note(
            "warning",
            ("Mind the old values",),
            ("Every update uses the parameters as they were before the step.",),
        ),
        Note("remark", (), ("A remark without a title.",)),
    )


SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60" viewBox="0 0 120 60">'
    '<rect x="5" y="5" width="50" height="50" fill="none" stroke="black"/>'
    '<line x1="55" y1="30" x2="110" y2="30" stroke="black"/></svg>'
)


def sample(extra: int = 14) -> Document:
    """The whole sheet, with some plain steps more so that it runs over several pages."""
    update = tuple(
        step(
            str(10 + k),
            "Gradient descent",
            ("The old value, less the learning rate times the gradient.",),
            (
                row(
                    m(rf"w_{{{k}}}'", f"w{k}'"),
                    m(rf"w_{{{k}}} - \eta \, \frac{{\partial L}}{{\partial w_{{{k}}}}}", "w - η ∂L/∂w"),
                ),
                row(
                    None,
                    m(rf"0.15 - 0.01 \cdot 0.{k:02d} = {0.15 - 0.0001 * k:.4f}", f"{0.15 - 0.0001 * k:.4f}"),
                ),
            ),
            "checked",
            ("12 points, 30 digits",),
        )
        for k in range(extra)
    )
    figure = Figure(SQUARE, "A square and an arrow.", ("The graph, with ", L, " at its end."))
    code = Code("python", "def gradient(x, W1):\n    z1 = W1 @ x + b1\n    return np.outer(delta1, x)\n")
    return Document(
        title=("Backpropagation through a 2-2-2 network",),
        language="en",
        direction="ltr",
        blocks=(
            *_given(),
            *_forward(),
            *_backward(),
            figure,
            Heading(1, ("Update",), "update"),
            *update,
            code,
        ),
        header=("Deep learning, exercise 3 · Dr. A. Teacher",),
        source=("After the lecture notes, chapter 4.",),
    )
