import pytest
from distilling import run_distill

from mkaudio.shards import DatasetReader


def test_by_key_and_in_order_are_the_same_samples(tones, tmp_path):
    run_distill([tones], tmp_path / "out")
    reader = DatasetReader(tmp_path / "out")
    samples = list(reader)
    assert [sample.key for sample in samples] == sorted(sample.key for sample in samples) and len(samples) == 13
    assert all(reader.sample(sample.key) == sample for sample in samples)
    with pytest.raises(KeyError, match="no sample 0000000099"):
        reader.sample("0000000099")
    second_shard = [sample.key for sample in samples][4:7][::-1]  # shards of four; in the order asked for
    assert reader.samples(1, second_shard) == [reader.sample(key) for key in second_shard]
    with pytest.raises(KeyError, match="no sample 0000000000 in shard 1"):
        reader.samples(1, ["0000000000"])


def test_a_clip_asked_for_twice_comes_twice(tones, tmp_path):
    run_distill([tones], tmp_path / "out")
    reader = DatasetReader(tmp_path / "out")
    key = next(iter(reader)).key
    assert reader.samples(0, [key, key]) == [reader.sample(key)] * 2
