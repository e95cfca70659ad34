"""This module derives what products of derivatives cost, and why they shrink along deep networks."""

from __future__ import annotations

from symdl.models.theory.declaring import argument, claim

argument(
    "derivative_products",
    claim("pushed", "J_3 J_2 J_1 v", "J_3 (J_2 (J_1 v))"),
    claim("pulled", "u J_3 J_2 J_1", "((u J_3) J_2) J_1"),
    claim("forward", "F", "n_1 n_0 + n_2 n_1 + n_3 n_2"),
    claim("reverse", "R", "n_3 n_2 + n_2 n_1 + n_1 n_0", "F", given={"F": "n_1 n_0 + n_2 n_1 + n_3 n_2"}),
    claim("matrices", "M", "n_2 n_1 n_0 + n_3 n_2 n_0"),
    claim("whole", "n_0 F / (n_3 R)", "n_0 / n_3", given={"R": "F"}),
    claim("loss", "n_0 F / (n_3 R)", "n_0", given={"R": "F", "n_3": "1"}),
    words="J_1 J_2 J_3 u v F R M n_0 n_1 n_2 n_3", explains="chain_rule backpropagation",
    source="Griewank & Walther 2008, chapter 3",
    facts=dict.fromkeys(["n_0", "n_1", "n_2", "n_3", "F"], "positive"),
)  # fmt: skip
argument(
    "four_layers",
    claim("output", "diff((t - sigmoid(w_4 h_3))^2 / 2, w_4)", "-(t - y) y (1 - y) h_3",
          given={"y": "sigmoid(w_4 h_3)"}),
    claim("third", "diff((t - sigmoid(w_4 sigmoid(w_3 h_2)))^2 / 2, w_3)",
          "-(t - y) y (1 - y) w_4 h_3 (1 - h_3) h_2",
          given={"y": "sigmoid(w_4 sigmoid(w_3 h_2))", "h_3": "sigmoid(w_3 h_2)"}),
    claim("second", "diff((t - sigmoid(w_4 sigmoid(w_3 sigmoid(w_2 h_1))))^2 / 2, w_2)",
          "-(t - y) y (1 - y) w_4 h_3 (1 - h_3) w_3 h_2 (1 - h_2) h_1",
          given={"y": "sigmoid(w_4 sigmoid(w_3 sigmoid(w_2 h_1)))",
                 "h_3": "sigmoid(w_3 sigmoid(w_2 h_1))", "h_2": "sigmoid(w_2 h_1)"}),
    claim("first", "diff((t - sigmoid(w_4 sigmoid(w_3 sigmoid(w_2 sigmoid(w_1 x)))))^2 / 2, w_1)",
          "-(t - y) y (1 - y) w_4 h_3 (1 - h_3) w_3 h_2 (1 - h_2) w_2 h_1 (1 - h_1) x",
          given={"y": "sigmoid(w_4 sigmoid(w_3 sigmoid(w_2 sigmoid(w_1 x))))",
                 "h_3": "sigmoid(w_3 sigmoid(w_2 sigmoid(w_1 x)))", "h_2": "sigmoid(w_2 sigmoid(w_1 x))",
                 "h_1": "sigmoid(w_1 x)"}),
    words="t y x h_1 h_2 h_3 w_1 w_2 w_3 w_4", explains="backpropagation chain_rule",
    source="Rumelhart, Hinton & Williams 1986",
)  # fmt: skip
argument(
    "shrinking_products",
    claim("slope", "diff(sigmoid(z), z)", "s (1 - s)", "1 / 4 - (s - 1 / 2)^2", "<= 1 / 4",
          given={"s": "sigmoid(z)"}),
    claim("layers", "abs(s (1 - s) w_3 h (1 - h) w_2 g (1 - g) w_1 f (1 - f))",
          "<= (1 / 4)^4 abs(w_3 w_2 w_1)",
          given={"s": "sigmoid(a)", "h": "sigmoid(b)", "g": "sigmoid(c)", "f": "sigmoid(d)"}),
    claim("depth", "prod(1 / 4, i=1..n)", "(1 / 4)^n"),
    claim("four", "(1 / 4)^4", "1 / 256", "~ 0.00391"),
    claim("ten", "(1 / 4)^10", "1 / 1048576", "~ 0.000000954"),
    claim("rectified", "diff(relu(z), z)", "where(z > 0, 1, 0)"),
    words="z s h g f a b c d w_1 w_2 w_3 i n", explains="vanishing_gradient saturation",
    source="Hochreiter 1991", sizes={"n": 4},
)  # fmt: skip
