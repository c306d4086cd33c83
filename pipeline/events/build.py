"""`mkaudio events` on one screen: clips → the one event of each → copies go → the best of each class → a sealed database.

The sounds are appended to a file while clips are read, and copied in their final order: memory holds rows and fingerprints
(about 3 kB an event), never the sounds. Clips are read by threads and taken in order, so the bytes do not depend on how many.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mkaudio import __version__
from mkaudio.pipeline.engine import Watch
from mkaudio.pipeline.events.choose import choose, preference
from mkaudio.pipeline.events.copies import copies
from mkaudio.pipeline.events.fingerprint import DIMENSIONS
from mkaudio.pipeline.events.found import Found, find_event
from mkaudio.pipeline.events.from_dataset import DatasetClips
from mkaudio.pipeline.events.from_labelled import LabelledClips
from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.events.settings import EventSettings
from mkaudio.pipeline.task import Progress
from mkaudio.shards import EventsInfo, LocalStorage, check_room, locked, naming, write_events

T = TypeVar("T")
R = TypeVar("R")
Clips = DatasetClips | LabelledClips
_BIT_MAKERS = ("numpy", "soundfile", "soxr", "av", "pyarrow")
_WAITING_A_WORKER = 4


@dataclass(slots=True)
class EventReport:
    """What came of a run.

    Args:
        looked_at: clips.
        left_out: reason → clips.
        examples: reason → the first source that was left out for it.
        kept: the events of the database.
    """

    looked_at: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    examples: dict[LeftOut, str] = field(default_factory=dict)
    kept: list[Found] = field(default_factory=list)

    def leave(self, reason: LeftOut, source_path: str) -> None:
        """Count a clip that gives no event.

        Args:
            reason: why.
            source_path: of its source.
        """
        self.left_out[reason] += 1
        self.examples.setdefault(reason, source_path)


def build_events(
    sources: Sequence[Clips],
    output: LocalStorage,
    settings: EventSettings,
    watch: Watch,
    workers: int = 1,
    anew: bool = False,
) -> EventReport:
    """Make an event database.

    Args:
        sources: what the clips come from.
        output: folder of the database.
        settings: what an event must be, and how many are kept.
        watch: makes progress bars.
        workers: threads that read clips.
        anew: write it in the place of a whole one.

    Raises:
        ValueError: the folder holds something else, or no clip gives an event.
    """
    check_room(output, anew)
    report = EventReport()
    with locked(output), output.staging("events") as staging:
        check_room(output, anew)
        heap = staging / "found.int16"
        found, prints = _gather(sources, heap, settings, watch, workers, report)
        if not found:
            raise ValueError(f"--output {output.address}: no clip gives an event: {_reasons(report)}")
        firsts = np.cumsum([0, *(event.n_frames for event in found)])
        sounds = np.memmap(heap, np.int16, "r")

        def samples(number: int) -> NDArray[np.int16]:
            return sounds[firsts[number] : firsts[number + 1]]

        lengths = [event.n_frames for event in found]
        is_copy = copies(prints, lengths, preference(found), samples, settings.sample_rate_hz)
        single = [number for number in range(len(found)) if not is_copy[number]]
        numbers = [single[place] for place in choose([found[number] for number in single], settings)]
        chosen = set(numbers)
        for number, event in enumerate(found):
            if is_copy[number]:
                report.leave(LeftOut.DUPLICATE, event.clip.source_path)
            elif number not in chosen:
                report.leave(LeftOut.ENOUGH, event.clip.source_path)
        report.kept = [found[number] for number in numbers]
        rows = [event.row(settings.sample_rate_hz) for event in report.kept]
        write_events(output, staging, _info(sources, settings, report), rows, map(samples, numbers))
    return report


def _gather(
    sources: Sequence[Clips], heap: Path, settings: EventSettings, watch: Watch, workers: int, report: EventReport
) -> tuple[list[Found], NDArray[np.float16]]:
    """Find the events of all clips; their sounds go behind each other into a file."""
    found: list[Found] = []
    prints: list[NDArray[np.float16]] = []
    clips = chain.from_iterable(source.clips() for source in sources)
    counts = [source.n_clips for source in sources]
    total = None if None in counts else sum(count or 0 for count in counts)
    find = partial(find_event, settings=settings)
    with watch("events", total, "clip") as report_progress, naming(heap), heap.open("wb") as file:
        for clip, made in in_order(find, clips, workers):
            report.looked_at += 1
            report_progress(Progress(items=1))
            if isinstance(made, LeftOut):
                report.leave(made, clip.source_path)
                continue
            event, samples, one_print = made
            found.append(event)
            prints.append(one_print)
            file.write(samples.tobytes())
    return found, np.stack(prints) if prints else np.zeros((0, DIMENSIONS), np.float16)


def in_order(work: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[tuple[T, R]]:
    """Yield every item with what became of it, in order, while threads work on the next ones.

    Args:
        work: done on each.
        items: what is worked on.
        workers: threads.
    """
    waiting: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(workers, "mkaudio-events") as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) >= workers * _WAITING_A_WORKER:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _info(sources: Sequence[Clips], settings: EventSettings, report: EventReport) -> EventsInfo:
    left = {reason.value: report.left_out[reason] for reason in LeftOut if report.left_out[reason]}
    return EventsInfo(
        sample_rate_hz=settings.sample_rate_hz,
        config=asdict(settings),
        sources=[{"name": one.name, "kind": one.kind, "fingerprint": one.fingerprint()} for one in sources],
        counts={
            "looked_at": report.looked_at,
            "kept": len(report.kept),
            "classes": len({event.label for event in report.kept}),
            "left_out": left,
        },
        libraries={"mkaudio": __version__} | {library: version(library) for library in _BIT_MAKERS},
    )


def _reasons(report: EventReport) -> str:
    return (
        "; ".join(f"{count:,} {reason.meaning}" for reason, count in report.left_out.most_common()) or "there is none"
    )
