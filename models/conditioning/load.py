"""A conditioner by its name."""

import torch

from mkaudio.models.conditioning.conditioner import Conditioner

CLIP_SPACE = "clip-space:"
"""Before the folder or id of a CLIP: one token for a text or an image, instead of a token for each of the text's."""
N_TOKENS = 77
"""Source: Make-An-Audio, and CLIP's most."""


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
    if name == "starter":
        from mkaudio.models.conditioning.starter_tokens import load_starter_tokens
        from mkaudio.models.starter.fetch import starter_folder

        return load_starter_tokens(starter_folder(), device, n_tokens)
    if name.startswith(CLIP_SPACE):
        from mkaudio.models.conditioning.clip_image import load_clip_space

        return load_clip_space(name.removeprefix(CLIP_SPACE), device)
    from mkaudio.models.conditioning.architectures import TEXT_ARCHITECTURES
    from mkaudio.models.conditioning.model_files import find_model

    files = find_model(name, TEXT_ARCHITECTURES)
    from mkaudio.models.conditioning.text_models import load_text_model

    return load_text_model(files, device, n_tokens)
