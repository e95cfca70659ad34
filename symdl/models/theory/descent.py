"""This module derives where a step should go: against the gradient from the first order of Taylor's series,
Newton's step from the second.
"""

from __future__ import annotations

from symdl.models.theory.declaring import argument, claim

SYMMETRIC = {"H[2,1]": "H[1,2]"}
AT_Q = {f"g[{i}]": f"-sum(H[{i},l] q[l], l=1..n)" for i in (1, 2)}
PRODUCT = "sum(g[k] p[k], k=1..n)"
FORM = "sum(sum({0}[k] H[k,l] {0}[l], l=1..n), k=1..n)"

argument(
    "steepest_direction",
    claim("first", "f", f"c + {PRODUCT}"),
    claim("slope_length", "G", "sqrt(sum(g[k]^2, k=1..n))"),
    claim("way_length", "P", "sqrt(sum(p[k]^2, k=1..n))"),
    claim("schwarz", "sum((P g[k] + G p[k])^2, k=1..n)", f"2 G P (G P + {PRODUCT})"),
    claim("bound", PRODUCT, ">= -G P"),
    claim("against", "sum(g[k] (-P g[k] / G), k=1..n)", "-P G^2 / G", "-G P"),
    claim("step", "c + sum(g[k] (-eta g[k]), k=1..n)", "c - eta G^2"),
    words="f c g p G P eta k n", explains="gd gradient_descent steepest_descent taylor_series",
    source="Cauchy 1847; Nocedal & Wright 2006, section 2.2",
    facts={"eta": "positive"}, sizes={"n": 3},
)  # fmt: skip
argument(
    "newton_direction",
    claim("second", "f", f"c + {PRODUCT} + {FORM.format('p')} / 2", given=SYMMETRIC),
    claim("slope", "diff(f, p[i])", "g[i] + sum(H[i,l] p[l], l=1..n)", given=SYMMETRIC),
    claim("zero", "g[i] + sum(H[i,l] q[l], l=1..n)", "0", given={**SYMMETRIC, **AT_Q}),
    claim("lowest", f"{PRODUCT} + {FORM.format('p')} / 2 - sum(g[k] q[k], k=1..n) - {FORM.format('q')} / 2",
          "sum(sum((p[k] - q[k]) H[k,l] (p[l] - q[l]), l=1..n), k=1..n) / 2", given={**SYMMETRIC, **AT_Q}),
    claim("downhill", "sum(g[k] q[k], k=1..n)", f"-{FORM.format('q')}", given={**SYMMETRIC, **AT_Q}),
    claim("single", "u + d (-u / d)", "0"),
    words="f c g p q H u d i k l n", explains="newton_method taylor_series",
    source="Nocedal & Wright 2006, section 2.2", sizes={"n": 2, "i": 1},
)  # fmt: skip
