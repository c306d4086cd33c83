"""A diffusion with its autoencoder, tiny, of random weights, saved as a training saves them."""

import shutil

import torch

from mkaudio.models.conditioning.conditioner import Context
from mkaudio.models.diffusion.config import LdmConfig
from mkaudio.models.diffusion.denoiser import Denoiser
from mkaudio.models.mel import MelConfig
from mkaudio.models.training.checkpoint import write_checkpoint
from mkaudio.models.vae.autoencoder import build_autoencoder
from mkaudio.models.vae.config import VaeConfig
from mkaudio.models.vae.saved import load_vae

MEL = MelConfig(n_mels=16)
VAE = VaeConfig((4, 4, 4), 1, 2)
LDM = LdmConfig((8, 8), 1, 2, 8)
WINDOW_S = 1.0
STEP = 3


class WordsConditioner:
    """Three tokens of a text, each a function of its words; "" is another than any."""

    def __init__(self, name="words", width=6, n_tokens=3, fingerprint="a-words-print"):
        self.name, self.width, self.n_tokens, self.fingerprint = name, width, n_tokens, fingerprint

    def __call__(self, prompts):
        rows = [sum(ord(one) * (place + 1) for place, one in enumerate(prompt)) for prompt in prompts]
        drawn = [torch.randn(self.n_tokens, self.width, generator=torch.Generator().manual_seed(row)) for row in rows]
        empty = torch.zeros(0, self.n_tokens, self.width)
        return Context(torch.stack(drawn) if drawn else empty, torch.ones(len(rows), self.n_tokens, dtype=torch.bool))

    def tokens_read(self, prompt):
        return min(len(prompt.split()), self.n_tokens), len(prompt.split())


def write_vae(run, seed=0, mel=MEL, vae=VAE):
    network = randomised(build_autoencoder(vae, seed), seed)
    with torch.no_grad():
        network.decoder.conv_out.weight.mul_(0.3)  # about the level of a sound
        network.decoder.conv_out.bias.fill_(-2.5)
    tensors = {f"autoencoder.{name}": one for name, one in network.state_dict().items()}
    moments = {"steps": torch.tensor(9), "mean": torch.tensor(0.0), "mean_square": torch.tensor(0.25)}
    tensors |= {f"latent_moments.{name}": one for name, one in moments.items()}
    config = {"vae": as_dict(vae), "mel": as_dict(mel)}
    return _write(run, {"name": "vae", "config": config}, tensors)


def write_ldm(run, conditioner=None, seed=1, **about):
    """RUN of a diffusion, its autoencoder in RUN/vae."""
    conditioner = conditioner or WordsConditioner()
    write_vae(run / "vae", seed)
    vae = load_vae(run / "vae")
    denoiser = randomised(Denoiser(LDM, vae.config.latent_channels, conditioner.width, seed), seed)
    tensors = {f"denoiser.{name}": one for name, one in denoiser.state_dict().items()}
    config = {
        "ldm": as_dict(LDM), "ldm_loss": {}, "mel": as_dict(vae.mel),
        "vae": {"fingerprint": vae.fingerprint, "latent_channels": vae.config.latent_channels},
        "conditioner": {name: getattr(conditioner, name) for name in ("name", "width", "n_tokens", "fingerprint")},
    }  # fmt: skip
    about = {"settings": {"stream": {"window_s": WINDOW_S}}, **about}
    return _write(run, {"name": "ldm", "config": config}, tensors, about)


def as_dict(config):
    return {name: getattr(config, name) for name in config.__dataclass_fields__}


def randomised(network, seed):
    """Weights that are not 0, so that every input has a say."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for one in network.parameters():
            if one.ndim > 1:
                torch.nn.init.normal_(one, std=(2.0 / one[0].numel()) ** 0.5)
    return network


def _write(run, task, tensors, about=None):
    shutil.rmtree(run / "checkpoints", ignore_errors=True)
    facts = {"task": task} | ({"about": about} if about else {})
    run.mkdir(parents=True, exist_ok=True)
    write_checkpoint(run, STEP, facts, {"weights": {}, "ema": tensors, "optimizer": {}}, keep=1)
    return run
