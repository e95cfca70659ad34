"""The layers, a module for each family. Importing this package registers them."""

from symdl.models.layers import adversarial as adversarial
from symdl.models.layers import attention as attention
from symdl.models.layers import autoencoders as autoencoders
from symdl.models.layers import convolution as convolution
from symdl.models.layers import embeddings as embeddings
from symdl.models.layers import energy as energy
from symdl.models.layers import feedforward as feedforward
from symdl.models.layers import memory as memory
from symdl.models.layers import neurons as neurons
from symdl.models.layers import recurrent as recurrent
