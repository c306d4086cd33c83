"""Noise to latents, step by step, by diffusers' solvers. B batch, Z latent channels, h and l the latent's axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor

from mkaudio.models.diffusion.guidance import Denoise, guided
from mkaudio.models.diffusion.schedule import NoiseSchedule

if TYPE_CHECKING:
    from mkaudio.models.conditioning.conditioner import Context

SAMPLERS = ("dpm", "ddim")


class Draws(Protocol):
    """What is random in B rows; `StepDraw` is one."""

    def normal(self, name: str, shape: Sequence[int]) -> Tensor:
        """Draw (B, *shape) from the standard normal distribution: a row's draw is its own, whatever stands beside it."""
        ...


@dataclass(frozen=True, slots=True)
class SamplerConfig:
    """How to sample.

    Args:
        steps: forwards from noise to a latent.
        guidance: how much the prompt is followed beyond what was learnt; 1 is no guidance. Source: 3 in Make-An-Audio's release.
        sampler: "dpm" (DPM-Solver++ of second order, arXiv 2211.01095) or "ddim" (arXiv 2010.02502).
        eta: fresh noise of each step of "ddim": 0 for none, 1 for as much as DDPM has.
    """

    steps: int = 25
    guidance: float = 3.0
    sampler: str = "dpm"
    eta: float = 0.0

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            ValueError: one of them makes no sense.
        """
        if self.steps < 1:
            raise ValueError(f"steps {self.steps}: at least 1, as 25")
        if not math.isfinite(self.guidance):
            raise ValueError(f"guidance {self.guidance:g}: a number, as 3")
        if self.sampler not in SAMPLERS:
            raise ValueError(f"sampler {self.sampler!r}: one of {', '.join(SAMPLERS)}")
        if not 0 <= self.eta <= 1 or (self.eta and self.sampler != "ddim"):
            raise ValueError(f"eta {self.eta:g}: 0 to 1 with sampler ddim, 0 with any other")


@torch.no_grad()
def sample(
    denoise: Denoise,
    schedule: NoiseSchedule,
    config: SamplerConfig,
    context: "Context",
    empty: "Context",
    draws: Draws,
    shape: Sequence[int],
    start: Tensor | None = None,
    strength: float = 1.0,
    keep: Tensor | None = None,
) -> Tensor:
    """Make a latent for each prompt: from noise, from given latents (SDEdit, arXiv 2108.01073), or around what is kept of them.

    Kept is by replacement: before each step it is put back with the noise of that timestep, and at the end without.

    Args:
        denoise: the network; it is called once a step.
        schedule: of its training.
        config: how.
        context: of the B prompts, where the network is.
        empty: of the empty prompt, of one row or of B.
        draws: for B rows.
        shape: (Z, h, l).
        start: given latents (B, Z, h, l).
        strength: share of the steps that are done to them: 0 gives them back, 1 begins with nothing but noise.
        keep: (B, 1, h, l) bool, where `start` stays as it is.

    Returns:
        (B, Z, h, l) float32. A row depends on its own draws, context and latents only, but for rounding.

    Raises:
        ValueError: these settings do not go together.
    """
    if start is None and (strength != 1.0 or keep is not None):
        raise ValueError("strength and keep are about given latents: give start as well")
    if not 0 <= strength <= 1:
        raise ValueError(f"strength {strength:g}: from 0 to 1")
    solver, timesteps = _solver(schedule, config, strength)
    device, rows = context.context.device, len(context.context)
    noise = draws.normal("start", shape).to(device)
    given = torch.zeros_like(noise) if start is None else start.to(noise)
    predict = guided(denoise, context, empty, config.guidance)
    latents = noise
    for number, timestep in enumerate(timesteps):
        at = torch.full((rows,), timestep, device=device)
        if keep is not None or (number == 0 and strength < 1):
            noisy = schedule.noised(given, noise, at)
            latents = noisy if keep is None or (number == 0 and strength < 1) else torch.where(keep, noisy, latents)
        fresh: dict[str, Any] = {}
        if config.sampler == "ddim":
            fresh["eta"] = config.eta
            if config.eta:
                fresh["variance_noise"] = draws.normal(f"timestep {timestep}", shape).to(device)
        latents = solver.step(predict(latents, at), timestep, latents, **fresh).prev_sample
    if not timesteps:
        return given
    return latents if keep is None else torch.where(keep, given, latents)


def _solver(schedule: NoiseSchedule, config: SamplerConfig, strength: float) -> tuple[Any, list[int]]:
    """Return one of diffusers' schedulers, and the timesteps at which it is called.

    Raises:
        ValueError: it cannot do so many steps.
    """
    from diffusers import DDIMScheduler, DPMSolverMultistepScheduler

    timesteps = schedule.timesteps(config.steps)
    done = timesteps[len(timesteps) - math.ceil(round(strength * len(timesteps), 6)) :]
    solver: Any
    if config.sampler == "dpm":
        solver = DPMSolverMultistepScheduler(**schedule.settings(), final_sigmas_type="zero")  # type: ignore[no-untyped-call]
        if done:
            solver.set_timesteps(timesteps=done)
        return solver, done
    n = schedule.config.n_timesteps
    if n % config.steps:  # diffusers' step is n // steps long; other steps would not end at 0
        near = min((one for one in range(1, n + 1) if n % one == 0), key=lambda one: abs(one - config.steps))
        raise ValueError(f"steps {config.steps}: ddim needs a divisor of {n}, as {near}; dpm takes any number")
    solver = DDIMScheduler(**schedule.settings(), clip_sample=False, timestep_spacing="trailing")  # type: ignore[no-untyped-call]
    solver.set_timesteps(config.steps)
    return solver, done
