"""One shard on its way to disk: the tar as the clips come, the tables when the last one is in.

Everything is written under `.tmp/`; `commit.py` makes it real. The same clips give the same bytes: fixed order, owner,
mode and mtime in the tar, one row group order in Parquet.
"""

import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from mkaudio.shards.audio_codec import encode_flac
from mkaudio.shards.clip import Clip
from mkaudio.shards.composition import composition_columns
from mkaudio.shards.disk import naming
from mkaudio.shards.naming import MEMBERS, shard_files
from mkaudio.shards.schema import CANDIDATES, MANIFEST, QUARANTINE, SELECTION, embeddings_schema, write_table

JSON_FIELDS = (
    "key", "source_root", "source_path", "source_sha256", "start_s", "duration_s", "n_frames", "sample_rate_hz",
    "channels", "bit_depth", "prompt", "expert", "score", "scorer", "n_events", "rms_dbfs", "peak_dbfs",
    "speech_share", "music_share", "labels", "language", "group", "licence", "attribution", "source_url",
)  # fmt: skip
"""Fields of a sample's JSON member: flat and never null; labels are joined by "; "."""


def json_member(row: dict[str, Any]) -> bytes:
    """Return a sample's JSON member: the flat, never-null fields of its manifest row; labels joined by "; ".

    Args:
        row: a manifest row.
    """
    content = {field: row[field] for field in JSON_FIELDS} | {"labels": "; ".join(row["labels"])}
    return (json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n").encode()


class ShardWriter:
    """Collects the clips and refusals of one shard.

    Args:
        folder: an empty temporary folder on the dataset's file system.
        shard: number of the shard.
        scorer: name of the scorer, the folder of its embeddings.
        scorer_id: the scorer with its checkpoint hash.
        dimensions: D of the scorer's embeddings.
    """

    def __init__(self, folder: Path, shard: int, scorer: str, scorer_id: str, dimensions: int) -> None:
        self.files = {table: folder / name for table, name in shard_files(shard, scorer).items()}
        for path in self.files.values():
            path.parent.mkdir(parents=True, exist_ok=True)
        self._scorer_id = scorer_id
        self._dimensions = dimensions
        self._tar = tarfile.open(self.files["shards"], "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 - closed in finish
        self._rows: dict[str, list[dict[str, Any]]] = {
            "manifest": [],
            "candidates": [],
            "quarantine": [],
            "selection": [],
        }
        self._embeddings: list[np.ndarray] = []

    def add(self, clip: Clip, flac: bytes | None = None) -> None:
        """Add a clip after those already in.

        Args:
            clip: the next clip.
            flac: its encoded samples, where the caller encoded them ahead.
        """
        row = _manifest_row(clip, self._scorer_id)
        data = flac if flac is not None else encode_flac(clip.samples, clip.sample_rate_hz, clip.bit_depth)
        for member, content in zip(MEMBERS, (data, json_member(row), row["prompt"].encode()), strict=True):
            row[f"{member}_offset"], row[f"{member}_size"] = (
                self._add_member(f"{clip.key}.{member}", content),
                len(content),
            )
        self._rows["manifest"].append(row)
        self._rows["candidates"] += _ledger_rows(clip, self._scorer_id)
        self._embeddings.append(clip.embedding)
        if (best := clip.best) and clip.selected:
            self._rows["selection"].append(
                {field: row[field] for field in ("key", "prompt", "expert", "score", "scorer", "n_events")}
                | {"candidate": clip.verdicts.index(best), "rank": 0}
            )

    def refuse(
        self,
        source_root: str,
        source_path: str,
        stage: str,
        reason: str,
        message: str,
        window: int | None,
        n_windows: int,
    ) -> None:
        """Add a quarantine row.

        Args:
            source_root: name of the input.
            source_path: escaped path of the source.
            stage: where it happened: index, read, decode, filter, worker.
            reason: a `Reason`.
            message: one line for a person.
            window: the first window that is meant; None for the source as a whole.
            n_windows: how many planned windows the row accounts for.
        """
        self._rows["quarantine"].append({
            "source_root": source_root, "source_path": source_path, "window": window, "n_windows": n_windows,
            "stage": stage, "reason": str(reason), "message": message,
        })  # fmt: skip

    def finish(self, percentiles: Sequence[Sequence[float | None]]) -> dict[str, Path]:
        """Write what is left and close.

        Args:
            percentiles: `score_percentile` of each clip's candidates, in order.

        Returns:
            table name → the finished temporary file.
        """
        self.close()
        of_candidates = [percentile for of_clip in percentiles for percentile in of_clip]
        for line, percentile in zip(self._rows["candidates"], of_candidates, strict=True):
            line["score_percentile"] = percentile
        of_prompts = {line["key"]: line["score_percentile"] for line in self._rows["candidates"] if line["rank"] == 0}
        for row in self._rows["manifest"]:
            row["score_percentile"] = of_prompts.get(row["key"])
        for line in self._rows["selection"]:
            line["score_percentile"] = of_prompts[line["key"]]
        for table, schema in {"manifest": MANIFEST, "candidates": CANDIDATES, "quarantine": QUARANTINE}.items():
            write_table(self.files[table], self._rows[table], schema)
        write_table(self.files["selection"], self._rows["selection"], SELECTION)
        schema = embeddings_schema(self._dimensions)
        vectors = np.array(self._embeddings, dtype=np.float16).reshape(len(self._embeddings), self._dimensions)
        keys = pa.array([row["key"] for row in self._rows["manifest"]], pa.string())
        flat = pa.array(vectors.reshape(-1), pa.float16())
        embeddings = pa.FixedSizeListArray.from_arrays(flat, type=schema.field("embedding").type)
        write_table(self.files["embeddings"], pa.Table.from_arrays([keys, embeddings], schema=schema), schema)
        return self.files

    def close(self) -> None:
        """Close the tar; what was written and not committed stays under `.tmp/` until the next start."""
        with naming(self.files["shards"]):
            self._tar.close()

    def _add_member(self, name: str, data: bytes) -> int:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = len(data), 0o644, 0
        start = self._tar.offset
        with naming(self.files["shards"]):
            self._tar.addfile(info, io.BytesIO(data))
        return start + tarfile.BLOCKSIZE


def _manifest_row(clip: Clip, scorer_id: str) -> dict[str, Any]:
    best = clip.best
    return {
        "key": clip.key,
        "source_root": clip.source_root,
        "source_path": clip.source_path,
        "source_sha256": clip.source_sha256,
        "start_s": clip.start_s,
        "duration_s": clip.duration_s,
        "n_frames": clip.samples.shape[1],
        "sample_rate_hz": clip.sample_rate_hz,
        "channels": clip.samples.shape[0],
        "bit_depth": clip.bit_depth,
        "prompt": best.candidate.text if best else "",
        "expert": best.candidate.expert if best else "",
        "score": best.score if best else 0.0,
        "scorer": scorer_id,
        "n_events": best.candidate.n_events if best else 0,
        "events": [asdict(event) for event in clip.events],
        "rms_dbfs": clip.rms_dbfs,
        "peak_dbfs": clip.peak_dbfs,
        "speech_share": clip.speech_share,
        "music_share": clip.music_share,
        "labels": list(clip.labels),
        "language": clip.language,
        "group": clip.group,
        "licence": clip.licence,
        "attribution": clip.attribution,
        "source_url": clip.source_url,
        **composition_columns(clip.composition),
    }


def _ledger_rows(clip: Clip, scorer_id: str) -> list[dict[str, Any]]:
    return [
        {
            "key": clip.key,
            "candidate": number,
            "expert": verdict.candidate.expert,
            "expert_version": verdict.candidate.version,
            "proposed": verdict.candidate.text if verdict.candidate.proposed is None else verdict.candidate.proposed,
            "mendings": list(verdict.candidate.mendings),
            "text": verdict.candidate.text,
            "n_events": verdict.candidate.n_events,
            "score": verdict.score,
            "scorer": scorer_id,
            "rank": verdict.rank,
            "decision": verdict.decision,
            "reason": verdict.reason,
        }
        for number, verdict in enumerate(clip.verdicts)
    ]
