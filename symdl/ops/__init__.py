"""The vocabulary: declarations only. Importing this package registers them."""

from symdl.core.function import FUNCTIONS
from symdl.ops import pointwise as pointwise
from symdl.ops import reductions as reductions
from symdl.ops import rearranging as rearranging  # noqa: I001  (composites need these declared first)
from symdl.ops import composites as composites

__all__ = ["FUNCTIONS"]
