"""This module knows which line of which layer a line was written out from: the write gate, the scores."""

from __future__ import annotations

from collections.abc import Mapping

from symdl.core.graph import Adjoint
from symdl.derivation.step import Step

Origin = tuple[str, str]  # the key of a layer and the name that the line has in its declaration


def origin_of(origins: Mapping[str, Origin], step: Step) -> Origin | None:
    """The layer and line that a forward line, or the gradient of one, comes from."""
    name = step.claim.out.name
    own = name.by if isinstance(name, Adjoint) else name
    if step.phase not in ("forward", "backward") or not isinstance(own, str):
        return None
    return origins.get(own.partition("[")[0])


def purpose_key(origin: Origin | None, step: Step) -> str | None:
    """The key of the words for what a line does in its layer; of a gradient, where these words fit it."""
    forward = step.phase == "forward"
    if origin is None or not (forward or _tells(step)):
        return None
    return f"{'layer_line' if forward else 'layer_back'}.{origin[0]}.{origin[1]}"


def _tells(step: Step) -> bool:
    """Whether the gradient of a part comes on several ways, or through a known Jacobian."""
    return len(tuple(step.because.facts.get("through", ()))) > 1 or step.because.key == "rule.known"
