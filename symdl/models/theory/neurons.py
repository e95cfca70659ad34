"""This module derives what a perceptron does when it errs."""

from __future__ import annotations

from symdl.models.theory.declaring import argument, claim

argument(
    "perceptron_step",
    claim("moved", "z_new", "sum((w[k] + r x[k]) x[k], k=1..n) + b + r", "z + r (sum(x[k]^2, k=1..n) + 1)",
          given={"z": "sum(w[k] x[k], k=1..n) + b"}),
    claim("missed", "z + (sum(x[k]^2, k=1..n) + 1)", ">= z + 1", given={"z": "sum(w[k] x[k], k=1..n) + b"}),
    claim("wrong", "z - (sum(x[k]^2, k=1..n) + 1)", "<= z - 1", given={"z": "sum(w[k] x[k], k=1..n) + b"}),
    words="z z_new w x b r k n", explains="perceptron_rule", source="Rosenblatt 1958; Novikoff 1962",
    sizes={"n": 2},
)  # fmt: skip
