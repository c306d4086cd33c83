"""A catalog says of every clip what the tables say, quickly."""

import pickle
import random
import time

import pytest
from streaming import clip_of, made_dataset

from mkaudio.pipeline.stream import open_catalog
from mkaudio.shards import DatasetReader


def test_it_says_what_the_tables_say(noises, tmp_path):
    catalog = open_catalog(noises, cache=tmp_path)
    samples = list(DatasetReader(noises))
    assert len(catalog) == len(samples) == 29 and catalog.bounds.tolist() == [0, 7, 19, 20, 29]
    for index, sample in enumerate(samples):
        base, place, row, clip = catalog.base(index), catalog.place(index), sample.row, clip_of(index)
        for name in ("key", "prompt", "n_events", "n_frames", "sample_rate_hz", "channels", "bit_depth", "licence",
                     "attribution", "group", "source_url"):  # fmt: skip
            assert getattr(base, name) == row[name], name
        assert base.index == index and base.heard == clip.events and base.attribution == clip.attribution
        assert (place.key, place.offset, place.size) == (base.key, row["flac_offset"], row["flac_size"])
        tar = noises / "shards" / f"{place.shard:06d}.tar"
        assert tar.read_bytes()[place.offset : place.offset + place.size] == sample.flac
        assert place.tar_size == tar.stat().st_size
    assert catalog.longest_s == pytest.approx((200 + 13 * 28) / 8_000)


def test_numbers_out_of_range_are_an_index_error(noises, tmp_path):
    catalog = open_catalog(noises, cache=tmp_path)
    for index in (-1, 29):
        with pytest.raises(IndexError, match="29"):
            catalog.base(index)


def test_another_process_opens_it_by_its_folder(noises, tmp_path):
    catalog = open_catalog(noises, cache=tmp_path)
    sent = pickle.dumps(catalog)
    assert len(sent) < 500 and pickle.loads(sent).base(11) == catalog.base(11)


def test_a_clip_is_known_within_60_microseconds(tmp_path):
    catalog = open_catalog(made_dataset(tmp_path / "out", (40,) * 5), cache=tmp_path)
    numbers = random.Random(0).choices(range(200), k=300)
    took_s = []
    for _ in range(5):
        started = time.perf_counter()
        for index in numbers:
            catalog.base(index)
        took_s.append((time.perf_counter() - started) / len(numbers))
    assert min(took_s) < 60e-6
