import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from fakes import FakeScorer

from mkaudio.pipeline.bank_vectors import bank_vectors, is_kept, keep_vectors, kept_file

TEXTS = [f"A dog barks {number} times." for number in range(300)]
SHAPE = (300, 8)


class CountingScorer(FakeScorer):
    n_read = 0

    def embed_text(self, texts):
        self.n_read += len(texts)
        return super().embed_text(texts)


@pytest.fixture
def path(tmp_path):
    return kept_file(tmp_path / "vectors", TEXTS, "scorer-1", 8)


def test_the_file_is_named_by_all_that_decides_its_bytes(tmp_path):
    names = {
        kept_file(tmp_path, texts, scorer, dimensions).name
        for texts, scorer, dimensions in [
            (["ab", "c"], "s", 8), (["a", "bc"], "s", 8), (["c", "ab"], "s", 8), (["ab", "c"], "t", 8),
            (["ab", "c"], "s", 9),
        ]
    }  # fmt: skip
    assert len(names) == 5 and kept_file(tmp_path, ["ab", "c"], "s", 8).name in names


def test_read_once_then_mapped_with_the_very_same_bits(path):
    first, second = CountingScorer(), CountingScorer()
    told = []
    made = keep_vectors(TEXTS, first, path, told.append)
    kept = bank_vectors(TEXTS, second, path)
    assert first.n_read == sum(told) == 300 and second.n_read == 0 and is_kept(path, SHAPE)
    assert isinstance(kept, np.memmap) and not kept.flags.writeable
    oracle = FakeScorer().embed_text(TEXTS)
    for one in (made, kept, bank_vectors(TEXTS, FakeScorer())):
        assert one.tobytes() == oracle.tobytes() and one.shape == SHAPE
    assert [one.name for one in path.parent.iterdir() if one.suffix != ".lock"] == [path.name]


def damage(path, how):
    whole = path.read_bytes()
    changed = {
        "cut": whole[:-40],
        "empty": b"",
        "flipped": whole[:500] + bytes([whole[500] ^ 1]) + whole[501:],
        "longer": whole + b"x",
        "other shape": sealed(whole[:-32].replace(b"(300, 8)", b"(8, 300)")),
    }[how]
    path.write_bytes(changed)


def sealed(array):
    return array + hashlib.sha256(array).digest()


@pytest.mark.parametrize("how", ["cut", "empty", "flipped", "longer", "other shape"])
def test_what_is_damaged_is_made_again(path, how):
    whole = keep_vectors(TEXTS, FakeScorer(), path).tobytes()
    damage(path, how)
    assert not is_kept(path, SHAPE)
    scorer = CountingScorer()
    assert bank_vectors(TEXTS, scorer, path).tobytes() == whole and scorer.n_read == 300 and is_kept(path, SHAPE)


def test_where_nothing_can_be_kept_it_is_made_in_memory(tmp_path):
    (tmp_path / "file").write_text("no folder")
    path = kept_file(tmp_path / "file" / "vectors", TEXTS, "scorer-1", 8)
    assert bank_vectors(TEXTS, FakeScorer(), path).tobytes() == FakeScorer().embed_text(TEXTS).tobytes()
    with pytest.raises(OSError, match="Not a directory"):
        keep_vectors(TEXTS, FakeScorer(), path)


def test_a_reader_that_fails_leaves_nothing(path):
    class Broken(FakeScorer):
        def embed_text(self, texts):
            raise RuntimeError("the model is broken")

    with pytest.raises(RuntimeError):
        bank_vectors(TEXTS, Broken(), path)
    assert not [one for one in path.parent.iterdir() if one.suffix != ".lock"]


def test_what_a_killed_process_left_is_swept(path):
    path.parent.mkdir()
    path.with_suffix(".1.partial").write_bytes(b"half")
    keep_vectors(TEXTS, FakeScorer(), path)
    assert not list(path.parent.glob("*.partial")) and is_kept(path, SHAPE)


@pytest.mark.slow
def test_several_processes_at_once_read_it_once(path, tmp_path):
    code = """
import sys, time, pathlib
from fakes import FakeScorer
from mkaudio.pipeline.bank_vectors import bank_vectors
class Slow(FakeScorer):
    def embed_text(self, texts):
        time.sleep(0.1)
        pathlib.Path(sys.argv[2]).open("a").write("read\\n")
        return super().embed_text(texts)
texts = [f"A dog barks {number} times." for number in range(300)]
print(hash(bank_vectors(texts, Slow(), pathlib.Path(sys.argv[1])).tobytes()))
"""
    notes = tmp_path / "notes"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", code, str(path), str(notes)]
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({one.communicate()[0] for one in started}) == 1 and not any(one.returncode for one in started)
    assert notes.read_text().count("read") == 3  # three blocks, by one of them
