"""Both sides of the adversarial game as one sum: its backward gives each network the gradients of its own side only.

B batch, F mels, L frames.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.func import functional_call

from mkaudio.models.vae.adaptive_weight import adaptive_weight
from mkaudio.models.vae.config import VaeLossConfig
from mkaudio.models.vae.discriminator import MultiWindowDiscriminator
from mkaudio.models.vae.hinge import discriminator_hinge, generator_hinge
from mkaudio.models.vae.patch_discriminator import PatchDiscriminator
from mkaudio.models.vae.r1 import r1_penalty

if TYPE_CHECKING:
    from mkaudio.models.training.draw import StepDraw

Discriminator = MultiWindowDiscriminator | PatchDiscriminator


@dataclass(frozen=True, slots=True)
class Game:
    """What the game costs.

    Args:
        loss: weighted, both sides, ().
        numbers: what it is made of, each ().
    """

    loss: Tensor
    numbers: dict[str, Tensor]


def build_discriminator(config: VaeLossConfig, n_mels: int) -> Discriminator | None:
    """Build the discriminator that a configuration names.

    Args:
        config: of the losses.
        n_mels: F.
    """
    if config.discriminator == "multi_window":
        return MultiWindowDiscriminator(n_mels, config.windows_frames, config.discriminator_channels)
    return PatchDiscriminator(config.discriminator_channels) if config.discriminator == "patch" else None


def no_game(device: torch.device) -> Game:
    """Return what the game costs before it begins: nothing.

    Args:
        device: where the numbers are.
    """
    names = ("g_loss", "d_loss", "d_real", "d_fake", "adaptive_weight", "r1")
    return Game(torch.zeros((), device=device), {name: torch.zeros((), device=device) for name in names})


def play(
    discriminator: Discriminator,
    real: Tensor,
    made: Tensor,
    nll: Tensor,
    last_layer: Tensor,
    config: VaeLossConfig,
    draw: "StepDraw",
) -> Game:
    """Let both sides judge and be judged: the windows are the same, what is dropped is drawn anew.

    Args:
        discriminator: the judge.
        real: mels (B, 1, F, L).
        made: their reconstructions (B, 1, F, L).
        nll: of the reconstruction, ().
        last_layer: weight of the decoder's last layer.
        config: of the losses.
        draw: of the step.
    """
    starts = discriminator.starts(real.shape[-1], draw.shared("windows"))
    as_judge = {name: one.detach() for name, one in discriminator.named_parameters()}
    of_generator = functional_call(
        discriminator, as_judge, (made, starts, _noise(discriminator, "generator", draw, made))
    )
    g_loss = generator_hinge(of_generator)
    weight = adaptive_weight(nll, g_loss, last_layer)

    real = real.detach().requires_grad_()
    of_real = discriminator(real, starts, _noise(discriminator, "real", draw, made))
    of_fake = discriminator(made.detach(), starts, _noise(discriminator, "fake", draw, made))
    d_loss = discriminator_hinge(of_real, of_fake)
    r1 = r1_penalty(of_real, real) if config.r1_weight else torch.zeros_like(d_loss)
    numbers = {
        "g_loss": g_loss,
        "d_loss": d_loss,
        "d_real": -generator_hinge(of_real),
        "d_fake": -generator_hinge(of_fake),
        "adaptive_weight": weight,
        "r1": r1,
    }
    loss = config.adversarial_weight * weight * g_loss + d_loss + config.r1_weight * r1
    return Game(loss, numbers)


def _noise(discriminator: Discriminator, side: str, draw: "StepDraw", like: Tensor) -> Tensor | None:
    shape = discriminator.noise_shape
    return None if shape is None else draw.normal(f"dropout {side}", shape).to(like)
