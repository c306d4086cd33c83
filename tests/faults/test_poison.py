"""Inputs whose decoder crashes, eats the memory or hangs: each costs one row, on either engine, and nobody else is blamed."""

import pandas as pd
import pytest
import soundfile
from distilling import digests, run_distill, write_tone
from poison import CRASH_FRAMES, EAT_FRAMES, HANG_FRAMES, PoisonToolbox

from mkaudio.pipeline import Workers
from mkaudio.shards import verify

RATE_HZ = 8_000
POISON = {"03.wav": CRASH_FRAMES, "06.wav": EAT_FRAMES, "09.wav": HANG_FRAMES}
EXPECTED = {
    "03.wav": ("killed_worker", "SIGSEGV"),
    "06.wav": ("killed_worker", "more memory than a worker may hold"),
    "09.wav": ("timed_out", "no progress for longer than"),
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("poison") / "in"
    for number in range(12):
        name = f"{number:02d}.wav"
        write_tone(folder / name, 200.0 + 13 * number, POISON.get(name, 4_000) / RATE_HZ, RATE_HZ)
        assert soundfile.info(folder / name).frames == POISON.get(name, 4_000)
    return folder


def distil_poison(sounds, output, ray=None):
    summary = run_distill([sounds], output, factory=PoisonToolbox(), timeout_s=8.0, memory_bytes=300_000_000, ray=ray)
    left = pd.read_parquet(output / "quarantine")
    assert set(left.source_path) == set(EXPECTED) and len(left) == len(EXPECTED)
    for row in left.itertuples():
        reason, how = EXPECTED[row.source_path]
        assert row.reason == reason and how in row.message, row
    assert summary.counts["windows_committed"] == 9 and summary.windows_close and summary.sources_close
    assert list(verify(output)) == []


@pytest.mark.slow
def test_each_costs_one_row_and_both_engines_say_the_same(sounds, tmp_path, ray_session):
    distil_poison(sounds, tmp_path / "local")
    distil_poison(sounds, tmp_path / "ray", Workers(count=2))
    assert digests(tmp_path / "local") == digests(tmp_path / "ray")
