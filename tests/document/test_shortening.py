"""Formulas that are too long to be read: the first terms of their sums, and the last."""

from __future__ import annotations

import pytest

from symdl import api
from symdl.problems.construction import build
from symdl.problems.reading.file import read_text
from symdl.rendering.renderer import render

MACHINE = """
[given]
W = [[0.1, 0.2, -0.3], [0.3, -0.5, 0.4]]
a = [0.1, 0.4]
b = [0.2, -0.3, 0.5]
x = [1, 0]
[let]
Z = "sum(sum(exp(a^T v + b^T h + v^T W h), h in binary(3)), v in binary(2))"
L = "log(Z) + a^T x"
[[ask]]
gradient = "L"
by = ["W"]
"""


@pytest.mark.parametrize("form", ["html", "md", "tex", "terminal"])
def test_a_sum_over_all_states_fits_on_a_page(form: str) -> None:
    found = api.derive(build(read_text(MACHINE)))
    page = render(found.compose(), form)
    assert page
    if form == "terminal":
        assert "⋯" in str(page) and len(str(page).splitlines()) < 120
    if form == "tex":
        assert r"\cdots" in str(page) and "⋯" not in str(page)
