"""A conditioner by its name."""

import torch

from mkaudio.models.conditioning.check import CLIP_SPACE, N_TOKENS, STARTER, check_conditioner
from mkaudio.models.conditioning.conditioner import Conditioner


def load_conditioner(name: str, device: str | torch.device = "cpu", n_tokens: int = N_TOKENS) -> Conditioner:
    """Load what reads prompts; what is wrong with a folder is said before torch runs anything, and no hub is asked.

    Args:
        name: "starter"; the folder of a CLAP, CLIP, T5 or BERT, or its id, where Hugging Face's cache holds it;
            "clip-space:" and the folder or id of a CLIP.
        device: where its network runs.
        n_tokens: S; CLIP's space has one token whatever is said here.

    Returns:
        The conditioner.
    """
    checked = check_conditioner(name, n_tokens)
    if name == STARTER:
        from mkaudio.models.conditioning.starter_tokens import load_starter_tokens
        from mkaudio.models.starter.fetch import starter_folder

        return load_starter_tokens(starter_folder(), device, n_tokens)
    if name.startswith(CLIP_SPACE):
        from mkaudio.models.conditioning.clip_image import ClipSpace

        return ClipSpace(checked, name, device)
    from mkaudio.models.conditioning.text_models import load_text_model

    return load_text_model(checked, device, n_tokens)
