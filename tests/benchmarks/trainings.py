"""What is one training's alone, as the benchmarks of both need it: its preset's settings, and its task."""

from mkaudio.cli.preset import ldm_preset, read_preset, vae_preset, with_settings
from mkaudio.models.conditioning.cached import CachedConditioner
from mkaudio.models.conditioning.load import load_conditioner
from mkaudio.models.diffusion.task import LdmTask
from mkaudio.models.vae.task import VaeTask


class OfVae:
    """What is the autoencoder's alone: its discriminator plays from the first step."""

    what = "autoencoder"

    def __init__(self, name):
        self._preset = vae_preset(with_settings(read_preset(name), ["vae_loss.adversarial_start_step=1"]), name)
        self.stream, self.config, self.mel = self._preset.stream, self._preset.vae_training, self._preset.mel

    def task(self, device):
        preset = self._preset
        return VaeTask(preset.mel, preset.vae, preset.vae_loss, self.config.seed)


class OfLdm:
    """What is the diffusion's alone.

    Args:
        name: of the preset.
        vae: device → the autoencoder.
    """

    what = "diffusion"

    def __init__(self, name, vae):
        self._preset, self._vae = ldm_preset(read_preset(name), name), vae
        self.stream, self.config, self.mel = self._preset.stream, self._preset.ldm_training, vae("cpu").mel

    def task(self, device):
        preset, reads = self._preset, self._preset.conditioning
        conditioner = CachedConditioner(load_conditioner(reads.name, device, reads.n_tokens), reads.cached_prompts)
        return LdmTask(preset.ldm, preset.ldm_loss, self._vae(device), conditioner, self.config.seed)
