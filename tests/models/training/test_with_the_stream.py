"""The pipeline's own stream feeds the loop: broken off and resumed, its sounds and losses are those of the unbroken training."""

import pytest
from training_fakes import FakeTask, config_of, rows_of, trained

from mkaudio.models.training.batches import Streams
from mkaudio.pipeline.stream import open_stream


def test_a_training_on_plain_shards_goes_on_to_the_bit(noises, tmp_path):
    def opened(rank, world_size):
        streams = [
            open_stream(noises, sample_rate_hz=8_000, batch_size=8, drop_last=True, rank=rank, world_size=world_size,
                        cache=tmp_path / "cache", seed=seed, epochs=epochs)
            for seed, epochs in ((0, None), (1, 1))
        ]  # fmt: skip
        return Streams(*streams)

    config = config_of(validate_every=3, checkpoint_every=4)  # an epoch has three batches
    trained(tmp_path / "a", config=config, streams=opened)

    def stopped(step, numbers):
        if step == 7:
            raise KeyError

    with pytest.raises(KeyError):
        trained(tmp_path / "b", config=config, streams=opened, progress=stopped)
    trained(tmp_path / "b", FakeTask(seed=4), config, opened, resume=True)
    for table in ("train", "val"):
        assert rows_of(tmp_path / "b", table) == rows_of(tmp_path / "a", table)
    others = open_stream(noises, sample_rate_hz=4_000, batch_size=8, drop_last=True, cache=tmp_path / "cache")
    with pytest.raises(ValueError, match="other settings of the compositions"):
        trained(tmp_path / "b", FakeTask(), config, lambda rank, n: Streams(others, opened(rank, n).val), resume=True)
