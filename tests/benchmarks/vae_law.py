"""What the tiny autoencoder is worth: held-out sounds against averages that keep as many numbers, with and without the game.

    python tests/benchmarks/vae_law.py TRAIN VAL --output runs/vae-law [--events EVENTS] [--preset tiny]

TRAIN and VAL are distilled datasets of different packages. Trains the preset twice by `mkaudio train vae`, as it is and without
its discriminator (under 10 minutes each on two cores), and prints what both leave on VAL. Of the scaled latents
it prints the standard deviation there, which should be near 1: over sound alone, and over whole windows with silence behind it.
"""

import argparse
import csv
import subprocess
import sys
import time
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("val")
    parser.add_argument("--events")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--output", type=Path, default=Path("runs/vae-law"))
    arguments = parser.parse_args()
    runs = {"with the game": [], "without": ["--set", "vae_loss.discriminator=none"]}
    print(f"{'':14} {'minutes':>8} {'L1':>7} {'4x4':>7} {'8x8':>7}   high-frequency energy: made of real")
    for name, options in runs.items():
        folder = arguments.output / name.replace(" ", "-")
        minutes = trained(arguments, folder, options)
        last = rows(folder)[-1]
        l1, four, eight = (float(last[column]) for column in ("l1", "pooled_4x4_l1", "pooled_8x8_l1"))
        made, real = (float(last[f"high_frequency_{which}"]) for which in ("made", "real"))
        said = f"{minutes:8.1f}" if minutes else f"{'there':>8}"
        detail = f"{made:.5f} of {real:.5f} = {made / real:.3f}"
        print(f"{name:14} {said} {l1:7.4f} {four:7.4f} {eight:7.4f}   {detail}", flush=True)
        sound, windows = deviations(folder, arguments.val)
        print(f"{'':14} scaled latents deviate by {sound:.3f} over sound, {windows:.3f} over windows", flush=True)


def trained(arguments, folder, options):
    """Train where it is not done already; return how long it took, in minutes."""
    if (folder / "log" / "val.csv").is_file():
        return 0.0
    command = [sys.executable, "-m", "mkaudio", "train", "vae", "--data", arguments.train, "--val-data", arguments.val]
    command += ["--preset", arguments.preset, "--output", str(folder), *options]
    command += ["--events", arguments.events] if arguments.events else []
    began_s = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - began_s) / 60


def deviations(folder, val):
    """Return the standard deviation of the scaled latents of VAL, over sound and over whole windows."""
    import torch

    from mkaudio import open_stream
    from mkaudio.models.mel import LogMel
    from mkaudio.models.vae.saved import load_vae

    vae = load_vae(folder)
    log_mel, factor = LogMel(vae.mel), vae.config.factor
    sound, windows = [], []
    for batch in open_stream(val, sample_rate_hz=vae.mel.sample_rate_hz, channels=1, window_s=10, epochs=1):
        mel = log_mel(batch.waveform[:, 0])
        latent = vae.encode(mel[..., : mel.shape[-1] // factor * factor])
        windows.append(latent.flatten())
        columns = (batch.n_frames // vae.mel.hop_samples // factor).tolist()
        sound += [row[..., :n].flatten() for row, n in zip(latent, columns, strict=True)]
    return float(torch.cat(sound).std()), float(torch.cat(windows).std())


def rows(folder):
    with (folder / "log" / "val.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


if __name__ == "__main__":
    main()
