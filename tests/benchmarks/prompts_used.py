"""Does a trained diffusion use its prompts? By its own loss, and by an ear that had no part in it.

    python tests/benchmarks/prompts_used.py RUN TRAIN [VAL] [--clips 512] [--seeds 4] [--steps 25] [--guidance 3]

RUN is a run of `mkaudio train ldm`, TRAIN the dataset that it was trained on, VAL one of other packages.

Loss: each clip with its own prompt and with another clip's, the same noises and timesteps (one in each quarter of the schedule);
the mean of what the other's prompt costs, with a 95 % bootstrap interval over clips.

Ear: aiSFX, which neither wrote the prompts nor trained anything. KINDS are words; the clips of TRAIN whose prompt has the
words of one kind alone are that kind's, and its commonest prompts are made to sound. How near a sound is to a kind is the
mean cosine to the five nearest clips of it, less how near that kind is to all made sounds. Own: how near the own kind is, less
how near the others are, its interval by bootstrap over kinds; first: how often the own kind is the nearest of all. The same for
real clips (which are then no neighbours of themselves), and for these through autoencoder and vocoder: what a perfect
diffusion would reach.
"""

import argparse
import os
import re
from collections import Counter
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import librosa
import numpy as np
import torch

from mkaudio import open_stream
from mkaudio.models.conditioning.cached import CachedConditioner
from mkaudio.models.conditioning.load import load_conditioner
from mkaudio.models.diffusion.prompt_use import prompt_use
from mkaudio.models.diffusion.sampler import SamplerConfig
from mkaudio.models.diffusion.saved import load_ldm
from mkaudio.models.diffusion.training import LdmTraining
from mkaudio.models.generation.generator import Generator
from mkaudio.models.generation.vocoder import load_vocoder
from mkaudio.models.mel import LogMel
from mkaudio.models.starter.aisfx import AisfxEar
from mkaudio.models.starter.fetch import fetch_second_ear
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw

KINDS = {
    "speech": r"speaks|speech|talk|voice", "music": r"\bmusic\b", "guitar": r"guitar", "drum": r"drum", "laugh": r"laugh",
    "groan": r"groan|sighs?\b", "bird": r"bird|tweet|chirp", "dog": r"\bdog|bark", "sheep": r"sheep|bleat", "duck": r"duck|quack",
    "insect": r"insect|cricket|buzz", "water": r"water|stream|splash", "rain": r"\brain", "explosion": r"explo|bang|boom",
    "gun": r"\bgun|shot", "vehicle": r"vehicle|\bcar\b|truck|engine", "bell": r"\bbell|chime", "organ": r"organ",
    "flute": r"flute", "metal": r"metal|clang|clink", "thump": r"thump|whack|thwack|thud", "door": r"door|knock",
    "scream": r"scream", "roar": r"roar|growl", "sneeze": r"sneez", "plop": r"plop",
}  # fmt: skip
FEWEST_CLIPS, MOST_CLIPS, NEIGHBOURS, BATCH = 12, 60, 5, 32


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("train")
    parser.add_argument("val", nargs="?")
    parser.add_argument("--clips", type=int, default=512)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--window-s", type=float, default=5.0)
    arguments = parser.parse_args()
    ldm = load_ldm(arguments.run)
    reads = load_conditioner(ldm.conditioner["name"], "cpu", ldm.conditioner["n_tokens"])
    conditioner = CachedConditioner(reads, 100_000)
    print(f"{ldm.folder}, step {ldm.step:,}")
    for name, dataset in (("train", arguments.train), ("val", arguments.val)):
        if dataset:
            print_gain(name, ldm, conditioner, dataset, arguments)
    clips = clips_by_kind(arguments.train, ldm.vae.mel.sample_rate_hz, arguments.window_s)
    hear = Hearing(clips, ldm.vae.mel.sample_rate_hz)
    config = SamplerConfig(arguments.steps, arguments.guidance)
    vocoder = load_vocoder("griffin_lim", ldm.vae.mel)
    generator = Generator(ldm, conditioner, vocoder, config)
    print(f"{len(clips)} kinds: {', '.join(f'{kind} {len(of_kind)}' for kind, of_kind in clips.items())}")
    some = {kind: of_kind[: arguments.seeds] for kind, of_kind in clips.items()}
    real = {kind: [sound for sound, _ in of_kind] for kind, of_kind in some.items()}
    hear.print("real clips", real, themselves=True)
    through = {kind: [round_trip(ldm, vocoder, one) for one in sounds] for kind, sounds in real.items()}
    hear.print("the same, through autoencoder and vocoder", through, themselves=True)
    made = {kind: generated(generator, of_kind, arguments, ldm) for kind, of_kind in clips.items()}
    hear.print("generated", {kind: [sound for sound, _ in of_kind] for kind, of_kind in made.items()}, each=True)


def print_gain(name, ldm, conditioner, dataset, arguments):
    """Print what another clip's prompt costs, of clips in the stream's order."""
    training = LdmTraining(ldm.config, ldm.schedule.config, ldm.vae, conditioner)
    training.denoiser = ldm.denoiser
    training.eval()
    stream = open_stream(
        dataset,
        sample_rate_hz=ldm.vae.mel.sample_rate_hz,
        channels=1,
        window_s=arguments.window_s,
        batch_size=BATCH,
        epochs=1,
    )
    gains, own, n = [], [], 0
    for number, batch in enumerate(stream):
        use = prompt_use(
            training,
            SoundBatch.of(batch, torch.device("cpu")),
            StepDraw(0, number, range(len(batch.keys)), "prompts used"),
        )
        gains += use.gains.tolist()
        own += use.own.tolist()
        n += len(batch.keys)
        if n >= arguments.clips:
            break
    low, high = interval(np.array(gains))
    share, gaining = np.mean(gains) / np.mean(own), np.mean(np.array(gains) > 0)
    cost = f"{np.mean(gains):+.5f} [{low:+.5f} {high:+.5f}]"
    print(f"{name}: loss {np.mean(own):.4f} with own prompts; others' cost {cost} more, {share:+.2%}; "
          f"{gaining:.3f} of {len(gains)} clips gain by their own", flush=True)  # fmt: skip


def clips_by_kind(dataset, rate_hz, window_s):
    """Return (sound, prompt) of the clips that have the words of one kind alone, by kind, where there are enough."""
    found = {kind: [] for kind in KINDS}
    for batch in open_stream(dataset, sample_rate_hz=rate_hz, channels=1, window_s=window_s, epochs=1, batch_size=16):
        for row, prompt in enumerate(batch.prompts):
            kinds = [kind for kind, words in KINDS.items() if re.search(words, prompt.lower())]
            if len(kinds) == 1 and len(found[kinds[0]]) < MOST_CLIPS:
                found[kinds[0]].append((batch.waveform[row, 0, : int(batch.n_frames[row])].numpy(), prompt))
    return {kind: clips for kind, clips in found.items() if len(clips) >= FEWEST_CLIPS}


def generated(generator, clips, arguments, ldm):
    """Return (sound, prompt) by a kind's commonest prompts, one after the other, each with a seed of its own."""
    common = [prompt for prompt, _ in Counter(prompt for _, prompt in clips).most_common(arguments.seeds)]
    prompts = [common[number % len(common)] for number in range(arguments.seeds)]
    n_samples = round(arguments.window_s * ldm.vae.mel.sample_rate_hz)
    return list(zip(generator.from_texts(prompts, range(arguments.seeds), n_samples), prompts, strict=True))


def round_trip(ldm, vocoder, sound):
    factor = ldm.vae.config.factor * ldm.vae.mel.hop_samples
    whole = np.pad(sound, (0, -len(sound) % factor + factor))
    with torch.no_grad():
        return vocoder(ldm.vae.decode(ldm.vae.encode(LogMel(ldm.vae.mel)(torch.from_numpy(whole)[None]))))[0].numpy()[
            : len(sound)
        ]


class Hearing:
    """How near sounds are to the clips of each kind, by aiSFX."""

    def __init__(self, clips, rate_hz):
        self.ear, self.rate_hz, self.kinds = AisfxEar(fetch_second_ear()), rate_hz, list(clips)
        self.references = {kind: self.vectors([sound for sound, _ in of_kind]) for kind, of_kind in clips.items()}

    def vectors(self, sounds):
        heard = []
        for sound in sounds:
            trimmed, _ = librosa.effects.trim(sound, top_db=40)
            heard.append(
                librosa.resample(trimmed, orig_sr=self.rate_hz, target_sr=self.ear.sample_rate_hz, res_type="soxr_hq")
            )
        vectors = self.ear.embed([one.astype(np.float32) for one in heard])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def print(self, name, sounds, themselves=False, each=False):
        near, own = [], []
        for number, kind in enumerate(self.kinds):
            for place, vector in enumerate(self.vectors(sounds[kind])):
                row = []
                for other in self.kinds:
                    cosines = self.references[other] @ vector
                    if themselves and other == kind:
                        cosines = np.delete(cosines, place)
                    row.append(np.sort(cosines)[-NEIGHBOURS:].mean())
                near.append(row)
                own.append(number)
        near, own = np.array(near), np.array(own)
        near = near - near.mean(axis=0)
        rows, n = np.arange(len(own)), len(self.kinds)
        ahead = near[rows, own] - (near.sum(axis=1) - near[rows, own]) / (n - 1)
        by_kind = np.array([ahead[own == number].mean() for number in range(n)])
        places = (near > near[rows, own][:, None]).sum(axis=1)
        low, high = interval(by_kind)
        first, five = (np.mean(places < most) for most in (1, 5))
        print(f"{name}: own {by_kind.mean():+.4f} [{low:+.4f} {high:+.4f}]; first {first:.3f} (by chance {1 / n:.3f}), "
              f"among the first five {five:.3f} ({5 / n:.3f}); {len(own)} sounds", flush=True)  # fmt: skip
        if each:
            print("  by kind: " + ", ".join(f"{self.kinds[one]} {by_kind[one]:+.3f}" for one in np.argsort(-by_kind)))


def interval(values, rounds=10_000):
    means = np.random.default_rng(0).choice(values, (rounds, len(values))).mean(axis=1)
    return np.percentile(means, [2.5, 97.5])


if __name__ == "__main__":
    main()
