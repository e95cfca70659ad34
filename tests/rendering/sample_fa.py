"""A short right-to-left sheet: the skeleton that Persian sheets will fill."""

from __future__ import annotations

from symdl.document.blocks import Document, Formula, Heading, Note, Paragraph, Table
from tests.rendering.sample import L, m, row, step


def persian_sample() -> Document:
    """A page in Persian with left-to-right mathematics."""
    gradient = m(r"\frac{\partial L}{\partial w_{11}}", "∂L/∂w11")
    return Document(
        title=("پس‌انتشار در یک شبکهٔ ۲-۲-۲",),
        language="fa",
        direction="rtl",
        blocks=(
            Heading(1, ("گذر پیش‌رو",)),
            Paragraph(("در این مسئله تابع هزینهٔ ", L, " را کمینه می‌کنیم (", gradient, ").")),
            Formula((row(L, m(r"\frac{1}{2} \sum_i (\hat y_i - y_i)^2", "1/2 sum (ŷ - y)^2")),)),
            step(
                "۱",
                "قاعدهٔ زنجیره‌ای",
                (
                    "مشتق ",
                    L,
                    " از دو مسیر به وزن می‌رسد.",
                ),
                (row(gradient, m(r"\delta_1 x_1", "δ1 x1")),),
                "checked",
                ("۱۲ نقطه",),
            ),
            Table((("کمیت",), ("مقدار",)), (((L,), ("۰٫۲۹۸۴",)),), ("مقادیر",), "lr"),
            Note("result", ("نتیجه",), ("گرادیان ", gradient, " است.")),
        ),
        labels=(("page", "صفحهٔ"), ("of", "از"), ("checked", "بررسی‌شده"), ("strengths", "درستی سطرها")),
        header=("یادگیری ژرف",),
    )
