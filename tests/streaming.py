"""Datasets for tests of the stream, written shard by shard without a model: short noises, each with a prompt of its own."""

import hashlib

import numpy as np

from mkaudio.shards import (
    Candidate,
    Clip,
    DatasetInfo,
    Event,
    EventsInfo,
    Generation,
    LocalStorage,
    ShardWriter,
    Verdict,
    commit_shard,
    open_storage,
    write_dataset_info,
    write_events,
)

SIZES = (7, 0, 12, 1, 9)
"""Clips of each shard."""


def noise_of(number, n_frames, channels=1, bit_depth=16):
    draws = np.random.default_rng(number).integers(-9_000, 9_000, (channels, n_frames))
    return draws.astype(np.int16) if bit_depth == 16 else (draws * 256 + number).astype(np.int32)


def in_pairs(number):
    """Group and sha256 of the source of a clip: two clips have a group."""
    return f"group {number // 2}", "0" * 64


def clip_of(number, rate_hz=8_000, channels=1, bit_depth=16, prompt=None, origin=in_pairs):
    group, sha256 = origin(number)
    samples = noise_of(number, 200 + 13 * number, channels, bit_depth)
    text = f"Noise number {number}." if prompt is None else prompt
    candidate = Candidate("fake", "1", text, number % 3)
    return Clip(
        key=f"{number:010d}", source_root="in", source_path=f"{number}.wav", source_sha256=sha256, start_s=0.0,
        samples=samples, sample_rate_hz=rate_hz, bit_depth=bit_depth,
        verdicts=(Verdict(candidate, 0.5, 0, "kept", "best_score"),) if text else (), selected=bool(text),
        events=tuple(Event(f"Noïse {n}", 0.01 * n, 0.02 * n + 0.01, 0.9 - 0.1 * n) for n in range(number % 4)),
        embedding=np.ones(8, np.float32), rms_dbfs=-20.0, peak_dbfs=-10.0, speech_share=0.0, music_share=0.0,
        group=group, licence="CC0-1.0" if number % 2 else "", attribution=f"person {number}",
        source_url=f"https://sounds.example/{number}",
    )  # fmt: skip


def made_dataset(folder, sizes=SIZES, window_s=1.0, commit=lambda shard: True, **clips):
    storage, number = open_storage(folder), 0
    for shard, size in enumerate(sizes):
        with storage.staging("made") as staging:
            writer = ShardWriter(staging, shard, "fake", "fake-1", 8)
            n_candidates = []
            for _ in range(size):
                clip = clip_of(number, **clips)
                writer.add(clip)
                n_candidates.append([None] * len(clip.verdicts))
                number += 1
            files = writer.finish(n_candidates)
            if commit(shard):
                commit_shard(storage, shard, files, staging, {})
    generation = Generation("", "", 0, len(sizes), 0, number, number, {}, {})
    write_dataset_info(storage, DatasetInfo({"window_s": window_s}, {}, "fake", (generation,), {"windows": number}))
    return folder


def made_events(folder, origins=(("", "0" * 64),) * 3):
    """An event database of noises of one and a half to four and a half seconds, one for each (group, sha256 of the source)."""
    storage, rows, sounds = LocalStorage(folder), [], []
    labels = ("Bark", "Rain", "Car passing by")
    for number, (group, sha256) in enumerate(origins):
        label = labels[number % 3]
        sounds.append(noise_of(100 + number, 12_000 * (1 + number % 3))[0])
        rows.append({
            "label": label, "noun": f"a thing {number}", "clauses": [f"thing {number} is heard"], "plural": False, "lasts": True,
            "named_by": "label", "confidence": 0.5, "level_dbfs": -20.0, "peak_dbfs": -10.0, "n_frames": len(sounds[-1]),
            "duration_s": len(sounds[-1]) / 8_000, "source": "in", "source_root": "in", "source_path": f"{number}.wav",
            "source_sha256": sha256, "source_key": "", "source_rate_hz": 8_000, "start_s": 0.0, "end_s": 1.0, "group": group,
            "licence": "CC0", "attribution": "", "source_url": "",
        })  # fmt: skip
    with storage.staging("events") as staging:
        info = EventsInfo(8_000, {}, [], {"looked_at": len(rows), "kept": len(rows), "left_out": {}}, {})
        write_events(storage, staging, info, rows, iter(sounds))
    return folder


def digest_of(samples):
    """One digest of (waveform, prompt) of samples in their order."""
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(f"{sample.waveform.shape} {sample.prompt} {sample.key}\n".encode() + sample.waveform.tobytes())
    return digest.hexdigest()
