"""Formulas as SVG: the measures, the traps of MathJax outside a browser, and hostile TeX."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

import symdl.models  # noqa: F401  (registers the library)
from symdl.core.function import FUNCTIONS
from symdl.document.notation import function_spellings
from symdl.errors import OutputError
from symdl.formula.notation import Notation
from symdl.formula.tex import to_tex
from symdl.formula.tree import Apply, Name, Power, number
from symdl.rendering import engine
from symdl.rendering.typeset import MAX_LENGTH, data_uri, typeset

FORMULAS = [
    r"\frac{\partial L}{\partial w_{11}} = \frac{\partial L}{\partial o_1} \frac{\partial o_1}{\partial z}",
    r"\mathbf{J} = \begin{bmatrix} a & b \\ c & d \end{bmatrix}_{m \times n}",
    r"\begin{aligned} z &= W x + b \\ &= 0.3775 \end{aligned}",
    r"f(x) = \begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\underbrace{\sigma'(z)}_{\text{local}} \odot \overset{!}{=} \operatorname*{argmin}_\theta L",
    r"\theta_{t+1} = \theta_t - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon} \in \mathbb{R}^{n}",
    r"\cancel{x} \boxed{y} \enclose{circle}{z} \xrightarrow{f} \boldsymbol{\delta} \bbox[4px]{q}",
    r"\sum_{i=1}^{N} \prod_j \int_0^1 \lVert v \rVert_2^2 \; \mathcal{L} \left.\frac{df}{dx}\right|_{x=2}",
]


def tags(svg: str) -> list[str]:
    """The names of the elements, which also shows that the SVG is well-formed."""
    return [node.tag.rpartition("}")[2] for node in ElementTree.fromstring(svg).iter()]


@pytest.mark.parametrize("tex", FORMULAS)
def test_formulas_come_out_as_plain_outlines(tex: str):
    formula = typeset(tex, display=True)
    assert set(tags(formula.svg)) <= {"svg", "g", "defs", "path", "use", "rect", "line", "ellipse", "text"}
    assert not re.search(r"data-|style=|\bex\"|xlink", formula.svg)
    assert 0 < formula.depth < formula.height


def test_measures_are_those_of_the_view_box():
    formula = typeset("x^2")
    box = re.search(r'viewBox="0 (\S+) (\S+) (\S+)"', formula.svg)
    assert box is not None
    top, width, height = (float(number) / 1000 for number in box.groups())
    assert (formula.width, formula.height, formula.depth) == pytest.approx(
        (width, height, height + top), abs=1e-4
    )
    assert formula.width == pytest.approx(1.0, abs=0.02)  # x and a raised 2 in the TeX font
    assert formula.depth < 0.02


def test_display_is_larger_than_inline():
    tex = r"\frac{a}{b}"
    assert typeset(tex, display=True).height > typeset(tex).height


def test_the_rules_of_an_array_have_a_width():
    svg = typeset(r"\begin{array}{|c:c|} \hline a & b \\ \hline c & d \end{array}").svg
    lines = re.findall(r"<line [^>]*>", svg)
    assert len(lines) >= 3
    assert all('stroke-width="67"' in line for line in lines)
    assert any("stroke-dasharray" in line for line in lines)


def test_a_tag_is_left_to_the_page():
    assert typeset(r"x = 1 \tag{3}", display=True).width == typeset("x = 1", display=True).width
    assert "mlabeledtr" not in typeset(r"\begin{align} x &= 1 \tag{a} \\ y &= 2 \end{align}").svg


def test_names_of_glyphs_belong_to_one_formula():
    one, other = typeset("x + y").svg, typeset("x - y").svg
    names = [set(re.findall(r'id="([^"]+)"', svg)) for svg in (one, other)]
    assert names[0]
    assert not names[0] & names[1]
    assert set(re.findall(r'href="#([^"]+)"', one)) == names[0]


def test_the_same_formula_is_the_same_picture():
    first = typeset("x_1")
    typeset.__globals__["_typeset"].cache_clear()
    assert typeset("x_1") == first


def test_a_wide_line_is_broken_where_a_width_is_given():
    tex = "y = " + " + ".join(f"a_{{{k}}} x^{{{k}}}" for k in range(20))
    whole, broken = typeset(tex, display=True), typeset(tex, display=True, width_em=20)
    assert whole.width > 30
    assert broken.width <= 20
    assert broken.height > 2 * whole.height


def test_colors_are_named_and_defined_by_the_caller():
    svg = typeset(r"\textcolor{symdlupstream}{x}", colors={"symdlupstream": "#124e89"}).svg
    assert "#124e89" in svg
    assert "#124e89" not in typeset(r"\textcolor{symdlupstream}{x}").svg


def test_mathjax_says_what_is_wrong():
    with pytest.raises(OutputError, match=r"Undefined control sequence \\nonsense") as caught:
        typeset(r"1 + \nonsense")
    assert caught.value.key == "output.bad_tex"
    with pytest.raises(OutputError, match="Missing argument"):
        typeset(r"\frac{1}")


@pytest.mark.parametrize(
    "tex", [r"\href{javascript:x}{y}", r"\style{color:red}{y}", r"\require{html}", r"\class{a}{b}"]
)
def test_nothing_reaches_beyond_the_formula(tex: str):
    with pytest.raises(OutputError):
        typeset(tex)


def test_definitions_do_not_leak_into_the_next_formula():
    typeset(r"\newcommand{\mine}{x} \mine")
    with pytest.raises(OutputError):
        typeset(r"\mine")


@pytest.mark.parametrize("tex", ["{" * 4000 + "}" * 4000, r"\sqrt{" * 300 + "x" + "}" * 300])
def test_a_limit_ends_in_an_error_and_the_next_formula_works(tex: str):
    with pytest.raises(OutputError) as caught:
        typeset(tex)
    assert caught.value.key == "output.engine_gave_up"
    assert typeset("x + 1").width > 1


def test_endless_macros_and_long_formulas_are_refused():
    with pytest.raises(OutputError, match="recursive macro"):
        typeset(r"\def\a{\a\a} \a")
    with pytest.raises(OutputError) as caught:
        typeset("x" * (MAX_LENGTH + 1))
    assert caught.value.key == "output.tex_too_long"


def test_odd_characters_do_no_harm():
    for tex in ("", "a\0b", "\ud800", r"\char1 \unicode{xfffe}", r"a < b \text{<script>\&amp;}", "é 漢"):
        drawn = [
            element.tag.rpartition("}")[2] for element in ElementTree.fromstring(typeset(tex).svg).iter()
        ]
        assert drawn[0] == "svg" and "script" not in drawn


def test_threads_share_the_engine():
    with ThreadPoolExecutor(4) as pool:
        widths = list(pool.map(lambda k: typeset(f"x_{{{k}}} + {k}").width, range(100, 124)))
    assert len(set(widths)) == 1


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "BUNDLE", "nothing.js")
    engine._engine.cache_clear()
    with pytest.raises(OutputError, match=r"nothing\.js"):
        engine.call("typeset")
    engine._engine.cache_clear()


def test_an_address_carries_the_picture():
    svg = typeset("x < 1").svg
    address = data_uri(svg, color="#123456")
    assert not set(address) & set('<>"#&%\n') - {"%"}
    assert unquote(address.partition(",")[2]) == svg.replace("currentColor", "#123456")


@pytest.mark.parametrize("key", [f.key for f in FUNCTIONS.values() if f.kind in ("activation", "loss")])
def test_every_function_can_be_called_raised_and_derived(key):
    notation = Notation(functions=function_spellings())
    args = tuple(map(Name, FUNCTIONS[key].params))
    for node in (Apply(key, args), Power(Apply(key, args), number(2)), Apply(f"{key}'", args)):
        assert typeset(to_tex(node, notation)).svg.startswith("<svg")
