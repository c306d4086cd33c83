"""A conditioner that remembers what it has read. B prompts, S tokens, D width."""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor

from mkaudio.models.conditioning.conditioner import Conditioner, Context


class CachedConditioner:
    """Runs the network once a text, and gives the same bits as without it.

    Kept is what the text needs, in float32 and in the processor's memory: at 15 tokens and a width of 768, 46 kB a text.
    Those not asked for the longest go first.
    """

    def __init__(self, conditioner: Conditioner, most_prompts: int = 10_000) -> None:
        """Begin with nothing.

        Args:
            conditioner: what reads.
            most_prompts: how many texts are remembered.

        Raises:
            ValueError: that is none.
        """
        if most_prompts < 1:
            raise ValueError(f"most_prompts: {most_prompts}: a cache remembers at least one text")
        self._conditioner, self._most = conditioner, most_prompts
        self._read: OrderedDict[str, Tensor] = OrderedDict()
        self.name, self.width, self.n_tokens = conditioner.name, conditioner.width, conditioner.n_tokens
        self.fingerprint = conditioner.fingerprint
        self._device: torch.device | None = None

    def __call__(self, prompts: Sequence[str]) -> Context:
        """Read prompts, those not remembered by the network.

        Args:
            prompts: B texts.

        Returns:
            Their tokens, on the conditioner's device.
        """
        unread = list(dict.fromkeys(prompt for prompt in prompts if prompt not in self._read))
        if unread or self._device is None:
            of_unread = self._conditioner(unread)
            self._device = of_unread.context.device
            for prompt, states, mask in zip(unread, of_unread.context.cpu(), of_unread.mask.cpu(), strict=True):
                self._read[prompt] = states[: int(mask.sum())].clone()
        context = torch.zeros(len(prompts), self.n_tokens, self.width)
        mask = torch.zeros(len(prompts), self.n_tokens, dtype=torch.bool)
        for row, prompt in enumerate(prompts):
            states = self._read[prompt]
            context[row, : len(states)] = states
            mask[row, : len(states)] = True
            self._read.move_to_end(prompt)
        while len(self._read) > self._most:
            self._read.popitem(last=False)
        return Context(context.to(self._device), mask.to(self._device))

    def tokens_read(self, prompt: str) -> tuple[int, int]:
        """Return how many tokens of a prompt are read, and how many it has.

        Args:
            prompt: a text.
        """
        return self._conditioner.tokens_read(prompt)
