"""Compositions as inputs: what is listed of one is what is in it, and what was made for its sound is not made again."""

import pickle

import numpy as np
import pytest
from static_twin import clips_in, samples_of

from mkaudio.pipeline.reprogram import source as module
from mkaudio.pipeline.reprogram.source import CompositionSource
from mkaudio.pipeline.reprogram.wav import read_samples
from mkaudio.shards import probe


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    return samples_of(clips_in(folder / "clips"), folder, channels=2)


def test_every_clip_of_every_epoch_is_listed_once_in_the_order_of_paths(samples):
    listed = list(CompositionSource(samples, "f", range(9, 12)).inputs())
    paths = [item.path for item in listed]
    assert len(listed) == 3 * 19 and paths == sorted(paths, key=str.encode) and len({*paths}) == len(paths)
    assert {item.kind for item in listed} == {"composition"} and listed[19].path == "000010/0000000000"
    few = [item.path for item in CompositionSource(samples, "f", range(9, 12), limit=2).inputs()]
    assert few == [path for path in paths if path.endswith(("00", "01"))]


def test_what_is_listed_is_what_a_probe_would_find_and_what_the_parts_state(samples):
    source = CompositionSource(samples, "f", range(2))
    several = 0
    for item in source.inputs():
        with source.open(item) as handle:
            assert probe(handle) == item.info
            sound = handle.getvalue()
        composition = source.composition(item)
        assert np.array_equal(read_samples(sound, 16), samples.made(19 * composition.epoch + composition.index).samples)
        licences = [part.licence for part in composition.parts if part.licence]
        assert item.licence == "; ".join(dict.fromkeys(licences))
        several += "; " in item.licence
        (clip,) = (part for part in composition.parts if part.origin == "clip")
        assert clip.attribution in item.attribution and item.group == samples.base(composition.index).group
    assert several > 10


def test_what_was_made_for_the_sound_is_at_hand_for_the_provenance(samples, monkeypatch):
    source = pickle.loads(pickle.dumps(CompositionSource(samples, "f", range(2))))
    numbers = []
    made = module.Samples.made
    monkeypatch.setattr(module.Samples, "made", lambda self, number: numbers.append(number) or made(self, number))
    monkeypatch.setattr(module, "_AT_HAND", 5)
    items = list(source.inputs())
    for item in items[:9]:
        source.open(item)
    expected = [made(samples, number).composition for number in range(9)]
    assert [source.composition(item) for item in items[:9]] == expected
    assert numbers == [*range(9), *range(4)], "the first four were let go, so they are made again; none else"
    assert pickle.loads(pickle.dumps(source)).composition(items[3]) == expected[3]


def test_its_identity_names_what_decides_it_and_its_epochs(samples):
    assert CompositionSource(samples, "abc", range(1, 4)).identity == "abc 1:4"
