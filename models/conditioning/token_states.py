"""A text by its tokens' last hidden states: every text model is one of these. B prompts, S tokens, D width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mkaudio.models.conditioning.conditioner import Context
from mkaudio.models.conditioning.fixed_shape import run_texts


@dataclass(frozen=True, slots=True)
class TokenStates:
    """A `Conditioner` made of a tokenizer and a frozen network.

    Args:
        name: what it was asked for by.
        width: D.
        n_tokens: S.
        fingerprint: of network, vocabulary and S.
        device: where the network is.
        pad_token: what stands behind a text, where texts run together.
        encode: text -> 1 to S token ids, the network's own begin and end included.
        count: text -> how many tokens it has, those beyond S included.
        run: (token ids (R, L), mask (R, L)) -> last hidden states (R, L, D).
    """

    name: str
    width: int
    n_tokens: int
    fingerprint: str
    device: torch.device
    pad_token: int
    encode: Callable[[str], list[int]]
    count: Callable[[str], int]
    run: Callable[[Tensor, Tensor], Tensor]

    def __call__(self, prompts: Sequence[str]) -> Context:
        """Read prompts.

        Args:
            prompts: B texts.

        Returns:
            Their tokens; padding is 0.
        """
        tokens = [self.encode(prompt) for prompt in prompts]
        context = torch.zeros(len(tokens), self.n_tokens, self.width, device=self.device)
        mask = torch.zeros(len(tokens), self.n_tokens, dtype=torch.bool, device=self.device)
        states = run_texts(self.run, tokens, self.n_tokens, self.pad_token, self.device)
        for row, (ids, of_text) in enumerate(zip(tokens, states, strict=True)):
            context[row, : len(ids)] = of_text[: len(ids)]
            mask[row, : len(ids)] = True
        return Context(context, mask)

    def tokens_read(self, prompt: str) -> tuple[int, int]:
        """Return how many tokens of a prompt are read, and how many it has.

        Args:
            prompt: a text.
        """
        has = self.count(prompt)
        return min(has, self.n_tokens), has
