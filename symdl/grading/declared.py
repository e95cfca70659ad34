"""This module holds all misconceptions, declared: importing it registers each of them.

The rows that they name are those of a survey of mistakes in course material and in learners' code.
"""

import symdl.grading.factor_mistakes
import symdl.grading.formula_mistakes
import symdl.grading.line_mistakes
import symdl.grading.parameter_mistakes
import symdl.grading.path_mistakes
import symdl.grading.rule_mistakes
import symdl.grading.slips
import symdl.grading.whole_mistakes  # noqa: F401
from symdl.grading.misconceptions import MISCONCEPTIONS

__all__ = ("MISCONCEPTIONS",)
