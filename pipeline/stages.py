"""The flow on one screen: decode → hear → propose → lint → score → select, over the rows of one shard.

What is done to a sound stands here; where it runs is the engine's business. B clips in a batch, P patches, D dimensions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.ahead import ahead
from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.decode import EndOfRow, Left, Window, decode_rows
from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.pipeline.file_words import words_of_path
from mkaudio.pipeline.linting import in_place, lint_all
from mkaudio.pipeline.rows import PlanRow
from mkaudio.pipeline.scoring import cosine_scores, score_percentiles
from mkaudio.pipeline.selection import choose
from mkaudio.pipeline.sources import Source
from mkaudio.pipeline.task import Progress, Workplace
from mkaudio.pipeline.timeline import timeline_of
from mkaudio.shards import FILTERED, Candidate, Clip, Verdict, key_of


@dataclass(frozen=True, slots=True)
class Judged:
    """A clip's verdicts, and the vector of its prompt (D,), zeros where there is none."""

    verdicts: tuple[Verdict, ...]
    prompt_embedding: NDArray[np.float32]


class Distillation:
    """The stages over some rows of the plan.

    Args:
        rows: of the plan, in order.
        sources: root name → what opens its inputs.
        config: settings.
        workplace: models, verdicts, journal, progress.
    """

    def __init__(
        self, rows: list[PlanRow], sources: Mapping[str, Source], config: DistillConfig, workplace: Workplace
    ) -> None:
        self._rows, self._sources, self._config, self._workplace = rows, sources, config, workplace
        self._tools = workplace.tools
        self.left: list[Left] = []
        self._audio: list[NDArray[np.float32]] = []
        self._prompts: list[NDArray[np.float32]] = []
        self._clip_sources: list[str] = []

    def clips(self) -> Iterator[tuple[Clip, bytes]]:
        """Distil the rows.

        Yields:
            Every clip, in plan order, with its encoded sound.
        """
        for windows, ended in self._batches(self._decode_ahead()):
            heard = self._hear(windows)
            proposed = self._propose(heard)
            linted = [lint_all(candidates) for candidates in proposed]
            judged = [self._judge(clip, candidates) for clip, candidates in zip(heard, linted, strict=True)]
            for window, clip, one in zip(windows, heard, judged, strict=True):
                self._note(window, clip, one)
                yield _clip(window, clip, one.verdicts), window.flac
            self._workplace.report(Progress(len(windows), sum(window.duration_s for window in windows)))
            for row in ended:
                self._workplace.journal.leave(row.name)

    def _decode_ahead(self) -> Iterator[Window | Left | EndOfRow]:
        """Decode in a thread, up to two batches in front of the models."""

        def entered() -> Iterator[PlanRow]:
            for row in self._rows:
                self._workplace.journal.enter(row.name)
                yield row

        rates, verdicts = self._tools.rates_hz, self._workplace.verdicts
        return ahead(decode_rows(entered(), self._sources, self._config, rates, verdicts), 2 * self._config.batch_size)

    def _batches(self, decoded: Iterator[Window | Left | EndOfRow]) -> Iterator[tuple[list[Window], list[PlanRow]]]:
        """Gather batches.

        Yields:
            Windows that go through the models together, and the rows that have ended when they are through.
        """
        windows: list[Window] = []
        ended: list[PlanRow] = []
        for item in decoded:
            if isinstance(item, Window):
                windows.append(item)
            elif isinstance(item, Left):
                self.left.append(item)
                self._workplace.report(Progress(items=item.n_windows, refused=item.refusal.reason not in FILTERED))
            else:
                ended.append(item.row)
            if len(windows) == self._config.batch_size:
                yield windows, ended
                windows, ended = [], []
        yield windows, ended

    def _hear(self, windows: list[Window]) -> list[HeardClip]:
        """Run the ear and the scorer once each over a batch."""
        if not windows:
            return []
        ear, scorer = self._tools.ear, self._tools.scorer
        waveforms = {rate: [window.heard[rate] for window in windows] for rate in self._tools.rates_hz}
        posteriors = [one.posteriors for one in ear.listen(waveforms[ear.sample_rate_hz])]
        embeddings = scorer.embed_audio(waveforms[scorer.sample_rate_hz])
        return [
            HeardClip(
                duration_s=window.duration_s,
                waveforms=window.heard,
                posteriors=of_clip,
                evidence=ear.evidence(of_clip),
                timeline=timeline_of(of_clip, ear.classes, ear.hop_s, ear.patch_s, window.duration_s),
                audio_embedding=embedding,
                labels=window.row.labels,
                language=window.row.language,
                file_words=words_of_path(window.row.source_path) if self._config.file_names else "",
            )
            for window, of_clip, embedding in zip(windows, posteriors, embeddings, strict=True)
        ]

    def _propose(self, heard: list[HeardClip]) -> list[list[Candidate]]:
        """Ask every expert; a clip's candidates stand in expert order."""
        of_experts = [expert.propose(heard) for expert in self._tools.experts] if heard else []
        return [[candidate for one in of_clip for candidate in one] for of_clip in zip(*of_experts, strict=True)]

    def _judge(self, clip: HeardClip, linted: list[Candidate | Verdict]) -> Judged:
        """Score what lint let through against a clip's sound, and choose."""
        candidates = [one for one in linted if isinstance(one, Candidate)]
        if not candidates:
            return Judged(in_place(linted, ()), np.zeros_like(clip.audio_embedding))
        texts = self._tools.scorer.embed_text([candidate.text for candidate in candidates])
        chosen = choose(candidates, cosine_scores(clip.audio_embedding, texts))
        return Judged(in_place(linted, chosen), texts[[verdict.rank for verdict in chosen].index(0)])

    def _note(self, window: Window, clip: HeardClip, judged: Judged) -> None:
        self._audio.append(clip.audio_embedding)
        self._prompts.append(judged.prompt_embedding)
        self._clip_sources.append(window.row.name)

    def percentiles(self) -> list[float | None]:
        """Return `score_percentile` of every clip yielded."""
        return score_percentiles(np.array(self._audio), np.array(self._prompts), self._clip_sources)

    def counts(self) -> dict[str, int]:
        """Return what became of the rows' sources and windows; each number is counted by itself, so the sums can fail."""
        filtered = [left for left in self.left if left.refusal.reason in FILTERED]
        lost = [left for left in self.left if left.refusal.reason not in FILTERED]
        read = {*self._clip_sources, *(left.row.name for left in filtered)}
        refused = {left.row.name for left in lost}
        begun = [row for row in self._rows if row.is_source]
        return {
            "sources": len(begun),
            "sources_read": sum(row.name in read for row in begun),
            "sources_refused": sum(row.name in refused - read for row in begun),
            "sources_duplicate": sum(row.duplicate_of != "" for row in begun),
            "sources_read_in_part": sum(row.name in refused & read for row in begun),
            "windows": sum(row.n_windows for row in self._rows),
            "windows_committed": len(self._clip_sources),
            "windows_filtered": sum(left.n_windows for left in filtered),
            "windows_refused": sum(left.n_windows for left in lost),
        }


def _clip(window: Window, heard: HeardClip, verdicts: tuple[Verdict, ...]) -> Clip:
    row = window.row
    return Clip(
        key=key_of(window.key_number),
        source_root=row.source_root,
        source_path=row.source_path,
        source_sha256=window.sha256,
        start_s=window.start_s,
        samples=window.samples,
        sample_rate_hz=window.sample_rate_hz,
        bit_depth=window.bit_depth,
        verdicts=verdicts,
        events=heard.timeline.events,
        embedding=heard.audio_embedding,
        rms_dbfs=window.rms_dbfs,
        peak_dbfs=window.peak_dbfs,
        speech_share=heard.timeline.speech_share,
        music_share=heard.timeline.music_share,
        labels=row.labels,
        language=row.language,
        group=row.group,
        licence=row.licence,
        attribution=row.attribution,
        source_url=row.source_url,
    )
