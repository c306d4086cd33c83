"""How long a trained diffusion takes for a sound, and which part of it takes how much.

    python tests/benchmarks/generate_speed.py RUN [--prompts "a dog barks" ...] [--duration-s 10] [--guidance 3] [--steps 25,100]
                                              [--batches 1,4] [--rounds 3] [--cpu]

RUN is of mkaudio train ldm. Every way (a sampler, its steps, sounds at once) makes a batch by turns, in rounds, in one process
that has warmed up; weights and forwards are in float32, as in mkaudio generate. Shown are seconds a sound, the median and the
range over rounds, of all and of the parts:

    reading     of the prompts, by the conditioner
    diffusion   the sampler's forwards, two rows for a sound where guidance is not 1
    decode      the autoencoder's
    vocoder     Griffin-Lim, on the processor
"""

import argparse
import time
from dataclasses import replace
from itertools import cycle, islice, product
from pathlib import Path

import torch
from train_speed import spread

from mkaudio.models.conditioning.load import load_conditioner
from mkaudio.models.diffusion.sampler import SAMPLERS, SamplerConfig
from mkaudio.models.diffusion.saved import load_ldm
from mkaudio.models.generation.generator import Generator
from mkaudio.models.generation.vocoder import GriffinLim

PROMPTS = (
    "A dog barks before rain falls.",
    "Birds sing.",
    "An engine starts, then a horn honks.",
    "Footsteps on gravel.",
)
PARTS = ("reading", "diffusion", "decode", "vocoder")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--prompts", nargs="+", default=PROMPTS)
    parser.add_argument("--duration-s", type=float, default=10.0)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--steps", type=numbers, default="25,100")
    parser.add_argument("--batches", type=numbers, default="1,4")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() and not arguments.cpu else "cpu")
    bench = Bench(arguments, device)
    where = (
        torch.cuda.get_device_name() if device.type == "cuda" else f"{torch.get_num_threads()} threads of the processor"
    )
    print(f"{bench.named()} on {where}, torch {torch.__version__}, float32; {arguments.duration_s:g} s a sound, guidance "
          f"{arguments.guidance:g}; {arguments.rounds} rounds")  # fmt: skip
    compare(bench, list(product(SAMPLERS, arguments.steps, arguments.batches)), arguments.rounds)


def numbers(text):
    return [int(one) for one in text.split(",")]


def compare(bench, ways, rounds):
    """Run the ways by turns, and print what a sound of each took."""
    for batch in sorted({batch for _, _, batch in ways}):
        bench.run(SAMPLERS[0], 2, batch)
    took = {way: [] for way in ways}
    for number in range(rounds):
        for way in ways:
            took[way].append(bench.run(*way))
        print(
            f"round {number + 1} of {rounds}: {sum(sum(of_way[-1].values()) for of_way in took.values()):.1f} s",
            flush=True,
        )
    for (sampler, steps, batch), of_way in took.items():
        each = [{part: seconds / batch for part, seconds in one.items()} for one in of_way]
        print(
            f"{sampler}, {steps} steps, {batch} at once: {spread([sum(one.values()) for one in each], '.3f')} s a sound"
        )
        for part in PARTS:
            shares = [one[part] / sum(one.values()) for one in each]
            print(f"  {part:9} {spread([one[part] for one in each], '.3f')} s, {spread(shares, '.3f')} of it")


class Bench:
    """A trained diffusion whose parts are timed."""

    def __init__(self, arguments, device):
        self._arguments, self._clocks = (
            arguments,
            {part: Clock(device) for part in ("all", "reading", "decode", "vocoder")},
        )
        ldm = load_ldm(arguments.run, device)
        self._reads = self._timed(
            "reading", load_conditioner(ldm.conditioner["name"], device, ldm.conditioner["n_tokens"])
        )
        self._vocoder = self._timed("vocoder", GriffinLim(ldm.vae.mel))
        self._ldm = replace(ldm, vae=Decoding(ldm.vae, self._timed("decode", ldm.vae.decode)))
        self._n_samples = round(arguments.duration_s * ldm.vae.mel.sample_rate_hz)

    def named(self):
        ldm = self._ldm
        sizes = [sum(one.numel() for one in network.parameters()) / 1e6 for network in (ldm.denoiser, ldm.vae.network)]
        return f"diffusion of {sizes[0]:.1f} million parameters, autoencoder of {sizes[1]:.1f}"

    def run(self, sampler, steps, batch):
        """Make a batch; return the seconds of each part."""
        for clock in self._clocks.values():
            clock.seconds = 0.0
        config = SamplerConfig(steps, self._arguments.guidance, sampler)
        make = self._timed("all", Generator(self._ldm, self._reads, self._vocoder, config).from_texts)
        make(list(islice(cycle(self._arguments.prompts), batch)), range(batch), self._n_samples)
        took = {part: clock.seconds for part, clock in self._clocks.items()}
        whole = took.pop("all")
        return took | {"diffusion": whole - sum(took.values())}

    def _timed(self, part, call):
        return Timed(call, self._clocks[part])


class Clock:
    """Seconds that a part took, the device's work included."""

    def __init__(self, device):
        self._device, self.seconds = device, 0.0

    def now(self):
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()


class Timed:
    """What it wraps, with a clock that runs while it is called."""

    def __init__(self, call, clock):
        self._call, self._clock = call, clock

    def __getattr__(self, name):
        return getattr(self._call, name)

    def __call__(self, *given):
        began = self._clock.now()
        made = self._call(*given)
        self._clock.seconds += self._clock.now() - began
        return made


class Decoding:
    """An autoencoder with another way to decode."""

    def __init__(self, vae, decode):
        self._vae, self.decode = vae, decode

    def __getattr__(self, name):
        return getattr(self._vae, name)


if __name__ == "__main__":
    main()
