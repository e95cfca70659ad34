"""Things built from ops: activations, losses, layers. Importing this package registers them."""

import symdl.ops
from symdl.models import activations as activations
from symdl.models import losses as losses
from symdl.models import optimizers as optimizers

FUNCTIONS = symdl.ops.FUNCTIONS
