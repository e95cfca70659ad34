from __future__ import annotations

import pytest

from symdl.rendering.optical import surplus


@pytest.mark.parametrize(
    ("tex", "em"),
    [
        ("", 0.0),
        (r"W x + \frac{a}{b}", 0.0),
        ("e^{-x}", 0.1),
        ("e^x", 0.05),
        (r"\frac{1}{1 + e^{-z}}", 0.1),
        (r"\frac{e^{-z}}{1 + e^{-z}}", 0.1),  # the wider of the two
        (r"\underbrace{a b}_{\text{upstream}}", 0.0),
        (r"\underset{(2 \times 3)}{W}", 0.0),
        ("x_", 0.0),
    ],
)
def test_letters_in_exponents_are_wider(tex: str, em: float) -> None:
    assert surplus(tex) == pytest.approx(em)


def test_an_exponent_in_an_exponent_is_wider_still() -> None:
    assert surplus("e^{e^{x}}") > surplus("e^{e x}") > surplus("e x")
