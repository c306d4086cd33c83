"""The network that says what of a noisy latent is noise, by diffusers.

B batch, Z latent channels, h and l the latent's axes, S tokens, D width of the conditioner.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mkaudio.models.diffusion.config import LdmConfig
from mkaudio.models.vae.autoencoder import norm_groups

if TYPE_CHECKING:
    from mkaudio.models.conditioning.conditioner import Context


class Denoiser(nn.Module):
    """A UNet with attention to the prompt's tokens, each projected to the width that it attends to.

    Args:
        config: its sizes.
        latent_channels: Z.
        conditioner_width: D.
        seed: of the fresh weights; the process's own random numbers are left as they are.
    """

    def __init__(self, config: LdmConfig, latent_channels: int, conditioner_width: int, seed: int = 0) -> None:
        from diffusers import UNet2DConditionModel

        super().__init__()
        self.factor = config.factor
        with_attention = [level >= config.attention_from_level for level in range(len(config.block_channels))]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.projection = nn.Linear(conditioner_width, config.context_width)
            self.unet: Any = UNet2DConditionModel(  # type: ignore[no-untyped-call]
                in_channels=latent_channels,
                out_channels=latent_channels,
                down_block_types=tuple(
                    "CrossAttnDownBlock2D" if attends else "DownBlock2D" for attends in with_attention
                ),
                up_block_types=tuple(
                    "CrossAttnUpBlock2D" if attends else "UpBlock2D" for attends in reversed(with_attention)
                ),
                block_out_channels=config.block_channels,
                layers_per_block=config.layers_per_block,
                attention_head_dim=config.attention_heads,  # diffusers' name for how many heads there are
                cross_attention_dim=config.context_width,
                norm_num_groups=norm_groups(config.block_channels),
            )
        _silence_branches(self.unet)

    def forward(self, noisy: Tensor, timesteps: Tensor, context: "Context") -> Tensor:
        """Predict what the training's `prediction` names.

        Args:
            noisy: (B, Z, h, l).
            timesteps: of each row (B,), int64.
            context: of each row, its context (B, S, D) and mask (B, S).

        Returns:
            (B, Z, h, l).
        """
        height, width = noisy.shape[-2:]
        filled = functional.pad(noisy, (0, -width % self.factor, 0, -height % self.factor))
        tokens = self.projection(context.context)
        made: Tensor = self.unet(filled, timesteps, tokens, encoder_attention_mask=context.mask).sample
        return made[..., :height, :width]


def _silence_branches(unet: Any) -> None:
    """Let each residual branch, and the whole, begin with 0. Source: LDM, `zero_module` in openaimodel.py and attention.py."""
    from diffusers.models.resnet import ResnetBlock2D
    from diffusers.models.transformers.transformer_2d import Transformer2DModel

    last: list[Any] = [unet.conv_out]
    for part in unet.modules():
        if isinstance(part, ResnetBlock2D):
            last.append(part.conv2)
        elif isinstance(part, Transformer2DModel):
            last.append(part.proj_out)
    for layer in last:
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
