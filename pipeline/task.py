"""A unit of work and what it may use where it runs. The same task runs in a test, in a child process and on Ray."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mkaudio.pipeline.experts.expert import Toolbox
from mkaudio.shards import Refusal


class ToolboxFactory(Protocol):
    """Builds the models of a run inside a worker. Picklable: plain values only, never a loaded model."""

    @property
    def scorer_name(self) -> str:
        """The selecting scorer: the folder of its embeddings."""
        ...

    def fingerprints(self) -> dict[str, str]:
        """Return model → hash, without loading weights."""
        ...

    def __call__(self) -> Toolbox:
        """Return the loaded models."""
        ...


class Journal(Protocol):
    """A list of the inputs in flight that outlives its process."""

    def enter(self, name: str) -> None:
        """Note that work on an input begins."""
        ...

    def leave(self, name: str) -> None:
        """Note that it is over."""
        ...


class NoJournal:
    """For work that nobody supervises, as in a test or a dry run."""

    def enter(self, name: str) -> None:
        """Note nothing."""

    def leave(self, name: str) -> None:
        """Note nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What happened since the last report: windows that are through, their seconds, inputs refused."""

    items: int = 0
    audio_s: float = 0.0
    refused: int = 0


def _ignore(_progress: Progress) -> None:
    return


@dataclass(slots=True)
class Workplace:
    """What a task finds where it runs.

    Args:
        factory: of the models; they are built at the first use and kept.
        verdicts: input → what it was found guilty of; a task leaves its place empty.
        journal: the list of inputs in flight.
        report: takes progress.
    """

    factory: ToolboxFactory
    verdicts: Mapping[str, Refusal] = field(default_factory=dict)
    journal: Journal = field(default_factory=NoJournal)
    report: Callable[[Progress], None] = _ignore
    _tools: Toolbox | None = None

    @property
    def tools(self) -> Toolbox:
        """The models."""
        if self._tools is None:
            self._tools = self.factory()
        return self._tools


class Task(Protocol):
    """One shard, or one part of the index."""

    @property
    def name(self) -> str:
        """What a person may call it."""
        ...

    def run(self, workplace: Workplace) -> Any:
        """Do the work and return a small receipt.

        Args:
            workplace: models, verdicts and journal.
        """
        ...

    def alone(self, name: str) -> "Task":
        """Return the same work on one input, which writes nothing.

        Args:
            name: the input, as it stands in the journal.
        """
        ...

    def smaller(self) -> "Task | None":
        """Return the same work in half the micro-batch, for a GPU that ran out of memory; None where that is no help."""
        ...
