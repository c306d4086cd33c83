"""What a diffusion is told, whatever network reads it. B prompts, S tokens, D width of the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Context:
    """Prompts as tokens.

    Args:
        context: (B, S, D) float32; 0 where the mask is False.
        mask: (B, S) bool: True for the tokens of the prompt, which stand first and are at least one.
    """

    context: Tensor
    mask: Tensor


class Conditioner(Protocol):
    """A frozen reader of prompts."""

    @property
    def name(self) -> str:
        """What `load_conditioner` was asked for: "starter"."""
        ...

    @property
    def width(self) -> int:
        """D."""
        ...

    @property
    def n_tokens(self) -> int:
        """S, the same for all prompts; what lies behind is not read."""
        ...

    @property
    def fingerprint(self) -> str:
        """Name what decides its answers: weights, vocabulary and S. A diffusion that was trained on another is refused."""
        ...

    def __call__(self, prompts: Sequence[str]) -> Context:
        """Read prompts, without gradients. The bits of one depend on nothing else in the call, nor on autocast.

        Args:
            prompts: B texts; "" is the true empty prompt of guidance.

        Returns:
            Their tokens, on the conditioner's device.
        """
        ...

    def tokens_read(self, prompt: str) -> tuple[int, int]:
        """Return how many tokens of a prompt are read, and how many it has: the rest is cut.

        Args:
            prompt: a text.
        """
        ...
