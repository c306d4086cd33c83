"""The flow on one screen: decode → hear → filter → propose → lint → score → select, over the rows of one shard.

What is done to a sound stands here; where it runs is the engine's business. B clips in a batch, P patches, D dimensions.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.ahead import ahead
from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.decode import EndOfRow, Left, Window, decode_rows
from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.pipeline.file_words import words_of_path
from mkaudio.pipeline.filters import MostActive, activity_s, first_refusal, heard_filters
from mkaudio.pipeline.linting import in_place, lint_all
from mkaudio.pipeline.rows import PlanRow
from mkaudio.pipeline.scoring import cosine_scores, score_percentiles
from mkaudio.pipeline.selection import Rule, choose, is_selected
from mkaudio.pipeline.sources import Source
from mkaudio.pipeline.task import Progress, Workplace
from mkaudio.pipeline.timeline import timeline_of
from mkaudio.shards import FILTERED, Candidate, Clip, Refusal, Verdict, encode_flac, heard_in, key_of


@dataclass(frozen=True, slots=True)
class Judged:
    """A clip's verdicts, and the vectors (C, D) of the texts of the C that were scored."""

    verdicts: tuple[Verdict, ...]
    texts: NDArray[np.float32]


Done = tuple[Window, HeardClip, Judged]
"""A window that is through."""


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
        self._as_they_are = frozenset(
            expert.name for expert in self._tools.experts if getattr(expert, "is_linted", False)
        )
        self._filters = heard_filters(config)
        self._contests: dict[str, MostActive[Done]] = {}
        self._rule = Rule(min_score=config.min_score, max_events=config.max_events)
        self.left: list[Left] = []
        self._audio: list[NDArray[np.float32]] = []
        self._texts: dict[str, tuple[int, NDArray[np.float32]]] = {}
        self._candidates: list[tuple[Verdict, ...]] = []
        self._clip_sources: list[str] = []
        self._shares: list[tuple[float, float, float]] = []

    def clips(self) -> Iterator[tuple[Clip, bytes]]:
        """Distil the rows.

        Yields:
            Every clip, in plan order, with its encoded sound.
        """
        for windows, ended in self._batches(self._decode_ahead()):
            kept = [both for both in zip(windows, self._hear(windows), strict=True) if self._passes(*both)]
            heard = [clip for _, clip in kept]
            proposed = self._propose(heard)
            linted = [lint_all(candidates, self._as_they_are) for candidates in proposed]
            judged = [self._judge(clip, candidates) for clip, candidates in zip(heard, linted, strict=True)]
            done = [(window, clip, one) for (window, clip), one in zip(kept, judged, strict=True)]
            for window, clip, one in self._chosen(done, ended):
                self._note(window, clip, one)
                flac = window.flac or encode_flac(window.samples, window.sample_rate_hz, window.bit_depth)
                yield _clip(window, clip, one.verdicts, is_selected(one.verdicts, self._rule)), flac
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
        perceived = ear.listen(waveforms[ear.sample_rate_hz])
        embeddings = scorer.embed_audio(waveforms[scorer.sample_rate_hz])
        return [
            HeardClip(
                duration_s=window.duration_s,
                waveforms=window.heard,
                posteriors=one.posteriors,
                evidence=one.evidence,
                timeline=timeline_of(one.posteriors, ear.classes, ear.hop_s, ear.patch_s, window.duration_s),
                audio_embedding=embedding,
                labels=window.row.labels,
                language=window.row.language,
                file_words=words_of_path(window.row.source_path) if self._config.file_names else "",
                seed=wording_seed(window.sha256, window.start_s),
                composition=self._sources[window.row.source_root].composition(window.row.as_input()),
            )
            for window, one, embedding in zip(windows, perceived, embeddings, strict=True)
        ]

    def _passes(self, window: Window, clip: HeardClip) -> bool:
        """Say whether a window goes on now that it has been heard; what does not is left out with its reason."""
        if refusal := first_refusal(self._filters, clip.timeline):
            self._leave_out(window.row, window.number, refusal)
            return False
        if (limit := self._config.max_windows_per_file) is None:
            return True
        contest = self._contests.setdefault(window.row.name, MostActive(limit))
        return contest.enter(window.number, activity_s(clip.timeline.events))

    def _chosen(self, done: list[Done], ended: list[PlanRow]) -> Iterator[Done]:
        """Choose what is stored: all that is through, or of each source that has ended its most active windows.

        Yields:
            In plan order.
        """
        if self._config.max_windows_per_file is None:
            yield from done
            return
        for window, clip, judged in done:  # what may have to wait for its source's end waits without its waveforms
            waiting = (replace(window, heard={}), replace(clip, waveforms={}), judged)
            self._contests[window.row.name].hold(window.number, waiting)
        for row in ended:
            if contest := self._contests.pop(row.name, None):
                yield from contest.winners()
                for number, refusal in contest.losers():
                    self._leave_out(row, number, refusal)

    def _leave_out(self, row: PlanRow, number: int, refusal: Refusal) -> None:
        self.left.append(Left(row, number, 1, "filter", refusal))

    def _propose(self, heard: list[HeardClip]) -> list[list[Candidate]]:
        """Ask every expert; a clip's candidates stand in expert order."""
        of_experts = [expert.propose(heard) for expert in self._tools.experts] if heard else []
        return [[candidate for one in of_clip for candidate in one] for of_clip in zip(*of_experts, strict=True)]

    def _judge(self, clip: HeardClip, linted: list[Candidate | Verdict]) -> Judged:
        """Score what lint let through against a clip's sound, and choose."""
        candidates = [one for one in linted if isinstance(one, Candidate)]
        if not candidates:
            return Judged(in_place(linted, ()), np.zeros((0, len(clip.audio_embedding)), np.float32))
        texts = self._tools.scorer.embed_text([candidate.text for candidate in candidates])
        scores = cosine_scores(clip.audio_embedding, texts)
        return Judged(in_place(linted, choose(candidates, scores, self._config.max_events)), texts)

    def _note(self, window: Window, clip: HeardClip, judged: Judged) -> None:
        self._audio.append(clip.audio_embedding)
        self._candidates.append(judged.verdicts)
        scored = [verdict for verdict in judged.verdicts if verdict.score is not None]
        for verdict, text in zip(scored, judged.texts, strict=True):
            self._texts.setdefault(verdict.candidate.text, (len(self._texts), text))
        self._clip_sources.append(window.row.name)
        self._shares.append((window.duration_s, clip.timeline.speech_share, clip.timeline.music_share))

    def percentiles(self) -> list[list[float | None]]:
        """Return `score_percentile` of every candidate of every clip yielded; None where it was not scored."""
        scored = [
            (number, verdict)
            for number, of_clip in enumerate(self._candidates)
            for verdict in of_clip
            if verdict.score is not None
        ]
        found = iter(
            score_percentiles(
                np.array(self._audio),
                self._clip_sources,
                np.array([text for _, text in self._texts.values()]),
                [number for number, _ in scored],
                [self._texts[verdict.candidate.text][0] for _, verdict in scored],
                [verdict.score for _, verdict in scored],
            )
        )
        return [[None if one.score is None else next(found) for one in of_clip] for of_clip in self._candidates]

    def heard(self) -> dict[str, float]:
        """Return how many of the clips yielded have speech, and music, and their seconds."""
        return heard_in(self._shares, self._config.speech_share, self._config.music_share)

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


def wording_seed(source_sha256: str, start_s: float) -> int:
    """Return the seed of a clip's wording: of what it sounds like alone, so no name and no order of work decides it.

    Args:
        source_sha256: of the source's bytes.
        start_s: of the window in the source.
    """
    return int.from_bytes(hashlib.sha256(f"{source_sha256} {start_s:.3f}".encode()).digest()[:8])


def _clip(window: Window, heard: HeardClip, verdicts: tuple[Verdict, ...], selected: bool) -> Clip:
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
        selected=selected,
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
        composition=heard.composition,
    )
