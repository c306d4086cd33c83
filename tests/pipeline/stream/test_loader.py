"""Batches from this process and from workers: the same, and a worker's end is told in seconds, never a hang."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from mkaudio.pipeline.stream import SampleError, open_stream


def stream_of(dataset, cache, **settings):
    return open_stream(dataset, **{"sample_rate_hz": 8_000, "batch_size": 5, "cache": cache, "epochs": 1, **settings})


def children():
    found = subprocess.run(
        ["ps", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    lines = [line.split(None, 2) for line in found.stdout.splitlines()]
    return {int(pid) for pid, state, args in lines if not state.startswith("Z") and not args.startswith("ps ")}


def test_batches_are_padded_with_zeros_to_the_window_or_to_their_longest(noises, tmp_path):
    for pad, workers in ((True, 0), (False, 0), (True, 1)):
        for batch in stream_of(noises, tmp_path, pad=pad, workers=workers):
            longest = int(batch.n_frames.max())
            assert batch.waveform.dtype == torch.float32 and batch.n_frames.dtype == torch.int64
            assert batch.waveform.shape == (len(batch.keys), 1, 8_000 if pad else longest)
            for waveform, n_frames in zip(batch.waveform.numpy(), batch.n_frames.tolist(), strict=True):
                assert not waveform[:, n_frames:].any() and waveform[:, :n_frames].any()


def test_the_users_random_numbers_are_left_alone(noises, tmp_path):
    torch.manual_seed(3)
    np.random.seed(3)
    before = torch.get_rng_state()
    list(stream_of(noises, tmp_path))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_vanished_shard_is_one_line_from_a_worker_and_leaves_no_process(own_noises, tmp_path):
    before = children()
    stream = stream_of(own_noises, tmp_path, workers=2)
    (own_noises / "shards" / "000002.tar").unlink()
    with pytest.raises(SampleError) as found:
        list(stream)
    assert "\n" not in str(found.value) and "of shard 2: the shard is gone" in str(found.value)
    assert children() == before


@pytest.mark.slow
def test_a_killed_worker_is_an_error_within_seconds(noises, tmp_path):
    before = children()
    stream = stream_of(noises, tmp_path, workers=2, epochs=None)
    batches = iter(stream)
    next(batches)
    victim = min(children() - before)
    started = time.monotonic()
    with pytest.raises(
        RuntimeError, match=r"a worker of the stream ended \(.*fewer workers|DataLoader worker .* killed"
    ):
        os.kill(victim, signal.SIGKILL)  # PyTorch's signal handler may raise right here, outside of the stream
        for _ in batches:
            pass
    stream.close()
    assert time.monotonic() - started < 20
    assert children() == before


@pytest.mark.slow
def test_closing_early_leaves_no_process(noises, tmp_path):
    before = children()
    with stream_of(noises, tmp_path, workers=3, epochs=None) as stream:
        kept = iter(stream)
        next(kept)
        assert len(children() - before) == 3
    assert children() == before
    for batch in stream:
        if batch.epoch == 2:
            break
    assert children() == before


@pytest.mark.slow
def test_an_interrupt_ends_it_quietly(noises, tmp_path):
    code = (
        "import mkaudio, signal, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it\n"
        f"stream = mkaudio.open_stream({str(noises)!r}, sample_rate_hz=8000, workers=2, cache={str(tmp_path)!r})\n"
        "try:\n"
        "    for batch in stream:\n"
        "        print('batch', flush=True); time.sleep(0.05)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped', stream.state_dict()['epoch'] >= 0)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    for _ in range(3):
        run.stdout.readline()
    os.killpg(run.pid, signal.SIGINT)
    said, complained = run.communicate(timeout=20)
    assert run.returncode == 0 and said.endswith("stopped True\n") and "Traceback" not in complained, complained


@pytest.mark.slow
def test_workers_that_are_started_anew_make_the_same(noises, tmp_path, monkeypatch):
    """Where processes are spawned, not forked, everything is sent to them."""
    here = [batch.waveform for batch in stream_of(noises, tmp_path)]
    import torch.multiprocessing as processes

    before = processes.get_start_method()
    processes.set_start_method("spawn", force=True)
    try:
        there = [batch.waveform for batch in stream_of(noises, tmp_path, workers=1)]
    finally:
        processes.set_start_method(before, force=True)
    assert all(map(torch.equal, here, there)) and len(here) == len(there) == 6


@pytest.mark.slow
def test_memory_stays_flat(noises, tmp_path):
    """Anonymous memory of this process over 20,000 samples, read after a third and at the end."""
    stream = stream_of(noises, tmp_path, epochs=None, batch_size=50, pad=False)
    found, n_samples = [], 0
    for batch in stream:
        n_samples += len(batch.keys)
        if n_samples // 6_000 > len(found):
            found.append(anonymous_kb())
        if n_samples >= 20_000:
            break
    assert anonymous_kb() - found[0] < 3_000


def anonymous_kb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
