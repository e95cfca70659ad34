"""This module gives the rendering tests their sheets and the theme they are set in."""

from __future__ import annotations

import pytest

from symdl.document.blocks import Document
from symdl.rendering.theme import Theme, theme_named
from tests.rendering.sample import sample
from tests.rendering.sample_fa import persian_sample


@pytest.fixture(scope="session")
def sheet() -> Document:
    return sample(extra=2)


@pytest.fixture(scope="session")
def persian() -> Document:
    return persian_sample()


@pytest.fixture(scope="session")
def paper() -> Theme:
    return theme_named("paper")
