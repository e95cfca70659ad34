"""The libraries compared with are imported only where the comparison is asked for: they take seconds."""

from __future__ import annotations

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave this folder alone in an ordinary run."""
    return True if config.getoption("markexpr") == "not peers and not tex" else None


collect_ignore = ["battery"]  # cases for test_battery.py, no tests themselves
