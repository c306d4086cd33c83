"""SIGKILL of the worker, the driver and all of them, at every named step of the commit protocol and at random times.

After --resume nothing is lost or doubled and every byte is that of the unbroken run. `make faults` does 200, CI a seeded 20.
"""

import random
from collections import Counter

import pytest
from distilling import digests, write_tone
from killing import CLI, Kill, distil_killed, trace_of

from mkaudio.shards import verify

WHOM = ("self", "driver", "group")
SHARDS, CLIPS_A_SHARD, RANDOM_S = 5, 4, 1.6


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tones") / "in"
    for number in range(SHARDS * CLIPS_A_SHARD):
        write_tone(folder / f"{number:02d}.wav", 200.0 + 13 * number, 0.5)
    (folder / "broken.wav").write_bytes(b"RIFF")
    return folder


@pytest.fixture(scope="module")
def unbroken(tones, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    ended = distil_killed(folder / "work", tones, folder / "out", None)
    assert ended.runs == 1 and ended.clips_heard == SHARDS * CLIPS_A_SHARD
    return folder


def scenarios(unbroken):
    """Every step of one shard and of the driver, with each victim; then random times."""
    steps = trace_of(unbroken / "work")
    of_shard = [step for step in steps if "000002" in step[0][1]]
    others = [step for step in steps if "00000" not in step[0][1] or "plan" in step[0][1] or ".tmp" in step[0][1]]
    assert {step for (step, _), _ in of_shard} == {"written", "synced", "renamed", "named", "committed"}
    found = [Kill(whom, step, nth) for step, nth in of_shard + others for whom in WHOM]
    return [kill for kill in found if kill.whom != "self" or "000002" in kill.step[1]]


def try_kill(kill, tones, unbroken, folder, pause_s=0.0):
    ended = distil_killed(folder / "work", tones, folder / "out", kill, pause_s=pause_s)
    assert digests(folder / "out") == digests(unbroken / "out"), kill
    again = ended.clips_heard - SHARDS * CLIPS_A_SHARD
    suspects = CLIPS_A_SHARD if kill.whom == "self" else 0  # what a dead worker had in hand is tried alone first
    assert 0 <= again <= CLIPS_A_SHARD + suspects, f"{kill}: {again} clips done again, a worker may redo one shard"
    return ended


@pytest.mark.slow
def test_twenty_kills(tones, unbroken, tmp_path):
    random.seed(20)
    chosen = random.sample(scenarios(unbroken), 14)
    chosen += [Kill(random.choice(WHOM), after_s=random.uniform(0.5, RANDOM_S)) for _ in range(6)]
    runs = Counter()
    for number, kill in enumerate(chosen):
        (tmp_path / str(number)).mkdir()
        runs[kill.whom] += try_kill(kill, tones, unbroken, tmp_path / str(number), 0.02).runs
    print(f"{len(chosen)} kills, {dict(runs)} runs, 0 lost, 0 doubled, bytes as unbroken")
    assert runs["driver"] + runs["group"] > sum(kill.whom != "self" for kill in chosen), "nobody died"


@pytest.mark.faults
def test_kills_at_every_step_and_at_random_times(tones, unbroken, tmp_path):
    random.seed(200)
    at_steps = scenarios(unbroken)
    chosen = at_steps + [
        Kill(random.choice(WHOM), after_s=random.uniform(0.4, RANDOM_S)) for _ in range(max(20, 180 - len(at_steps)))
    ]
    runs = Counter()
    for number, kill in enumerate(chosen):
        (tmp_path / str(number)).mkdir()
        runs[kill.whom] += try_kill(kill, tones, unbroken, tmp_path / str(number), 0.02).runs
    assert list(verify(tmp_path / "0" / "out")) == []
    print(f"{len(at_steps)} kills at steps, {len(chosen) - len(at_steps)} at random times; runs by victim {dict(runs)}: "
          "0 lost, 0 doubled, bytes as unbroken")  # fmt: skip


@pytest.mark.faults
def test_kills_on_ray_with_the_real_experts(starter, demo_sounds, tmp_path):
    """Two workers on the demo sounds, three clips a shard."""
    (tmp_path / "unbroken").mkdir()
    distil_killed(tmp_path / "unbroken" / "work", demo_sounds, tmp_path / "unbroken" / "out", None, CLI, ray=2)
    steps = [step for step in trace_of(tmp_path / "unbroken" / "work") if not step[0][1].startswith((".tmp", "log"))]
    random.seed(22)
    chosen = [Kill(random.choice(WHOM), *random.choice(steps)) for _ in range(12)]
    chosen += [Kill(random.choice(WHOM), after_s=random.uniform(6, 14)) for _ in range(10)]
    runs = Counter()
    for number, kill in enumerate(chosen):
        folder = tmp_path / str(number)
        folder.mkdir()
        kill.whom = "driver" if kill.step and not kill.step[1].startswith(("shards", "commits")) else kill.whom
        runs[kill.whom] += distil_killed(folder / "work", demo_sounds, folder / "out", kill, CLI, ray=2).runs
        assert digests(folder / "out") == digests(tmp_path / "unbroken" / "out"), kill
    print(f"{len(chosen)} kills on Ray with the starter experts; runs by victim {dict(runs)}: bytes as unbroken")
