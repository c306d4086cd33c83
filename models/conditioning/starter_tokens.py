"""The starter's text model, token by token: the conditioner that needs no model hub. S tokens, D 384."""

import hashlib
from pathlib import Path

import torch
from torch import Tensor

from mkaudio.models.conditioning.token_states import TokenStates
from mkaudio.models.starter.fingerprints import reader_fingerprint
from mkaudio.models.starter.minilm import MAX_TOKENS, N_DIMENSIONS, MiniLM

FEWEST_TOKENS = 3
"""Begin, one token, end: with fewer all texts are the same."""


def load_starter_tokens(pack: Path, device: str | torch.device = "cpu", n_tokens: int = 77) -> TokenStates:
    """Load MiniLM's token states, which its sentence vectors are the means of.

    Args:
        pack: the starter pack.
        device: where the network runs.
        n_tokens: S.

    Returns:
        The conditioner "starter".

    Raises:
        ValueError: S is out of reach, or the pack's files are not MiniLM's.
    """
    if not FEWEST_TOKENS <= n_tokens <= MAX_TOKENS:
        raise ValueError(f"n_tokens: {n_tokens}: the starter reads {FEWEST_TOKENS} to {MAX_TOKENS} tokens")
    reader = MiniLM(pack / "minilm", str(device))
    name = hashlib.sha256(f"starter-tokens 1 {reader_fingerprint(pack)} {n_tokens}".encode()).hexdigest()[:12]

    def encode(text: str) -> list[int]:
        return reader.token_ids(text, n_tokens)

    def run(ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = reader.network(input_ids=ids, attention_mask=mask).last_hidden_state
        return states

    return TokenStates("starter", N_DIMENSIONS, n_tokens, name, torch.device(device), 0, encode, run)
