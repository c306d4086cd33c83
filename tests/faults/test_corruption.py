"""Damaged bytes: verify names all of it, by file; what the usual readers let pass stands beside it.

A dataset of one small shard; each damage is done to a file, looked at, and undone. A flip changes one bit.
"""

import os
import random
import shutil
from collections import Counter

import pyarrow.parquet as pq
import pytest
import webdataset as wds
from distilling import run_distill, write_tone

from mkaudio.shards import shard_files, verify

TAR = "shards/000000.tar"
PARQUET = [name for name in shard_files(0, "fake").values() if name != TAR] + ["plan/000000.parquet"]
SEALED = ["commits/000000.json", "plan/000000.parquet", "dataset.json"]
BLOCK = 512


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corruption")
    for number in range(8):
        write_tone(folder / "in" / f"{number}.wav", 300.0 + 50 * number, 1.5)
    run_distill([folder / "in"], folder / "out", samples_per_shard=8)
    return folder / "out"


def read_by_webdataset(path):
    """Everything that the strict reader (its default handler raises) makes of a tar."""
    samples = wds.WebDataset(str(path), shardshuffle=False, handler=wds.reraise_exception)
    return [(sample["__key__"], sample["flac"], sample["json"], sample["txt"]) for sample in samples]


def read_by_default(path):
    return pq.read_table(path)


def cuts(positions):
    return ((f"cut at {at}", lambda data, at=at: data[:at]) for at in positions)


def flips(path, n, rng):
    size = path.stat().st_size
    for _ in range(n):
        at, bit = rng.randrange(size), 1 << rng.randrange(8)
        yield f"{at} ^ {bit}", lambda data, at=at, bit=bit: data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def is_same(seen, intact):
    try:
        return bool(seen == intact)
    except UnicodeDecodeError:  # it was read, and not even its column names are text
        return False


def suffer(dataset, name, damages, reader):
    """Do every damage to a file; count those that verify names and those that the reader does not notice."""
    path = dataset / name
    whole, times = path.read_bytes(), path.stat()
    intact = reader(path) if reader else None
    count = Counter()
    for what, damage in damages:
        damaged = damage(whole)
        assert damaged != whole
        path.write_bytes(damaged)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        count["n"] += 1
        named = any(problem.is_about(name) for problem in verify(dataset))
        assert named, f"{name}: {what}: verify does not name it"
        count["found"] += named
        if reader:
            try:
                seen = reader(path)
            except Exception:  # noqa: BLE001 - whatever it raises, it has noticed
                continue
            count["same" if is_same(seen, intact) else "other"] += 1
    path.write_bytes(whole)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return count


def compare(dataset, scale):
    """Every kind of damage, `scale` times as often as the full test does it; a row a kind."""
    rng = random.Random(20_240)
    tar = dataset / TAR
    size = tar.stat().st_size
    boundaries = range(0, size, BLOCK)
    some = rng.sample(boundaries, round(len(boundaries) * scale))
    anywhere = rng.choices(range(size), k=round(500 * scale))
    rows = {
        "tar cut at a 512-byte boundary": suffer(dataset, TAR, cuts(some), read_by_webdataset),
        "tar cut at a random byte": suffer(dataset, TAR, cuts(anywhere), read_by_webdataset),
        "tar, a bit flipped": suffer(dataset, TAR, flips(tar, round(500 * scale), rng), read_by_webdataset),
        "Parquet, a bit flipped": Counter(),
        "marker, plan, description, a bit flipped": Counter(),
    }
    for name in PARQUET:
        damages = flips(dataset / name, round(300 * scale / len(PARQUET)), rng)
        rows["Parquet, a bit flipped"] += suffer(dataset, name, damages, read_by_default)
    for name in SEALED:
        damages = flips(dataset / name, max(4, round(100 * scale / len(SEALED)) + 1), rng)
        rows["marker, plan, description, a bit flipped"] += suffer(dataset, name, damages, None)
    return rows


def table(rows):
    lines = [f"{'damage':<42} {'n':>5} {'named':>8}   passes the usual reader; of all, with the same data"]
    for what, count in rows.items():
        passed = count["same"] + count["other"]
        reader = "webdataset, strict" if what.startswith("tar") else "pq.read_table" if what.startswith("Parq") else ""
        beside = f"{passed / count['n']:.1%}; {count['same'] / count['n']:.1%} ({reader})" if reader else "-"
        lines.append(f"{what:<42} {count['n']:>5} {count['found'] / count['n']:>8.1%}   {beside}")
    return "\n".join(lines)


@pytest.mark.parametrize("scale", [0.05, pytest.param(1.0, marks=pytest.mark.slow)])
def test_all_damage_is_named(dataset, scale, capsys):
    assert list(verify(dataset)) == []
    rows = compare(dataset, scale)
    with capsys.disabled():
        print("\n" + table(rows))
    assert all(count["found"] == count["n"] > 0 for count in rows.values())
    if scale == 1.0:  # else too few to tell
        assert rows["tar cut at a 512-byte boundary"]["other"] and rows["tar, a bit flipped"]["other"]
        assert rows["Parquet, a bit flipped"]["same"] + rows["Parquet, a bit flipped"]["other"]
    assert list(verify(dataset)) == []


def test_bytes_behind_the_end_are_named(dataset, tmp_path):
    copy = shutil.copytree(dataset, tmp_path / "out")
    for name in (TAR, *PARQUET, *SEALED):
        path = copy / name
        whole = path.read_bytes()
        path.write_bytes(whole + b"\0")
        assert any(problem.is_about(name) for problem in verify(copy)), name
        path.write_bytes(whole)
