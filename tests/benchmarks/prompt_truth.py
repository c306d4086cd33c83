"""Do prompts name the right sound? On the val packages of labelled sounds, labels off and file names hidden.

    python tests/benchmarks/prompt_truth.py SOUNDS [--split val] [--clap starter] [--keep FOLDER]

SOUNDS holds labels.csv (path, set, split, label). The clips go through `mkaudio distill` with the tagger and the
retriever; a clip is judged by its label's words in accepted_words.toml, at its first window.

    named  share of clips whose prompt names the right sound
    truth  mean of (right / number of events named)

Printed with 95 % bootstrap intervals over clips, for YAMNet's best non-general class; each expert alone, by the candidate
that it puts first and by the one of its candidates that the scorer puts first; every pair of experts, and all (the
selected prompt); and the oracle, which takes the best candidate of the ledger. Then the differences of the selected prompt
to each, paired. --keep leaves the dataset there, and takes it from there where it is.
"""

import argparse
import csv
import itertools
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
SELECTED, ORACLE = "all: the selected prompt", "oracle: best of the ledger"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--clap", default="starter")
    parser.add_argument("--keep", type=Path, help="folder for the dataset")
    parser.add_argument("--show", action="store_true", help="print every judged prompt")
    arguments = parser.parse_args()
    accepted = load_accepted()[arguments.split]
    with (arguments.sounds / "labels.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["split"] == arguments.split and row["label"]]
    judged = {row["path"]: accepted[row["label"]] for row in rows if accepted.get(row["label"])}
    print(f"{len(rows)} labelled clips of split {arguments.split}, {len(judged)} judged")
    pack = fetch_starter()
    paths = list(judged)
    texts = {"YAMNet's best class": best_classes(arguments.sounds, paths, pack)}
    with tempfile.TemporaryDirectory() as folder:
        output = (arguments.keep or Path(folder)) / f"{arguments.split}-{arguments.clap}"
        if not output.exists():
            distil(arguments.sounds, paths, pack, output, arguments.clap)
        texts |= of_ledger(output, judged)
    scores = {who: np.array([judge(text[path], judged[path]) for path in paths]) for who, text in texts.items()}
    print(f"{'':32} {'named':>6} {'95 %':>16}   {'truth':>6} {'95 %':>16}")
    for who, one in scores.items():
        print_line(who, one, "")
    for who, one in scores.items():
        if who not in (SELECTED, ORACLE):
            print_line(f"selected - {who}", scores[SELECTED] - one, "+")
    if arguments.show:
        for path, stems in judged.items():
            right = judge(texts[SELECTED][path], stems)[1]
            print(f"{right:.2f}  {path:60} {texts[SELECTED][path]:60} {texts[next(iter(texts))][path]}")


def print_line(who, scores, sign):
    named, truth = scores.T
    print(
        f"{who:32} {format(named.mean(), f'{sign}6.3f')} {interval(named)}   "
        f"{format(truth.mean(), f'{sign}6.3f')} {interval(truth)}"
    )


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


def distil(sounds, paths, pack, output, clap):
    """Run distill over the clips, by names that say nothing."""
    factory = StarterToolbox(pack, ("tagger", "retriever"), clap=clap)
    inputs = output.with_name(f"{output.name}-in")
    inputs.mkdir(parents=True)
    for number, path in enumerate(paths):
        (inputs / f"{number:05d}{Path(path).suffix}").symlink_to((sounds / path).resolve())
    storage, config = open_storage(output), DistillConfig(file_names=False)
    with (
        opened_output(storage, "new", config, factory) as (info, lock),
        LocalEngine(factory, storage, Limits(), lock) as engine,
    ):
        distill(storage, info, open_sources([inputs]), config, engine, quiet)


def of_ledger(output, judged):
    """Return who → path → text."""
    paths = list(judged)
    manifest = pd.read_parquet(output / "manifest")
    first = manifest.sort_values("key").drop_duplicates("source_path").set_index("key")
    path_of = {key: paths[int(Path(name).stem)] for key, name in first.source_path.items()}
    ledger = pd.read_parquet(output / "candidates")
    ledger = ledger[ledger.key.isin(first.index) & ledger.score.notna()]

    def best(rows, by, ascending):
        top = rows.sort_values(["key", *by], ascending=[True, *ascending]).drop_duplicates("key")
        return fill({path_of[key]: text for key, text in zip(top.key, top.text, strict=True)})

    def fill(texts):
        return {path: texts.get(path, "") for path in paths}

    experts = list(dict.fromkeys(ledger.sort_values(["key", "candidate"]).expert))
    texts = {}
    for expert in experts:
        rows = ledger[ledger.expert == expert]
        texts[f"{expert} alone, its first"] = best(rows, ["candidate"], [True])
        texts[f"{expert} alone, scored"] = best(rows, ["score", "candidate"], [False, True])
    for pair in itertools.combinations(experts, 2):
        rows = ledger[ledger.expert.isin(pair)]
        texts[" + ".join(pair)] = best(rows, ["score", "candidate"], [False, True])
    texts[SELECTED] = fill({path_of[key]: prompt for key, prompt in first.prompt.items()})
    truth = [judge(text, judged[path_of[key]])[1] for key, text in zip(ledger.key, ledger.text, strict=True)]
    texts[ORACLE] = best(ledger.assign(truth=truth), ["truth", "candidate"], [False, True])
    return texts


if __name__ == "__main__":
    main()
