"""Formulas read aloud in both languages: words, no signs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdl
from symdl.document.aloud.speech import spoken, to_speech
from symdl.document.blocks import Document, Math, Paragraph
from symdl.resources import folder

READ = {
    "∂L/∂W⁽¹⁾ = δ⁽¹⁾ xᵀ": "derivative of L with respect to W layer 1 equals delta layer 1 x transposed",
    "(ŷ - y)²/2": "the fraction open bracket y hat minus y close bracket squared, over 2, end of fraction",
    "1/2 · (a + b)": "1 over 2 times open bracket a plus b close bracket",
    "(a + b)/c": "the fraction a plus b, over c, end of fraction",
    "∑[k=1..N] x_k": "sum over k from 1 to N of x sub k",
    "z ≈ [[1, 2], [3, 4], [5, 6]]": "z is about the 3 by 2 matrix 1, 2; 3, 4; 5, 6",
    "[[1, 2], [3, 4]] [5, 6] + 7": "the 2 by 2 matrix 1, 2; 3, 4, the vector 5, 6, plus 7",
    "∂²f/∂x² = 2": "second derivative of f with respect to x and x equals 2",
    "∂²f/∂x∂y": "second derivative of f with respect to x and y",
    "∂/∂x₁ ∂f/∂x₂": "derivative with respect to x sub 1 of derivative of f with respect to x sub 2",
    "d/dx (x²) = 2x^(n - 1)": "derivative with respect to x of open bracket x squared close bracket equals "
    "2x to the power n minus 1, end of power",
    "dy/dx = d₁/d₂": "derivative of y with respect to x equals d sub 1 over d sub 2",
    "where(z₁ > 0, 1, 0)": "1 if z sub 1 is greater than 0, otherwise 0",
    "2 where(x > 0, 1, 0)": "2 open bracket 1 if x is greater than 0, otherwise 0, close bracket",
    "exp(-x)": "exp of minus x",
    "∂J/∂y zᵀ": "derivative of J with respect to y, times z transposed",
    "∂J/∂c ⊙ c + dy/dx x": "derivative of J with respect to c, times entry by entry c plus "
    "derivative of y with respect to x, times x",
    "∂f/∂x/n": "the fraction derivative of f with respect to x, over n, end of fraction",
    "w⁽¹⁾ᵢⱼ + w₁₁": "w layer 1 sub i j plus w sub 1 1",
    "w[1,12]": "w sub 1, 12",
    "E[2,:] + X[:,3]": "row 2 of E plus column 3 of X",
    "ηₘₐₓ": "eta sub max",
    "f₂ᵢ₊ⱼ₋₂": "f sub 2 i plus j minus 2",
    "h[2]": "h sub 2",
    "a ⊙ σ'(z)": "a times entry by entry sigma prime of z",
    "W(y - x)": "W open bracket y minus x close bracket",
    "max(0, 2x)": "maximum of open bracket 0, 2x close bracket",
    "4x₁³ · (-1)": "4x sub 1 cubed times minus 1",
    "|w₂| |u - v|": "absolute value of w sub 2 absolute value of u minus v, end of absolute value",
    "‖E[2,:]‖": "norm of row 2 of E",
    "p(t | μ)": "p open bracket t given mu close bracket",
    "tᵢ!": "t sub i factorial",
    "[0, ∞)": "the interval from 0 to infinity",
    "{0, 1}": "the set 0, 1",
    "ℝ^(N × n)": "the reals of shape N by n",
    "half_sse(O, Y)": "half sse of open bracket O, Y close bracket",
    "1.2·10⁻⁷": "1.2 times 10 to the power minus 7",
    "Levenberg–Marquardt": "Levenberg–Marquardt",
}
IN_PERSIAN = {
    "∂L/∂x = 2": "مشتق L نسبت به x برابر است با 2",
    "-x": "منفی x",
    "[[1, 2], [3, 4]] a": "ماتریس 2 در 2، 1، 2؛ 3، 4، a",
    "(a + b)/c": "کسر با صورت a به‌علاوهٔ b و مخرج c، پایان کسر",
    "w₁₁ᵀ": "w اندیس 1 1 ترانهاده",
    "where(x > 0, 1, 0)": "1 اگر x بزرگ‌تر از 0، وگرنه 0",
    "|x|": "قدر مطلق x",
    "∂J/∂y zᵀ": "مشتق J نسبت به y، ضرب در z ترانهاده",
    "a[1,2:2] log(2b)": "a اندیس 1، 2 تا 2 لگاریتم از پرانتز باز 2b پرانتز بسته",
    "tanh(x) exp(-t)": "تانژانت هایپربولیک از x نمایی از منفی t",
}


@pytest.mark.parametrize(("plain", "expected"), READ.items())
def test_formulas_as_a_lecturer_reads_them(plain, expected):
    assert to_speech(plain) == expected


@pytest.mark.parametrize(("plain", "expected"), IN_PERSIAN.items())
def test_persian_has_its_own_words(plain, expected):
    assert to_speech(plain, "fa") == expected


@given(st.text("xW12 .,()[]{}|‖^/·⊙+-=∂d∑√ᵀ²₁⁽⁾′_w:;∞≥σ!", max_size=40))
def test_whatever_is_read_has_an_end(plain):
    assert "  " not in to_speech(plain)


def test_brackets_without_end_do_not_matter():
    assert to_speech("(" * 5000 + "x") is not None


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
