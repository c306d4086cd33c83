"""Static twins in tests: compositions of tiny noises written as a dataset in this process, with stand-in models."""

from dataclasses import dataclass, field

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
from mkaudio.shards import open_storage

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


class Stopped(Exception):
    pass


@dataclass
class HereEngine:
    """Runs tasks in this process, and may stop before a shard."""

    factory: object
    stop_before: int | None = None
    verdicts: dict = field(default_factory=dict)

    def run(self, tasks, report):
        workplace = Workplace(self.factory, report=report)
        for task in tasks:
            if isinstance(task, ShardTask) and task.shard == self.stop_before:
                raise Stopped
            yield task, task.run(workplace)


def write_twin(samples, output, epochs=range(2), mode="new", stop_before=None, limit=None, samples_per_shard=8):
    config, factory = static_config(samples.recipe, samples_per_shard), StaticToolbox()
    storage, source = open_storage(output), CompositionSource(samples, "fingerprint", epochs, limit)
    with opened_output(storage, mode, config, factory) as (info, _):
        return distill(storage, info, [source], config, HereEngine(factory, stop_before), quiet)
