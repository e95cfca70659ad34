"""This package holds derivations about architectures: why a loss, a probability, an energy is what it is."""

from symdl.models.theory import adversarial, descent, energy, gradients, latent, neurons, words

__all__ = ["adversarial", "descent", "energy", "gradients", "latent", "neurons", "words"]
