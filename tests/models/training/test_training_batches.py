"""Parts of a batch are its rows, and nothing else of it changes."""

import torch
from training_fakes import FakeStream

from mkaudio.models.training.batches import SoundBatch


def test_the_parts_of_a_batch_make_it_up():
    made = FakeStream().batch(1, 2)
    batch = SoundBatch.of(made, torch.device("cpu"))
    parts = [batch.part(slice(0, 3)), batch.part(slice(3, 8))]
    assert torch.equal(torch.cat([one.waveform for one in parts]), made.waveform)
    assert torch.equal(torch.cat([one.n_frames for one in parts]), made.n_frames)
    assert [key for one in parts for key in one.keys] == made.keys and len(batch) == 8
    assert [prompt for one in parts for prompt in one.prompts] == made.prompts
    assert {(one.epoch, one.step) for one in parts} == {(1, 2)}
