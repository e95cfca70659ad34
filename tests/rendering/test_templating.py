from __future__ import annotations

import pytest

from symdl.errors import OutputError
from symdl.rendering import pdf, press, templating, worker
from symdl.rendering.html import whole_page
from symdl.rendering.templating import fill
from symdl.rendering.view import View


def filled(tmp_path, text, **view):
    (tmp_path / "page.html").write_text(text, "utf-8")
    return fill("html", "page.html", view, own=tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "{{ missing }}",
        "{{ word.missing }}",
        "{{ word.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ word|attr('__class__') }}",
        "{{ items.append(1) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%2000000000d' % 1 }}",
        "{{ '{:>2000000000}'.format(1) }}",
        "{{ word|center(2000000000) }}",
        "{{ 1 / 0 }}",
        "{{ word.upper() }}",
        "{% include '../page.html' %}",
        "{% include '/etc/passwd' %}",
        "{% include 'link.html' %}",
        "{% for %}",
        "{{ word|safe }}",
        "{{ '(' ",
    ],
)
def test_what_a_template_may_not_do_is_one_error(tmp_path, text):
    (tmp_path / "link.html").symlink_to("/etc/hostname")
    with pytest.raises(OutputError) as caught:
        filled(tmp_path, text, word="w", items=[1])
    assert caught.value.key == "output.template"
    assert caught.value.place is not None


def test_error_tells_the_line(tmp_path):
    with pytest.raises(OutputError) as caught:
        filled(tmp_path, "one\ntwo\n{{ missing }}\n")
    assert caught.value.place is not None and caught.value.place.line == 3


def test_text_is_escaped(tmp_path):
    assert filled(tmp_path, "{{ word }}", word="<b>") == "&lt;b&gt;"
    assert filled(tmp_path, "{{ word }}", word="{{ 7*7 }}") == "{{ 7*7 }}"


def test_ordinary_arithmetic_works(tmp_path):
    assert filled(tmp_path, "{{ 2 * 1.5 + n }}", n=1) == "4.0"


def test_a_text_that_grows_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(templating, "MOST_CHARACTERS", 1000)
    with pytest.raises(OutputError) as caught:
        filled(
            tmp_path,
            "{% for a in items %}{% for b in items %}xxxxxxxxxx{% endfor %}{% endfor %}",
            items=[0] * 99,
        )
    assert caught.value.key == "output.template_too_long"


def test_a_template_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(templating, "MOST_SECONDS", 0.05)
    loop = "{% for a in items %}" * 4 + "x" + "{% endfor %}" * 4
    with pytest.raises(OutputError) as caught:
        filled(tmp_path, loop, items=[0] * 99)
    assert caught.value.key == "output.template_too_long"


def test_a_folder_of_ones_own_need_not_hold_every_file(tmp_path, sheet, paper):
    (tmp_path / "sheet.html").write_text("<main>{{ title_plain }}</main>")
    page = whole_page(sheet, paper, tmp_path)
    assert "<main>Backpropagation through a 2-2-2 network</main>" in page
    assert page.startswith("<!DOCTYPE html>")


def test_no_folder(tmp_path):
    with pytest.raises(OutputError) as caught:
        fill("html", "page.html", {}, own=tmp_path / "missing")
    assert caught.value.key == "output.no_template_folder"


def test_a_template_that_is_not_text(tmp_path):
    (tmp_path / "page.html").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OutputError):
        fill("html", "page.html", {}, own=tmp_path)


ENDLESS = "".join(f"{{% for a{k} in many %}}" for k in range(12)) + "{% endfor %}" * 12
BOMB = "{% set big = many | join(text) %}" + "{% set big = big ~ big ~ big ~ big %}" * 12


@pytest.mark.parametrize("source", [ENDLESS, BOMB], ids=["loop", "memory"])
def test_what_never_ends_or_grows_without_printing_is_stopped(source, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "SECONDS", 3)
    view: dict[str, View] = {"many": ["x"] * 200, "text": "y" * 10_000}
    (tmp_path / "page.html").write_text(source, "utf-8")
    with pytest.raises(OutputError) as caught:
        fill("html", "page.html", view, own=tmp_path)
    assert caught.value.key in ("output.template_too_long", "output.template")
    assert worker.MEMORY <= 2**30


def test_a_template_of_ones_own_has_the_filters_of_the_shipped_ones(tmp_path):
    (tmp_path / "page.html").write_text("{{ word | css }} {{ word }}", "utf-8")
    assert fill("html", "page.html", {"word": "a<"}, own=tmp_path) == "a\\3c  a&lt;"


def test_a_page_of_ones_own_reads_no_file(sheet, paper, tmp_path):
    style = "<style>@import url('file:///etc/hostname');</style>"
    (tmp_path / "page.html").write_text(f"<html lang='en'><title>t</title>{style}</html>", "utf-8")
    with pytest.raises(OutputError) as caught:
        pdf.portable_document(sheet, paper, tmp_path)
    assert caught.value.key == "output.pdf_address"


def test_a_page_of_ones_own_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(press, "SECONDS", 1)
    rows = "<p style='break-after: page'>x</p>" * 100_000
    page = f"<html lang='en'><title>t</title>{rows}</html>"
    with pytest.raises(OutputError) as caught:
        press.printed_apart(page, {}, "page.html")
    assert caught.value.key == "output.template_too_long"


def test_a_page_of_ones_own_is_printed_with_its_formulas(sheet, paper, tmp_path):
    (tmp_path / "sheet.html").write_text(
        "{% import 'parts.html' as parts %}{% for part in sections %}{% for block in part.blocks %}"
        "{{ parts.show(block) }}{% endfor %}{% endfor %}<p>mine</p>", "utf-8",
    )  # fmt: skip
    assert pdf.portable_document(sheet, paper, tmp_path).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "source",
    ["{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}", '{% include "page.html" %}', "{{ " + "(" * 3000],
    ids=["macro", "include", "brackets"],
)
def test_a_template_without_a_bottom_is_told_in_words(source, tmp_path):
    (tmp_path / "page.html").write_text(source, "utf-8")
    with pytest.raises(OutputError) as caught:
        fill("html", "page.html", {}, own=tmp_path)
    assert caught.value.key == "output.template_too_deep"
    for language in ("en", "fa"):
        told = caught.value.message(language)
        assert "page.html" in told and "Recursion" not in told
