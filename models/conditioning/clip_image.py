"""CLIP's space: a picture, a video or a text is one unit token, so what learnt from texts takes pictures.

B prompts, D width of the space, H x W pixels. Source: Make-An-Audio's image-to-audio (one token, L2-normalised, "" as the
unconditional); a video is the mean of its frames' unit vectors, brought back to unit length.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from mkaudio.models.conditioning.architectures import CLIP_PICTURES, CLIP_PROJECTED
from mkaudio.models.conditioning.check import PREPROCESSOR, Checked, picture_settings
from mkaudio.models.conditioning.conditioner import Context
from mkaudio.models.conditioning.fixed_shape import run_texts
from mkaudio.models.conditioning.image_file import read_image
from mkaudio.models.conditioning.model_files import fingerprint_of
from mkaudio.models.conditioning.tokenizer import FILE, check_vocabulary, count_tokens
from mkaudio.models.conditioning.weights import fill, without_values

_RECIPE = "clip-space 1"
"""Raise it when the same files would give other vectors."""

Picture = Path | NDArray[np.uint8]
"""A file, or (H, W, 3) red, green, blue."""


class ClipSpace:
    """A `Conditioner` of one token, which also takes pictures."""

    n_tokens = 1

    def __init__(self, checked: Checked, name: str, device: str | torch.device = "cpu") -> None:
        """Load both towers. What does not belong together is a `ValueError`.

        Args:
            checked: a whole CLIP.
            name: what it was asked for by: "clip-space:" and its folder.
            device: where the networks run.
        """
        files, self._tokenizer = checked.files, checked.tokenizer
        config, self._text, self._vision = without_values(files, lambda: _towers(files.config))
        text, vision = config.text_config, config.vision_config
        self._tokenizer.enable_truncation(text.max_position_embeddings)
        self._preprocess = _preprocessor(files.folder, vision.image_size)
        check_vocabulary(self._tokenizer, text.vocab_size, files.folder)
        fill(self._text, files.weights, other_parts=CLIP_PROJECTED.other_parts)
        fill(self._vision, files.weights, other_parts=CLIP_PICTURES.other_parts)
        self._text.to(device)
        self._vision.to(device)
        self._device, self._pad = torch.device(device), int(text.pad_token_id or 0)
        self._most_tokens = int(text.max_position_embeddings)
        self.name, self.width = name, int(config.projection_dim)
        self.fingerprint = fingerprint_of(files, FILE, PREPROCESSOR, _RECIPE)

    def __call__(self, prompts: Sequence[str]) -> Context:
        """Place texts.

        Args:
            prompts: B texts.

        Returns:
            Context (B, 1, D) of unit length, mask (B, 1) all True.
        """
        tokens = [self._tokenizer.encode(prompt).ids for prompt in prompts]
        return self._context(run_texts(self._run_text, tokens, self._most_tokens, self._pad, self._device))

    def pictures(self, prompts: Sequence[Sequence[Picture]]) -> Context:
        """Place pictures, each frame run alone.

        Args:
            prompts: B pictures or videos, each a list of frames: one for a picture.

        Returns:
            Context (B, 1, D) of unit length, mask (B, 1) all True.

        Raises:
            ValueError: a prompt has no frame, or one is no picture.
        """
        if not all(prompts):
            raise ValueError("a prompt of no pictures: give at least one frame")
        frames = [torch.stack([self._run_picture(frame) for frame in prompt]) for prompt in prompts]
        return self._context([unit.mean(0) for unit in frames])

    def tokens_read(self, prompt: str) -> tuple[int, int]:
        """Return how many tokens of a prompt are read into its one vector, and how many it has.

        Args:
            prompt: a text.
        """
        has = count_tokens(self._tokenizer, prompt)
        return min(has, self._most_tokens), has

    def _context(self, vectors: Any) -> Context:
        rows = [normalize(vector.float(), dim=-1) for vector in vectors]
        context = torch.stack(rows)[:, None] if rows else torch.zeros(0, 1, self.width, device=self._device)
        return Context(context, torch.ones(len(rows), 1, dtype=torch.bool, device=self._device))

    def _run_text(self, ids: Tensor, mask: Tensor) -> Tensor:
        vectors: Tensor = self._text(input_ids=ids, attention_mask=mask).text_embeds
        return vectors

    @torch.no_grad()
    def _run_picture(self, picture: Picture) -> Tensor:
        pixels = read_image(picture) if isinstance(picture, Path) else picture
        values = self._preprocess(images=[pixels], input_data_format="channels_last", return_tensors="pt").pixel_values
        with torch.autocast(self._device.type, enabled=False):
            vector: Tensor = self._vision(pixel_values=values.to(self._device)).image_embeds[0]
        return normalize(vector.float(), dim=-1)


def _towers(settings: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Build config, text and vision network."""
    from transformers.models.clip.configuration_clip import CLIPConfig
    from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection, CLIPVisionModelWithProjection

    config: Any = CLIPConfig.from_dict(settings)
    return config, CLIPTextModelWithProjection(config.text_config), CLIPVisionModelWithProjection(config.vision_config)


def _preprocessor(folder: Path, image_size: int) -> Any:
    """Build what makes pixels into the network's input.

    Raises:
        ValueError: its settings are those of another network, or none.
    """
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    path = folder / PREPROCESSOR
    try:
        preprocess = CLIPImageProcessorPil.from_dict(picture_settings(folder))
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path}: cannot be read ({error}): fetch the file again") from error
    crop = preprocess.crop_size
    if (crop["height"], crop["width"]) != (image_size, image_size):
        raise ValueError(
            f"{path}: cuts {crop['height']} x {crop['width']}, config.json says {image_size} x {image_size}"
        )
    return preprocess
