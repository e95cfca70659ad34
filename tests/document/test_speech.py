"""Formulas read aloud in both languages: words, no signs."""

from __future__ import annotations

import re

import pytest

import symdl
from symdl.document.blocks import Document, Math, Paragraph
from symdl.document.speech import spoken, to_speech
from symdl.resources import folder

READ = {
    "∂L/∂W⁽¹⁾ = δ⁽¹⁾ xᵀ": "derivative of L by W layer 1 equals delta layer 1 x transposed",
    "(ŷ - y)²/2": "(y hat minus y) squared over 2",
    "∑[k=1..N] x_k": "sum over k from 1 to N of x_k",
    "z ≈ [[1, 2], [3, 4]]": "z is about matrix 1, 2; 3, 4",
    "[[1, 2], [3, 4]] [5, 6] + 7": "matrix 1, 2; 3, 4, vector 5, 6, plus 7",
    "∂²f/∂x² = 2": "second derivative of f by x and x equals 2",
    "∂²f/∂x∂y": "second derivative of f by x and y",
    "d/dx (x²) = 2x^(2 - 1)": "derivative by x of (x squared) equals 2x to the power 2 minus 1",
    "dy/dx = d₁/d₂": "derivative of y by x equals d sub 1 over d sub 2",
    "where(z₁ > 0, 1, 0)": "1 where z sub 1 is greater than 0, else 0",
    "exp(-x)": "exp(minus x)",
    "w⁽¹⁾ᵢⱼ + w₁₁": "w layer 1 sub i j plus w sub 11",
    "h[2]": "h 2",
    "a ⊙ σ'(z)": "a times entry by entry sigma prime (z)",
    "1.2·10⁻⁷": "1.2 times 10 to the power minus 7",
}


@pytest.mark.parametrize(("plain", "expected"), READ.items())
def test_formulas_as_a_lecturer_reads_them(plain, expected):
    assert to_speech(plain) == expected


def test_persian_has_its_own_words():
    assert to_speech("∂L/∂x = 2", "fa") == "مشتق L نسبت به x برابر است با 2"


@pytest.mark.parametrize("code", ["en", "fa"])
def test_no_sign_is_left_in_the_alternative_texts_of_a_sheet(code):
    problem = symdl.load(folder("worked_examples") / "mlp_relu_sigmoid" / "problem.toml")
    page = str(symdl.render(symdl.compose(symdl.derive(problem), (), language=code), "html"))
    alts = re.findall(r'<img class="math"[^>]* alt="([^"]*)"', page)
    assert len(alts) > 100
    assert [alt for alt in alts if len(alt) > 1 and re.search(r"[∂∑δσ⊙≈²ᵀ⁽√=^]|where\(|d/d", alt)] == []
    twice = re.compile(r"\b(\w+(?: \w+)?) \1\b")
    assert [
        alt for alt in alts if (found := twice.search(alt)) and found[1].isalpha() and len(found[1]) > 2
    ] == []


def test_what_has_words_keeps_them():
    said = Math("x", "x", "the letter x")
    document = Document(("t",), "en", "ltr", (Paragraph((said, Math("y^2", "y²"))),))
    (paragraph,) = spoken(document, "en").blocks
    assert isinstance(paragraph, Paragraph)
    heard = [span.spoken for span in paragraph.spans if isinstance(span, Math)]
    assert heard == ["the letter x", "y squared"]
