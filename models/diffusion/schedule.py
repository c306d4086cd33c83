"""How much noise a latent has at a timestep. B batch, Z latent channels, h and l the latent's axes, N timesteps.

Source: LDM, `make_beta_schedule("linear")`: the roots of beta rise in a line, which diffusers calls "scaled_linear".
"""

from typing import Any

from torch import Tensor

from mkaudio.models.diffusion.config import LdmLossConfig


class NoiseSchedule:
    """Latent and noise at each timestep, and what a denoiser is asked for, by diffusers.

    Args:
        config: of the loss.
    """

    def __init__(self, config: LdmLossConfig) -> None:
        from diffusers import DDPMScheduler

        self.config = config
        self._scheduler: Any = DDPMScheduler(**self.settings())  # type: ignore[no-untyped-call]

    @property
    def alphas(self) -> Tensor:
        """What is left of a latent's variance at each timestep (N,)."""
        alphas: Tensor = self._scheduler.alphas_cumprod
        return alphas

    def settings(self) -> dict[str, Any]:
        """Return what decides it, for any of diffusers' schedulers."""
        config = self.config
        return {
            "num_train_timesteps": config.n_timesteps,
            "beta_start": config.beta_start,
            "beta_end": config.beta_end,
            "beta_schedule": "scaled_linear",
            "prediction_type": config.prediction,
        }

    def noised(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Add noise: sqrt(alpha) latent + sqrt(1 - alpha) noise.

        Args:
            latents: (B, Z, h, l).
            noise: (B, Z, h, l), standard normal.
            timesteps: of each row (B,), int64.

        Returns:
            (B, Z, h, l).
        """
        noisy: Tensor = self._scheduler.add_noise(latents, noise, timesteps)
        return noisy

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Return what the denoiser should say: the noise, or v = sqrt(alpha) noise - sqrt(1 - alpha) latent.

        Args:
            latents: (B, Z, h, l).
            noise: (B, Z, h, l).
            timesteps: of each row (B,), int64.

        Returns:
            (B, Z, h, l).
        """
        if self.config.prediction == "epsilon":
            return noise
        velocity: Tensor = self._scheduler.get_velocity(latents, noise, timesteps)
        return velocity

    def timesteps(self, steps: int) -> list[int]:
        """Return evenly spaced timesteps, the last one first: sampling begins where a latent is noise.

        Source: Lin et al. 2023 (arXiv 2305.08891), table 2, "trailing".

        Args:
            steps: how many.

        Raises:
            ValueError: there are not so many.
        """
        n = self.config.n_timesteps
        if not 1 <= steps <= n:
            raise ValueError(f"steps {steps}: 1 to {n}, the timesteps of the training")
        return [(2 * n * left + steps) // (2 * steps) - 1 for left in range(steps, 0, -1)]
