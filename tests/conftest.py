"""This module sets up the test run: how many examples hypothesis tries, and that a run repeats."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def profile(examples: int, *, derandomize: bool = True) -> settings:
    """Timing says nothing on a shared machine, so neither a deadline nor a slow strategy fails a test."""
    slow = [HealthCheck.too_slow]
    return settings(
        max_examples=examples,
        derandomize=derandomize,
        deadline=None,
        suppress_health_check=slow,
        print_blob=True,
    )


settings.register_profile("dev", profile(30))
settings.register_profile("ci", profile(100))
settings.register_profile("search", profile(2000, derandomize=False))  # --hypothesis-profile=search, to hunt
settings.load_profile("ci" if os.environ.get("CI") else "dev")
