from __future__ import annotations

from typing import Any

import pytest

try:
    from weasyprint import HTML
    from weasyprint.formatting_structure.boxes import TextBox
except OSError:
    pytest.skip("the system libraries of WeasyPrint are missing", allow_module_level=True)

from symdl.rendering.filling import ENOUGH, Manner, filled, filled_up, prepare
from symdl.rendering.pdf import Fetcher

STYLE = """
@page { size: 100pt 500pt; margin: 0 }
body, p, h2, figure { margin: 0 }
p, h2 { height: 10pt; line-height: 10pt; font-size: 8pt }
h2 { break-after: avoid }
figure { break-inside: avoid; font-size: 10pt }
"""


def section(title: str, inside: str) -> str:
    return f'<section class="level-1"><h2>{title}</h2>{inside}</section>'


def pictured(before: int, high: float, after: int) -> str:
    """Lines, a picture with its heading that is so many lines high, and a section of further lines."""
    row = f'<div class="row"><div style="height: {high}em"></div></div>'
    graph = section("graph", f"<figure>{row}<p>words</p></figure>")
    lines = "<p>line</p>" * before + graph + section("results", "<p>line</p>" * after)
    return f'<html lang="en"><style>{STYLE}</style><main>{lines}</main></html>'


def laid_out(page: str, manner: Manner) -> Any:
    html = HTML(string=page, url_fetcher=Fetcher())
    prepare(html.etree_element, manner)
    return html.render()


def headings(sheet: Any) -> list[str]:
    """The headings of each page."""
    return [
        " ".join(
            box.text
            for box in page._page_box.children[0].descendants()
            if isinstance(box, TextBox) and box.text in ("graph", "results")
        )
        for page in sheet.pages
    ]


@pytest.mark.parametrize(
    ("before", "high", "after", "order"),
    [
        (30, 20, 9, ["graph", "results"]),  # a little smaller it fits
        (30, 30, 12, ["results", "graph"]),  # much smaller it is not legible, so the results come first
        (30, 30, 30, ["results", "graph"]),  # which may go on on the next page
        (45, 30, 9, ["", "graph results"]),  # where little is free nothing moves
        (30, 10, 5, ["graph results"]),  # nor where all have room
    ],
)
def test_a_picture_leaves_no_half_page_free(before: int, high: float, after: int, order: list[str]) -> None:
    page = pictured(before, high, after)

    def lay(manner: Manner) -> Any:
        return laid_out(page, manner)

    sheet = filled_up(lay(Manner()), Manner(), lay)
    assert headings(sheet) == order
    assert all(filled(each) >= ENOUGH for each in sheet.pages[:-1])


def test_a_section_with_steps_is_not_moved() -> None:
    """Their numbers would come out of order."""
    page = pictured(30, 30, 9).replace("<p>words</p></figure>", '</figure><section class="step">1</section>')
    sheet = laid_out(page, Manner(moves=((0, 1),)))
    assert headings(sheet) == headings(laid_out(page, Manner()))
