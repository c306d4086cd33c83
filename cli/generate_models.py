"""What `mkaudio generate` makes sounds with: the models of a checkpoint, and how they are asked."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkaudio.models.conditioning.conditioner import Conditioner
    from mkaudio.models.diffusion.saved import Ldm
    from mkaudio.models.generation.generator import Generator
    from mkaudio.models.generation.vocoder import Vocoder


@dataclass(frozen=True, slots=True)
class Settings:
    """How sounds are made: the options of the command.

    Args:
        checkpoint: a run, or one of its checkpoints.
        vae: where its autoencoder lies; None: within the run.
        conditioner: where its conditioner lies; None: where it was at the training.
        vocoder: "griffin_lim", or a folder.
        seed: of all sounds.
        n_candidates: for each prompt.
        keep_candidates: the others are written as well.
        guidance: how much the prompt decides.
        sampler: "dpm" or "ddim".
        steps: of the sampler.
        batch_size: sounds that are made at once.
        duration_s: length; None: the training's window, or that of the sound to begin with.
        draw: the mel of each sound is drawn.
        cpu: no GPU is used.
    """

    checkpoint: Path
    vae: Path | None
    conditioner: str | None
    vocoder: str
    seed: int
    n_candidates: int
    keep_candidates: bool
    guidance: float
    sampler: str
    steps: int
    batch_size: int
    duration_s: float | None
    draw: bool
    cpu: bool


@dataclass(frozen=True, slots=True)
class Models:
    """What was loaded.

    Args:
        ldm: the diffusion.
        vocoder: of its mels.
        conditioner: what reads prompts.
        generator: all of them.
        device: where they are.
        window_s: longest sound of the training.
    """

    ldm: "Ldm"
    vocoder: "Vocoder"
    conditioner: "Conditioner"
    generator: "Generator"
    device: str
    window_s: float

    def facts(self, settings: Settings) -> dict[str, str | int | float]:
        """Return what the tags of each file say, but for its own seed.

        Args:
            settings: as they were given.
        """
        return {
            "guidance": settings.guidance,
            "steps": settings.steps,
            "sampler": settings.sampler,
            "vocoder": self.vocoder.name,
            "checkpoint": self.ldm.fingerprint,
            "checkpoint_step": self.ldm.step,
        }


def check_models(settings: Settings) -> None:
    """See what can be seen before torch is loaded: whether there is a checkpoint, and whether its conditioner is here.

    Args:
        settings: how sounds are made.
    """
    from mkaudio.models.conditioning.check import check_conditioner
    from mkaudio.models.training.checkpoint_state import chosen_folder, read_state

    trained_with = read_state(chosen_folder(settings.checkpoint))["facts"]["task"]["config"].get("conditioner")
    if trained_with is not None:  # else it is no diffusion, as load_ldm says
        check_conditioner(settings.conditioner or trained_with["name"], trained_with["n_tokens"])


def load_models(settings: Settings, report: Callable[[], None]) -> Models:
    """Load what a checkpoint needs; what does not go with it is a `ValueError`.

    Args:
        settings: how sounds are made.
        report: called at each forward of the diffusion.

    Returns:
        The models.
    """
    import torch

    from mkaudio.models.diffusion.sampler import SamplerConfig
    from mkaudio.models.diffusion.saved import load_ldm

    config = SamplerConfig(settings.steps, settings.guidance, settings.sampler)
    device = "cuda" if torch.cuda.is_available() and not settings.cpu else "cpu"
    ldm = load_ldm(settings.checkpoint, device, settings.vae)
    from mkaudio.models.conditioning.load import load_conditioner
    from mkaudio.models.generation.generator import Generator
    from mkaudio.models.generation.vocoder import load_vocoder

    vocoder = load_vocoder(settings.vocoder, ldm.vae.mel, device)
    if vocoder.unstated:
        taken = ", ".join(f"{name} {getattr(ldm.vae.mel, name):g}" for name in vocoder.unstated)
        print(f"note: --vocoder {settings.vocoder} does not state all of its mels; taken is {taken}", file=sys.stderr)
    conditioner = load_conditioner(settings.conditioner or ldm.conditioner["name"], device, ldm.conditioner["n_tokens"])
    generator = Generator(ldm, conditioner, vocoder, config, report)
    return Models(ldm, vocoder, conditioner, generator, device, _window_s(ldm.folder))


def _window_s(checkpoint: Path) -> float:
    """Return the longest sound of a training, as its checkpoint keeps its settings; else the default of all presets."""
    from mkaudio.cli.preset import StreamConfig
    from mkaudio.models.training.checkpoint_state import read_state

    facts: dict[str, Any] = read_state(checkpoint)["facts"]
    stream = (facts.get("about") or {}).get("settings", {}).get("stream", {})
    return float(stream.get("window_s", StreamConfig().window_s))
