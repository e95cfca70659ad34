"""Things built from ops: activations, losses, layers. Importing this package registers them."""

import symdl.ops
from symdl.models import activations as activations
from symdl.models import layers as layers
from symdl.models import losses as losses
from symdl.models import minimizers as minimizers
from symdl.models import network_lessons as network_lessons
from symdl.models import optimizers as optimizers
from symdl.models import rules as rules
from symdl.models import truncating as truncating

FUNCTIONS = symdl.ops.FUNCTIONS
