"""Do prompts name the right sound? On the val packages of labelled sounds, labels off and file names hidden.

    python tests/benchmarks/prompt_truth.py SOUNDS [--split val]

SOUNDS holds labels.csv (path, set, split, label). The clips go through `mkaudio distill` with the tagger and the
retriever; a clip is judged by its label's words in accepted_words.toml, at its first window.

    named  share of clips whose prompt names the right sound
    truth  mean of (right / number of events named)

Printed with 95 % bootstrap intervals over clips, for YAMNet's best non-general class, each expert alone, the selected
prompt, and the difference of the selected prompt to YAMNet's best class, paired.
"""

import argparse
import csv
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import soxr
from accepted import events_of, load_accepted, names

from mkaudio.cli.toolbox import StarterToolbox
from mkaudio.models.starter.fetch import fetch_starter
from mkaudio.models.starter.yamnet import YamnetEar
from mkaudio.pipeline import DistillConfig, Limits, LocalEngine, distill, open_sources, opened_output
from mkaudio.prompts import load_phrases
from mkaudio.shards import open_storage

RESAMPLES, SEED = 10_000, 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--show", action="store_true", help="print every judged prompt")
    arguments = parser.parse_args()
    accepted = load_accepted()[arguments.split]
    with (arguments.sounds / "labels.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["split"] == arguments.split and row["label"]]
    judged = {row["path"]: accepted[row["label"]] for row in rows if accepted.get(row["label"])}
    print(f"{len(rows)} labelled clips of split {arguments.split}, {len(judged)} judged")
    pack = fetch_starter()
    texts = {"YAMNet's best class": best_classes(arguments.sounds, list(judged), pack)}
    texts |= distilled(arguments.sounds, list(judged), pack)
    scores = {who: [judge(text[path], stems) for path, stems in judged.items()] for who, text in texts.items()}
    print(f"{'':22} {'named':>6} {'95 %':>14}   {'truth':>6} {'95 %':>14}")
    for who, one in scores.items():
        named, truth = np.array(one).T
        print(f"{who:22} {named.mean():6.3f} {interval(named)}   {truth.mean():6.3f} {interval(truth)}")
    gain = np.array(scores["selected prompt"]) - np.array(scores["YAMNet's best class"])
    named, truth = gain.T
    print(
        f"{'selected - best class':22} {named.mean():+6.3f} {interval(named)}   {truth.mean():+6.3f} {interval(truth)}"
    )
    if arguments.show:
        for path, stems in judged.items():
            right = judge(texts["selected prompt"][path], stems)
            print(f"{right[1]:.2f}  {path:60} {texts['selected prompt'][path]:60} {texts[next(iter(texts))][path]}")


def judge(text, stems):
    events = events_of(text)
    right = sum(names(event, stems) for event in events)
    return float(right > 0), right / len(events) if text else 0.0


def interval(values):
    rng = np.random.default_rng(SEED)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    return "[{:+.3f} {:+.3f}]".format(*np.percentile(means, [2.5, 97.5]))


def best_classes(sounds, paths, pack):
    """What YAMNet alone would say: its most probable class over the clip that is not too general."""
    ear, phrases = YamnetEar(pack, speeds=(1.0,)), load_phrases()
    sayable = np.array([not phrases[name].general for name in ear.classes])
    texts = {}
    for path in paths:
        waveform, rate_hz = soundfile.read(sounds / path, dtype="float32", always_2d=True)
        mono = soxr.resample(waveform[: 10 * rate_hz].mean(axis=1), rate_hz, ear.sample_rate_hz)
        name = ear.classes[int((ear.listen([mono])[0].posteriors.mean(axis=0) * sayable).argmax())]
        texts[path] = " ".join([*re.findall(r"\w+", name), phrases[name].clause])  # no comma: it names one event
    return texts


@contextmanager
def quiet(what, total, unit):
    yield lambda progress: None


def distilled(sounds, paths, pack):
    """Return who → path → text, from a real run."""
    config = DistillConfig(file_names=False)
    factory = StarterToolbox(pack, ("tagger", "retriever"))
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "in"
        inputs.mkdir()
        for number, path in enumerate(paths):
            (inputs / f"{number:05d}{Path(path).suffix}").symlink_to((sounds / path).resolve())
        output = Path(folder) / "out"
        storage = open_storage(output)
        with (
            opened_output(storage, "new", config, factory) as (info, lock),
            LocalEngine(factory, storage, Limits(), lock) as engine,
        ):
            distill(storage, info, open_sources([inputs]), config, engine, quiet)
        manifest = pd.read_parquet(output / "manifest")
        candidates = pd.read_parquet(output / "candidates")
    first = manifest.sort_values("key").drop_duplicates("source_path").set_index("key")
    path_of = {key: paths[int(Path(name).stem)] for key, name in first.source_path.items()}
    texts = {"selected prompt": {path_of[key]: prompt for key, prompt in first.prompt.items()}}
    for expert, ledger in candidates[candidates.key.isin(first.index)].groupby("expert", sort=False):
        best = (
            ledger.sort_values(["score", "candidate"], ascending=[False, True]).drop_duplicates("key").set_index("key")
        )
        texts[f"{expert} alone"] = {path_of[key]: text for key, text in best.text.items()}
    return {who: {path: of.get(path, "") for path in paths} for who, of in texts.items()}


if __name__ == "__main__":
    main()
