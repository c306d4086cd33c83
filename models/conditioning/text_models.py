"""Text models of Hugging Face as conditioners: CLAP's and CLIP's text tower, T5's encoder, BERT. S tokens.

Source: Make-An-Audio conditions on the last hidden states of CLAP's text tower, 77 tokens, by cross-attention.
"""

import torch
from torch import Tensor

from mkaudio.models.conditioning.architectures import TEXT_ARCHITECTURES
from mkaudio.models.conditioning.model_files import ModelFiles, fingerprint_of
from mkaudio.models.conditioning.token_states import TokenStates
from mkaudio.models.conditioning.tokenizer import FILE, check_vocabulary, load_tokenizer
from mkaudio.models.conditioning.weights import fill, without_values

_RECIPE = "token-states 1"
"""Raise it when the same files would give other states."""


def load_text_model(files: ModelFiles, device: str | torch.device = "cpu", n_tokens: int = 77) -> TokenStates:
    """Load a text model, its weights accounted for and its tokenizer tried.

    Args:
        files: of a model whose type is in `TEXT_ARCHITECTURES`.
        device: where the network runs.
        n_tokens: S.

    Returns:
        The conditioner, of the last hidden states (for CLIP behind the final layer norm).

    Raises:
        ValueError: tokenizer, config and weights do not belong together, or S is out of reach.
    """
    architecture = TEXT_ARCHITECTURES[files.model_type]
    tokenizer = load_tokenizer(files.folder, n_tokens)
    network = without_values(files, lambda: architecture.build(files.config))
    config = network.config
    check_vocabulary(tokenizer, config.vocab_size, files.folder)
    if architecture.positions_taken is not None:
        most = config.max_position_embeddings - architecture.positions_taken(config)
        if n_tokens > most:
            raise ValueError(f"n_tokens: {n_tokens}: {files.name} reads {most} tokens at most")
    fill(network, files.weights, architecture.below, architecture.other_parts, architecture.same)
    network.to(device)

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text).ids
        return ids

    def run(ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = network(input_ids=ids, attention_mask=mask).last_hidden_state
        return states

    name = fingerprint_of(files, FILE, _RECIPE, str(n_tokens))
    width, pad = int(config.hidden_size), int(config.pad_token_id or 0)
    return TokenStates(files.name, width, n_tokens, name, torch.device(device), pad, encode, run)
