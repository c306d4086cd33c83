"""The index pass: what is every input, by its header. Parallel by parts, resumable by part, streaming.

A part is a few thousand inputs; its result lies in `.tmp/index/` until the plan is sealed. Inputs of equal size are
hashed, since only they can be duplicates, and those longer than a shard, since no worker reads them whole.
"""

import errno
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mkaudio.pipeline.rows import PlanRow, row_of
from mkaudio.pipeline.sources import Input, Source
from mkaudio.pipeline.task import Progress, Workplace
from mkaudio.prompts import language_of_labels
from mkaudio.shards import PLAN, AudioInfo, Reason, Refusal, Storage, probe, read_table, sha256_of_stream, write_table

PART_INPUTS = 4096


def listed(sources: Iterable[Source]) -> Iterator[PlanRow]:
    """List every input as an unprobed row, or one that needs no probe, in the order of sources and of path bytes.

    Args:
        sources: the inputs of the command.
    """
    return (_unprobed(source.root_name, item) for source in sources for item in source.inputs())


def _unprobed(root: str, item: Input) -> PlanRow:
    refusal, info = item.refusal, item.info or AudioInfo("", "", 0, 0, 0, 16)
    return PlanRow(
        source_root=root, source_path=item.path, kind=item.kind, size_bytes=item.size_bytes, mtime_ns=item.mtime_ns,
        offset=item.offset, **asdict(info), sha256="", duplicate_of="", refusal=refusal.reason.value if refusal else "",
        refusal_message=refusal.message if refusal else "", labels=item.labels,
        language=item.language or language_of_labels(item.labels), group=item.group, licence=item.licence,
        attribution=item.attribution, source_url=item.source_url,
    )  # fmt: skip


def _listed_part(row: PlanRow) -> tuple[object, ...]:
    """Return what the listing says of an input: what the probe adds is left out."""
    item = row.as_input()
    return (row.name, item.kind, item.size_bytes, item.mtime_ns, item.offset, item.labels, item.language, item.group,
            item.licence, item.attribution, item.source_url)  # fmt: skip


def _is_same(found: PlanRow, listed: PlanRow) -> bool:
    """Say whether a row of an earlier run is of the same input; what needs no probe may say something else of its sound."""
    return _listed_part(found) == _listed_part(listed) and (not listed.container or found.info == listed.info)


@dataclass(frozen=True, slots=True)
class IndexTask:
    """Probes the inputs of one part.

    Args:
        part: number of the part.
        sources: root name → what opens its inputs.
        rows: the unprobed rows.
        storage: of the dataset.
        output: file that gets the probed rows; None where nothing is to be written.
    """

    part: int
    sources: dict[str, Source]
    rows: tuple[PlanRow, ...]
    storage: Storage
    output: str | None

    @property
    def name(self) -> str:
        """The part's name in messages."""
        return f"index part {self.part}"

    def run(self, workplace: Workplace) -> None:
        """Probe each input; a bad one becomes a refused row.

        Args:
            workplace: verdicts and journal; no model is used.
        """
        if self.output is not None and self._is_done(self.output):
            workplace.report(Progress(items=len(self.rows)))
            return
        probed = []
        for row in self.rows:
            workplace.journal.enter(row.name)
            probed.append(self._probe(row, workplace))
            workplace.journal.leave(row.name)
            workplace.report(Progress(items=1, refused=int(probed[-1].refusal != "")))
        if self.output is not None:
            write_rows(self.storage, self.output, probed)

    def alone(self, name: str) -> "IndexTask":
        """Return a task that probes one input and writes nothing.

        Args:
            name: the input's name in the journal.
        """
        return replace(self, rows=tuple(row for row in self.rows if row.name == name), output=None)

    def smaller(self) -> None:
        """Return None: no model is used."""

    def _is_done(self, output: str) -> bool:
        """Say whether an earlier run probed these very inputs."""
        if self.storage.state(output) is None:
            return False
        found = read_index(self.storage, output)
        return len(found) == len(self.rows) and all(map(_is_same, found, self.rows))

    def _probe(self, row: PlanRow, workplace: Workplace) -> PlanRow:
        verdict = workplace.verdicts.get(row.name)
        if row.refusal or verdict:
            return refused(row, verdict) if verdict else row
        if row.container:  # its listing knows what a probe would find
            return row
        try:
            with self.sources[row.source_root].open(row.as_input()) as handle:
                info = probe(handle)
        except Refusal as refusal:
            stop_if_all_is_gone(self.sources[row.source_root], refusal)
            return refused(row, refusal)
        except OSError as error:
            return refused(row, unreadable(error))
        return replace(row, **asdict(info))


def unreadable(error: OSError) -> Refusal:
    """Return the verdict on an input that the system fails to read: a bad disk, a lost mount.

    Args:
        error: what the system said.
    """
    return Refusal(Reason.UNREADABLE, f"reading it failed: {error.strerror or error}")


def stop_if_all_is_gone(source: Source, refusal: Refusal) -> None:
    """Stop where an input has vanished because the folder that it lay in has: a lost disk is no fault of each file on it.

    Args:
        source: where the input was to be.
        refusal: why it cannot be opened.

    Raises:
        FileNotFoundError: the source's folder is gone, or empty as a mount point is whose disk is gone.
    """
    if refusal.reason is not Reason.VANISHED or not isinstance(source.root, Path):
        return
    if not (source.root.is_dir() and any(source.root.iterdir())):
        said = "the input folder is gone or empty: is its disk mounted? Bring it back, then run it again with --resume"
        raise FileNotFoundError(errno.ENOENT, said, str(source.root))


def refused(row: PlanRow, refusal: Refusal) -> PlanRow:
    """Return the row with its refusal.

    Args:
        row: an input.
        refusal: what is wrong with it.
    """
    return replace(row, refusal=refusal.reason.value, refusal_message=refusal.message)


@dataclass(frozen=True, slots=True)
class HashTask:
    """Hashes some inputs; its receipt is root/path → sha256.

    Args:
        part: number of the task.
        sources: root name → what opens its inputs.
        rows: the inputs.
    """

    part: int
    sources: dict[str, Source]
    rows: tuple[PlanRow, ...]

    @property
    def name(self) -> str:
        """The task's name in messages."""
        return f"hash part {self.part}"

    def run(self, workplace: Workplace) -> dict[str, str]:
        """Hash each input; one that cannot be read has no hash, and is met again when it is decoded.

        Args:
            workplace: the journal.
        """
        digests = {}
        for row in self.rows:
            if row.name in workplace.verdicts:
                digests[row.name] = ""
                continue
            workplace.journal.enter(row.name)
            try:
                with self.sources[row.source_root].open(row.as_input()) as handle:
                    digests[row.name] = sha256_of_stream(handle)
            except Refusal as refusal:
                stop_if_all_is_gone(self.sources[row.source_root], refusal)
                digests[row.name] = ""
            except OSError:
                digests[row.name] = ""
            workplace.journal.leave(row.name)
            workplace.report(Progress(items=1))
        return digests

    def alone(self, name: str) -> "HashTask":
        """Return a task that hashes one input.

        Args:
            name: the input's name in the journal.
        """
        return replace(self, rows=tuple(row for row in self.rows if row.name == name))

    def smaller(self) -> None:
        """Return None: no model is used."""


def write_rows(storage: Storage, name: str, rows: Iterable[PlanRow]) -> None:
    """Write rows in the `PLAN` schema; the file appears whole or not at all.

    Args:
        storage: of the dataset.
        name: the file.
        rows: what it holds.
    """
    with storage.staging("index") as folder:
        write_table(folder / "part.parquet", [asdict(row) for row in rows], PLAN)
        storage.publish(folder / "part.parquet", name)


def read_index(storage: Storage, name: str) -> list[PlanRow]:
    """Read a part of the index.

    Args:
        storage: of the dataset.
        name: the file that an `IndexTask` wrote.
    """
    with storage.open(name) as handle:
        return [row_of(record) for record in read_table(handle).to_pylist()]
