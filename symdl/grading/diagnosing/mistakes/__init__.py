"""This package holds all misconceptions, declared: importing it registers each of them.

The rows that they name are those of a survey of mistakes in course material and in learners' code.
"""

from symdl.grading.diagnosing.misconceptions import MISCONCEPTIONS
from symdl.grading.diagnosing.mistakes import (  # noqa: F401
    factors,
    forward,
    lines,
    parameters,
    paths,
    rules,
    whole,
    writing,
)

__all__ = ("MISCONCEPTIONS",)
