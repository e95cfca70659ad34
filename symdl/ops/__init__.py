"""The vocabulary: declarations only. Importing this package registers them."""

from symdl.core.function import FUNCTIONS
from symdl.ops import composites as composites
from symdl.ops import convolving as convolving
from symdl.ops import inverting as inverting
from symdl.ops import pointwise as pointwise
from symdl.ops import rearranging as rearranging
from symdl.ops import reductions as reductions
from symdl.ops import rolling as rolling
from symdl.ops import tables as tables
from symdl.ops import windows as windows

__all__ = ["FUNCTIONS"]
