"""A sample by its number: of its clip and epoch alone, and an error where its sound is not the one that was stored."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from streaming import noise_of

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.compose import Composed, Composer
from mkaudio.pipeline.stream import SampleError, Samples, open_catalog
from mkaudio.pipeline.stream.local_copies import LocalCopies
from mkaudio.pipeline.stream.tars import Tars
from mkaudio.shards import dequantise


class Turned:
    """A stand-in that makes another sample in every epoch: the sound turned round, the prompt with the epoch."""

    def compose(self, epoch, base, read):
        made = Composer(Recipe(sample_rate_hz=8_000), None, None).compose(epoch, base, read)
        prompt = f"{made.composition.prompt} In epoch {epoch}."
        return Composed(np.roll(made.samples, epoch, axis=1), replace(made.composition, prompt=prompt))


def samples_of(dataset, cache):
    copies = LocalCopies(cache / "copies", 1)
    return Samples(open_catalog(dataset, cache=cache), Tars(str(dataset), "fake", copies), Turned())


def test_a_number_is_an_epoch_and_a_clip(noises, tmp_path):
    samples = samples_of(noises, tmp_path)
    assert len(samples) == 29
    for epoch, clip in ((0, 0), (0, 28), (1, 5), (7, 28)):
        sample = samples[29 * epoch + clip]
        assert sample.prompt == f"Noise number {clip}. In epoch {epoch}." and sample.key == f"{clip:010d}"
        assert np.array_equal(sample.waveform, np.roll(dequantise(noise_of(clip, 200 + 13 * clip), 16), epoch, axis=1))
        assert sample.provenance.epoch == epoch and sample.provenance.index == clip
    assert pickle.loads(pickle.dumps(samples))[30].prompt == samples[30].prompt
    with pytest.raises(IndexError, match="count from 0"):
        samples[-1]


def test_a_damaged_flac_is_named_and_nothing_comes_in_its_place(own_noises, tmp_path):
    samples = samples_of(own_noises, tmp_path)
    place = open_catalog(own_noises, cache=tmp_path).place(9)
    with (own_noises / "shards" / "000002.tar").open("r+b") as tar:
        tar.seek(place.offset + place.size // 2)
        tar.write(bytes(50))
    with pytest.raises(SampleError, match=r"sample 0000000009 of shard 2: damaged: .*; see mkaudio verify"):
        samples[9]
    assert samples[10].prompt.startswith("Noise number 10.")


def test_a_sound_that_the_manifest_does_not_state_is_refused(noises, tmp_path, monkeypatch):
    samples = samples_of(noises, tmp_path)
    monkeypatch.setattr(
        "mkaudio.pipeline.stream.samples.decode_flac_part", lambda *_: (np.zeros((1, 99), np.float32), 8_000, 99)
    )
    with pytest.raises(SampleError, match="99 frames, 1 channels, 8,000 Hz in its FLAC, 213, 1, 8,000 in the manifest"):
        samples[1]
