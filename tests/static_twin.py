"""Static twins in tests: compositions of tiny noises written as a dataset in this process, with stand-in models."""

import math
from dataclasses import dataclass

from composing import FakeEvents
from distilling import quiet
from fakes import FakeEar, FakeScorer
from streaming import made_dataset

from mkaudio.pipeline import Toolbox, distill, opened_output
from mkaudio.pipeline.experts.reprogrammed import ReprogrammedExpert
from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.compose import Composer
from mkaudio.pipeline.reprogram.source import CompositionSource
from mkaudio.pipeline.reprogram.static import static_config
from mkaudio.pipeline.shard_task import ShardTask
from mkaudio.pipeline.stream import Samples, open_catalog
from mkaudio.pipeline.stream.local_copies import LocalCopies
from mkaudio.pipeline.stream.tars import Tars
from mkaudio.pipeline.task import Workplace
from mkaudio.prompts import load_templates
from mkaudio.shards import EventsInfo, LocalStorage, open_storage, write_events

RECIPE = {
    "sample_rate_hz": 4_000, "window_s": 1.5, "min_part_s": 0.1, "event_s": (0.1, 0.3), "gap_s": (0.01, 0.05),
    "cross_fade_s": (0.01, 0.03), "weights": (1.0, 2.0, 2.0), "cut_fade_s": 0.005,
}  # fmt: skip
EVENTS = (
    ("Bark", "a dog barking", "a dog barks", False, False, 0.12),
    ("Meow", "a cat meowing", "a cat meows", False, False, 0.25),
    ("Rain", "rain falling", "rain falls", False, True, 0.6),
    ("Church bell", "church bells ringing", "church bells ring", True, True, 0.9),
)


def clips_in(folder, sizes=(7, 0, 12), **more):
    """A dataset of noises of 0.1 to 0.22 s at 2 kHz, each of which crows."""
    return made_dataset(folder, sizes, **{"rate_hz": 2_000, "prompt": "A rooster crows.", **more})


def events_in(folder, events=EVENTS, seed=0):
    """The same events as a database on disk."""
    fake, storage = FakeEvents(events, seed=seed), LocalStorage(folder)
    rows = []
    for number, (label, noun, clause, plural, lasts, _) in enumerate(events):
        peak_dbfs = 20 * math.log10(int(abs(fake.samples(number).astype(int)).max()) / 32_768)
        rows.append({
            "label": label, "noun": noun, "clauses": [clause], "plural": plural, "lasts": lasts, "named_by": "label",
            "confidence": 0.9, "level_dbfs": -20.0, "peak_dbfs": round(peak_dbfs, 2), "n_frames": fake.n_frames(number),
            "duration_s": fake.n_frames(number) / 16_000, "source": "in", "source_root": "in",
            "source_path": f"{number}.wav", "source_sha256": "0" * 64, "source_key": "", "source_rate_hz": 16_000,
            "start_s": 0.0, "end_s": 1.0, "group": "", "licence": f"licence of {label}", "attribution": "somebody",
            "source_url": "",
        })  # fmt: skip
    info = EventsInfo(16_000, {"seed": 0}, [], {"looked_at": len(rows), "kept": len(rows), "left_out": {}}, {})
    with storage.staging("events") as staging:
        write_events(storage, staging, info, rows, (fake.samples(number) for number in range(len(rows))))
    return folder


def recipe_in(path, **more):
    """The recipe as a file."""
    lines = (
        f"{name} = {list(value) if isinstance(value, tuple) else value}\n" for name, value in (RECIPE | more).items()
    )
    path.write_text("".join(lines))
    return path


def samples_of(dataset, cache, events=None, **recipe):
    """The compositions of a dataset with events in memory."""
    composer = Composer(Recipe(**RECIPE | recipe), load_templates("natural"), events or FakeEvents(EVENTS))
    tars = Tars(str(dataset), "fake", LocalCopies(cache / "copies", 1))
    return Samples(open_catalog(dataset, cache=cache), tars, composer)


@dataclass(frozen=True)
class StaticToolbox:
    settings: tuple[tuple[str, str], ...] = (("epochs", "0:2"),)
    scorer_name: str = "fake"

    def fingerprints(self):
        return {"scorer": "scorer-1", **dict(self.settings)}

    def __call__(self):
        return Toolbox(FakeEar(), FakeScorer(), (ReprogrammedExpert("version"),))


class StoppedError(Exception):
    pass


@dataclass
class HereEngine:
    """Runs tasks in this process, and may stop before a shard."""

    factory: object
    storage: object = None
    source: object = None
    lock: object = None
    stop_before: int | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, tasks, report):
        workplace = Workplace(self.factory, report=report)
        for task in tasks:
            if isinstance(task, ShardTask) and task.shard == self.stop_before:
                raise StoppedError
            yield task, task.run(workplace)


def write_twin(
    samples, output, epochs=range(2), mode="new", limit=None, samples_per_shard=13, engine=HereEngine, **settings
):
    """Write it; `engine` takes the factory, the storage, the source and the lock."""
    config = static_config(samples.recipe, samples_per_shard)
    factory = StaticToolbox(tuple({"epochs": f"{epochs.start}:{epochs.stop}", **settings}.items()))
    storage, source = open_storage(output), CompositionSource(samples, "fingerprint", epochs, limit)
    with (
        opened_output(storage, mode, config, factory) as (info, lock),
        engine(factory, storage, source, lock) as running,
    ):
        return distill(storage, info, [source], config, running, quiet)
