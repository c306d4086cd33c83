"""What a training step costs: operations, memory and seconds of one sound; and an estimate of the hours that GPUs need for all.

    python tests/benchmarks/step_cost.py [--preset base] [--utilisation 0.3] [--tflops 400] [--only autoencoder]

One real forward and backward of each training, of a single made sound as long as the preset's window, on the processor, each in
its own process: the autoencoder with its discriminator playing and R1, the diffusion with its frozen autoencoder (fresh
weights: they decide no cost) and its conditioner, which reads a new prompt. What a step counts is matrix products, convolutions
and attention, forward and backward, a multiply and an add as two operations; Fourier transforms and what is done element by
element, the optimizer among it, are not counted. The first step is counted and its memory measured, the second is timed.

Memory of weights, gradients, AdamW's moments and averages is computed, all float32 and whole on every GPU. Activations are what
the process's peak lies above what it held before, less the gradients, on a processor: a GPU's kernels need other room between.

The hours are an ESTIMATE: no GPU was measured. They are operations x max_steps x batch_size / (peak x utilisation x GPUs), with
the dense bf16 peak that a GPU's data sheet states; batch_size counts the sounds of a step over all GPUs
(models/training/config.py), so that more GPUs take fewer each, and are taken to lose nothing by being several. The
autoencoder's discriminator is taken to play from the first step on.
"""

import argparse
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil
import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count
from trainings import OfLdm, OfVae

from mkaudio.cli.preset import read_preset, vae_preset
from mkaudio.models.diffusion.training import LdmTraining
from mkaudio.models.precision import precision
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.vae.autoencoder import build_autoencoder
from mkaudio.models.vae.saved import Vae

PEAKS_TFLOPS = {"A100": 312, "H100, H200": 989}
"""Dense bf16. Source: NVIDIA's data sheets; those of H100 and H200 (SXM) state it with sparsity, which is twice that."""
GPUS = (1, 8)
ATTENTION = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: lambda *given, **_: sdpa_flop_count(*given[:3]),
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: lambda *given, **_: sdpa_backward_flop_count(
        *given[:4]
    ),
}
"""torch counts a GPU's attention alone. Shapes of query, key, value; backward, that of the output's gradient before them."""
PROMPTS = ("A dog barks before rain falls.", "Birds sing.", "Footsteps on gravel.")
"""One for each time that a prompt is read, so that each is new to the conditioner."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--preset", default="base")
    parser.add_argument(
        "--utilisation", type=float, default=0.3, help="share of a GPU's peak that a training gets out of it"
    )
    parser.add_argument("--tflops", type=float, help="dense bf16 peak of another GPU")
    parser.add_argument("--only", choices=(OfVae.what, OfLdm.what))
    arguments = parser.parse_args()
    peaks = PEAKS_TFLOPS | ({"another GPU": arguments.tflops} if arguments.tflops else {})
    for make in (OfVae, partial(OfLdm, vae=partial(fresh_vae, arguments.preset))):
        training = make(arguments.preset)
        if arguments.only in (None, training.what):
            with ProcessPoolExecutor(1, get_context("spawn")) as process:
                cost = process.submit(measured, training).result()
            said(Path(arguments.preset).stem, training, cost)
            estimated(training.config, cost.flop, peaks, arguments.utilisation)


@dataclass
class Cost:
    """Of a forward and backward of one sound.

    Args:
        flop: of all.
        frozen_flop: of that, what the networks take that are not trained.
        activations_bytes: at the peak.
    """

    flop: int
    frozen_flop: int
    seconds: float
    weights_bytes: int
    activations_bytes: int
    n_threads: int


def measured(training):
    module, dtype = training.task(torch.device("cpu")).module.train(), training.config.precision
    sounds = [made_sound(training, prompt) for prompt in PROMPTS]
    weights_bytes = sum(one.nbytes for one in module.parameters())
    held_bytes = psutil.Process().memory_info().rss
    flop = counted(lambda: step(module, sounds[0], dtype))
    peak_bytes = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began_s = time.perf_counter()
    step(module, sounds[1], dtype)
    seconds = time.perf_counter() - began_s
    frozen_flop = counted(lambda: frozen(module, sounds[2]))
    activations_bytes = peak_bytes - held_bytes - weights_bytes  # gradients are as large as the weights
    return Cost(flop, frozen_flop, seconds, weights_bytes, activations_bytes, torch.get_num_threads())


def step(module, sound, dtype):
    module.zero_grad(set_to_none=True)
    with precision(torch.device("cpu"), dtype):
        loss, _ = module(sound, StepDraw(0, 1, range(1)))
    loss.backward()


def frozen(module, sound):
    """Do what a step does by networks that are not trained."""
    if isinstance(module, LdmTraining):
        module.latents(sound)
        module.read(sound.prompts)


class Untracked(nullcontext):
    """In place of the counter's look at modules, which ends at the adaptive weight's autograd.grad."""

    parents = frozenset({"Global"})


def counted(work):
    counter = FlopCounterMode(display=False, custom_mapping=ATTENTION)
    counter.mod_tracker = Untracked()
    with counter:
        work()
    return counter.get_total_flops()


def made_sound(training, prompt):
    n_samples = round(training.stream.window_s * training.mel.sample_rate_hz)
    noise = 0.1 * torch.randn((1, 1, n_samples), generator=torch.Generator().manual_seed(0))
    return SoundBatch(noise, torch.tensor([n_samples]), [prompt], ["noise"], 0, 0)


def fresh_vae(name, device):
    preset = vae_preset(read_preset(name), name)
    network = build_autoencoder(preset.vae).requires_grad_(False).eval().to(device)
    return Vae(Path(name), 0, preset.mel, preset.vae, network, 1.0, "fresh")


def said(name, training, cost):
    of_frozen = f", {cost.frozen_flop / 1e9:,.1f} of it by frozen networks" if cost.frozen_flop else ""
    flop, weights_gb = cost.flop, cost.weights_bytes / 1e9
    what = f"{name}'s {training.what}, a sound of {training.stream.window_s:g} s"
    print(f"{what}, {training.config.precision}, torch {torch.__version__}")
    print(f"  operations: {flop / 1e9:,.1f} GFLOP forward and backward{of_frozen}")
    print(
        f"  seconds: {cost.seconds:.1f}, {flop / cost.seconds / 1e9:.0f} GFLOP/s, {cost.n_threads} threads of the processor"
    )
    print(
        f"  weights: {cost.weights_bytes // 4:,} of 4 bytes; with gradients, two moments and averages {5 * weights_gb:.3f} GB"
    )
    print(f"  activations: {cost.activations_bytes / 1e9:.2f} GB at the peak")


def estimated(config, flop, peaks, utilisation):
    whole = flop * config.max_steps * config.batch_size
    print(
        f"  ESTIMATE, no GPU was measured: {config.max_steps:,} steps x {config.batch_size} sounds, {whole:.3g} operations"
    )
    for gpu, tflops in peaks.items():
        hours = [f"{n} GPU {whole / (tflops * 1e12 * utilisation * n) / 3600:,.2f} h" for n in GPUS]
        print(f"    {gpu}, {utilisation:.0%} of {tflops:g} dense bf16 TFLOP/s: {', '.join(hours)}", flush=True)


if __name__ == "__main__":
    main()
