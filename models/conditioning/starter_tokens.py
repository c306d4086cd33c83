"""The starter's text model, token by token: the conditioner that needs no model hub. S tokens, D 384."""

import hashlib
from pathlib import Path

import torch
from torch import Tensor

from mkaudio.models.conditioning.token_states import TokenStates
from mkaudio.models.conditioning.tokenizer import count_tokens
from mkaudio.models.starter.fingerprints import reader_fingerprint
from mkaudio.models.starter.minilm import N_DIMENSIONS, MiniLM


def load_starter_tokens(pack: Path, device: str | torch.device = "cpu", n_tokens: int = 77) -> TokenStates:
    """Load MiniLM's token states, which its sentence vectors are the means of.

    Args:
        pack: the starter pack.
        device: where the network runs.
        n_tokens: S, which `check_conditioner` found within reach.

    Returns:
        The conditioner "starter".
    """
    reader = MiniLM(pack / "minilm", str(device))
    name = hashlib.sha256(f"starter-tokens 1 {reader_fingerprint(pack)} {n_tokens}".encode()).hexdigest()[:12]

    def encode(text: str) -> list[int]:
        return reader.token_ids(text, n_tokens)

    def count(text: str) -> int:
        return count_tokens(reader.tokenizer, text)

    def run(ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = reader.network(input_ids=ids, attention_mask=mask).last_hidden_state
        return states

    return TokenStates("starter", N_DIMENSIONS, n_tokens, name, torch.device(device), 0, encode, count, run)
