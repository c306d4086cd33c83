"""Text models of Hugging Face as conditioners: CLAP's and CLIP's text tower, T5's encoder, BERT. S tokens.

Source: Make-An-Audio conditions on the last hidden states of CLAP's text tower, 77 tokens, by cross-attention.
"""

import torch
from torch import Tensor

from mkaudio.models.conditioning.architectures import TEXT_ARCHITECTURES
from mkaudio.models.conditioning.check import Checked, check_sizes
from mkaudio.models.conditioning.model_files import fingerprint_of
from mkaudio.models.conditioning.token_states import TokenStates
from mkaudio.models.conditioning.tokenizer import FILE, count_tokens
from mkaudio.models.conditioning.weights import fill, without_values

_RECIPE = "token-states 1"
"""Raise it when the same files would give other states."""


def load_text_model(checked: Checked, device: str | torch.device = "cpu", n_tokens: int = 77) -> TokenStates:
    """Load a text model, its weights accounted for. What does not belong together in it is a `ValueError`.

    Args:
        checked: a model whose type is in `TEXT_ARCHITECTURES`, checked for the same S.
        device: where the network runs.
        n_tokens: S.

    Returns:
        The conditioner, of the last hidden states (for CLIP behind the final layer norm).
    """
    files, tokenizer = checked.files, checked.tokenizer
    architecture = TEXT_ARCHITECTURES[files.model_type]
    network = without_values(files, lambda: architecture.build(files.config))
    config, names = network.config, architecture.skeleton
    check_sizes(files, tokenizer, architecture, config.to_dict(), n_tokens)
    fill(network, files.weights, names.below, names.other_parts, names.same)
    network.to(device)

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text).ids
        return ids

    def count(text: str) -> int:
        return count_tokens(tokenizer, text)

    def run(ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = network(input_ids=ids, attention_mask=mask).last_hidden_state
        return states

    name = fingerprint_of(files, FILE, _RECIPE, str(n_tokens))
    width, pad = int(config.hidden_size), int(config.pad_token_id or 0)
    return TokenStates(files.name, width, n_tokens, name, torch.device(device), pad, encode, count, run)
