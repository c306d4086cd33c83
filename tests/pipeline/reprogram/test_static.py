"""The static twin of a stream: the same sounds, sentences and provenance, as a dataset that is whole."""

import shutil
from functools import partial

import numpy as np
import pytest
from composing import FakeEvents
from distilling import digests, quiet, run_distill
from fakes import FakeToolbox
from static_twin import EVENTS, HereEngine, StoppedError, clips_in, samples_of, write_twin

from mkaudio.pipeline import (
    DistillConfig,
    Limits,
    LocalEngine,
    RayEngine,
    Workers,
    distill,
    open_sources,
    opened_output,
)
from mkaudio.shards import DatasetReader, composition_of, decode_flac, open_storage, quantise, read_dataset_info, verify

N = 19


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return clips_in(tmp_path_factory.mktemp("static") / "clips")


@pytest.fixture(scope="module")
def twin(clips):
    """Epochs 0 and 1 of 19 clips, and what made them."""
    samples = samples_of(clips, clips.parent)
    summary = write_twin(samples, clips.parent / "twin")
    assert summary.sources_close and summary.windows_close and summary.counts["windows_committed"] == 2 * N
    return clips.parent / "twin", samples


def samples_in(dataset):
    return list(DatasetReader(dataset))


def stored(sample):
    return quantise(decode_flac(sample.flac)[0], sample.row["bit_depth"])


def assert_is_twin(dataset, samples, epochs):
    found = samples_in(dataset)
    numbers = [epoch * len(samples) + index for epoch in epochs for index in range(len(samples))]
    assert len(found) == len(numbers)
    for sample, number in zip(found, numbers, strict=True):
        made = samples.made(number)
        assert np.array_equal(stored(sample), made.samples)
        assert composition_of(sample.row) == made.composition
        assert sample.row["prompt"] == samples[number].prompt and sample.row["expert"] == "reprogram"
    return [composition_of(sample.row) for sample in found]


def test_it_is_the_stream_and_it_is_whole(twin):
    dataset, samples = twin
    made = assert_is_twin(dataset, samples, range(2))
    assert len({one.relation for one in made}) > 6 and {len(one.parts) for one in made} == {1, 2, 3}
    assert list(verify(dataset)) == []
    assert read_dataset_info(open_storage(dataset)).is_composed


@pytest.mark.parametrize(("bit_depth", "channels", "stored_channels"), [(24, 1, 2), (24, 2, 1), (16, 2, 2)], ids=str)
def test_any_depth_and_number_of_channels(tmp_path, bit_depth, channels, stored_channels):
    clips = clips_in(tmp_path / "clips", (5,), bit_depth=bit_depth, channels=stored_channels)
    samples = samples_of(clips, tmp_path, channels=channels)
    write_twin(samples, tmp_path / "twin", range(1))
    made = assert_is_twin(tmp_path / "twin", samples, range(1))
    assert {(one.bit_depth, one.channels) for one in made} == {(bit_depth, channels)}
    assert list(verify(tmp_path / "twin")) == []


def test_a_range_of_epochs_is_that_part_of_a_longer_one(twin, tmp_path):
    dataset, samples = twin
    write_twin(samples, tmp_path / "second", range(1, 2), samples_per_shard=99)
    for part, whole in zip(samples_in(tmp_path / "second"), samples_in(dataset)[N:], strict=True):
        assert part.flac == whole.flac and part.row["prompt"] == whole.row["prompt"]
        assert composition_of(part.row) == composition_of(whole.row)


def test_stopped_between_shards_and_resumed_it_has_the_same_bytes(twin, tmp_path):
    dataset, samples = twin
    with pytest.raises(StoppedError):
        write_twin(samples, tmp_path / "twin", engine=partial(HereEngine, stop_before=2))
    assert len(digests(tmp_path / "twin")) < len(digests(dataset))
    write_twin(samples, tmp_path / "twin", mode="resume")
    assert digests(tmp_path / "twin") == digests(dataset)


def test_clips_that_stay_alone_are_there_in_every_epoch(clips, tmp_path):
    samples = samples_of(clips, tmp_path, weights=(1.0, 0.0, 0.0))
    summary = write_twin(samples, tmp_path / "twin", range(3), samples_per_shard=99)
    assert summary.counts["sources_duplicate"] == 0 and summary.counts["windows_committed"] == 3 * N
    flacs = [sample.flac for sample in samples_in(tmp_path / "twin")]
    assert flacs[:N] == flacs[N : 2 * N] == flacs[2 * N :]


def test_a_prompt_stays_to_the_letter_and_a_silent_clip_stays(tmp_path, monkeypatch):
    """Lint would mend the one, and distill leaves out the other: they are in the stream, so they are here."""
    monkeypatch.setattr("streaming.noise_of", lambda number, *_: np.zeros((1, 300), np.int16))
    clips = clips_in(tmp_path / "clips", (2,), prompt="Label: a owl  hoots (0.83)")
    samples = samples_of(clips, tmp_path, weights=(1.0, 0.0, 0.0))
    assert write_twin(samples, tmp_path / "twin", range(1)).counts["windows_committed"] == 2
    assert {sample.prompt for sample in samples_in(tmp_path / "twin")} == {"Label: a owl  hoots (0.83)"}
    assert list(verify(tmp_path / "twin")) == []


def test_every_sample_is_made_again_from_the_manifest_alone(twin):
    dataset, _ = twin
    other = samples_of(dataset.parent / "clips", dataset.parent, seed=99, weights=(1.0, 0.0, 0.0))
    for sample in samples_in(dataset):
        assert np.array_equal(other.rebuilt(composition_of(sample.row)), stored(sample))
    wrong = samples_of(dataset.parent / "clips", dataset.parent, events=FakeEvents(EVENTS[1:] + EVENTS[:1]))
    with pytest.raises(ValueError, match=r"event 000000000\d \(.*\): not in this event database"):
        for sample in samples_in(dataset):
            wrong.rebuilt(composition_of(sample.row))


def test_parts_list_every_licence_and_whom_to_credit(twin):
    n_joined = 0
    for row in (sample.row for sample in samples_in(twin[0])):
        for part in row["parts"]:
            assert part["licence"] in row["licence"] and part["attribution"] in row["attribution"]
            assert part["origin"] == "clip" or part["licence"] == f"licence of {part['label']}"
        n_joined += "; " in row["licence"]
    assert n_joined > 10


@pytest.mark.slow
def test_an_unfinished_plan_of_another_seed_is_not_taken_over(clips, tmp_path, monkeypatch):
    """The listing is the same, the lengths are not."""
    monkeypatch.setattr("mkaudio.pipeline.index_pass.read_indexed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_twin(samples_of(clips, tmp_path, seed=1), tmp_path / "twin", samples_per_shard=99)
    monkeypatch.undo()
    samples = samples_of(clips, tmp_path, seed=2)
    write_twin(samples, tmp_path / "twin", mode="resume", samples_per_shard=99)
    assert_is_twin(tmp_path / "twin", samples, range(2))


def test_distill_does_not_go_on_with_it_nor_it_with_a_distilled_one(twin, tones, tmp_path):
    dataset, samples = twin
    for mode in ("resume", "append"):
        with pytest.raises(ValueError, match="was written by mkaudio reprogram"):
            run_distill([tones], dataset, mode)
    with pytest.raises(ValueError, match="was written by mkaudio distill"):
        write_twin(samples, distilled(tones, tmp_path / "distilled"), mode="resume")


def distilled(tones, output):
    config, factory, storage = DistillConfig(), FakeToolbox(), open_storage(output)
    with opened_output(storage, "new", config, factory) as (info, _):
        distill(storage, info, open_sources([tones / "1.wav"]), config, HereEngine(factory), quiet)
    return output


def local(factory, storage, source, lock):
    return LocalEngine(factory, storage, Limits(60.0, None), lock)


def by_ray(factory, storage, source, lock):
    return RayEngine(factory, storage, [source], Limits(60.0, None), Workers(count=2), print)


@pytest.mark.slow
@pytest.mark.parametrize("engine", [local, by_ray])
def test_every_engine_writes_the_same_bytes(twin, tmp_path, ray_session, engine):
    dataset, samples = twin
    write_twin(samples, tmp_path / "twin", engine=engine)
    assert digests(tmp_path / "twin") == digests(dataset)


@pytest.mark.slow
def test_in_an_object_store_it_has_the_same_bytes(twin, s3):
    dataset, samples = twin
    write_twin(samples, s3.address("twin"))
    for name in digests(dataset):
        assert s3.get(f"twin/{name}") == (dataset / name).read_bytes(), name
    assert list(verify(s3.address("twin"))) == []


@pytest.mark.slow
def test_a_clip_that_cannot_be_read_ends_it_with_its_name_and_nothing_in_its_place(clips, tmp_path):
    damaged = shutil.copytree(clips, tmp_path / "clips")
    samples = samples_of(damaged, tmp_path)
    tar = bytearray((damaged / "shards" / "000002.tar").read_bytes())
    row = next(iter(DatasetReader(damaged).samples(2, ["0000000011"]))).row
    at = row["flac_offset"] + row["flac_size"] // 2
    tar[at : at + 40] = bytes(40)
    (damaged / "shards" / "000002.tar").write_bytes(tar)
    for engine in (HereEngine, local):
        with pytest.raises(RuntimeError, match="0000000011 of shard 2: damaged: "):
            write_twin(samples, tmp_path / engine.__name__, engine=engine)
        assert not read_dataset_info(open_storage(tmp_path / engine.__name__)).counts
