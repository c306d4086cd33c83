"""The multi-window discriminator: its size, what each window sees, and dropout that is a function of the noise it is given."""

import pytest
import torch
from torch.nn import functional

from mkaudio.models.vae.discriminator import MultiWindowDiscriminator, kept_channels, window_starts

WINDOWS = (16, 32)


@pytest.fixture
def small():
    torch.manual_seed(0)
    return MultiWindowDiscriminator(16, WINDOWS, 8)


def mel_of(rows=2, frames=48, seed=0):
    return torch.randn(rows, 1, 16, frames, generator=torch.Generator().manual_seed(seed))


def test_the_papers_size():
    """0.93 million parameters; by hand: three convolutions, two norms and a head for each window."""
    counted = sum(one.numel() for one in MultiWindowDiscriminator().parameters())
    shared = (9 * 128 + 128) + 2 * (128 * 128 * 9 + 128) + 2 * 2 * 128
    assert counted == sum(shared + 128 * 10 * (window // 8) + 1 for window in (32, 64, 128)) == 926_723


def test_each_window_has_a_logit_a_row(small):
    assert [one.shape for one in small(mel_of(3), [0, 5])] == [(3, 1), (3, 1)]
    assert [one.shape for one in MultiWindowDiscriminator(20, (9, 33), 4)(torch.zeros(2, 1, 20, 40), [1, 7])] == [
        (2, 1)
    ] * 2


def test_a_window_sees_its_own_frames_and_no_others(small):
    mel, starts = mel_of().requires_grad_(), [20, 3]
    for number, logits in enumerate(small(mel, starts)):
        (gradient,) = torch.autograd.grad(logits.sum(), mel, retain_graph=True)
        seen = gradient.abs().sum(dim=(0, 1, 2)).nonzero().flatten().tolist()
        assert seen == list(range(starts[number], starts[number] + WINDOWS[number]))


def test_a_windows_layers_are_those_of_the_source(small):
    """Convolution, leaky rectifier, dropped channels, and from the second block on a norm; then one linear head."""
    mel, noise = mel_of(), torch.randn(2, *small.noise_shape, generator=torch.Generator().manual_seed(3))
    critic, hidden = small.critics[1], mel[..., 5 : 5 + 32]
    with torch.no_grad():
        for one in critic.norms:
            one.weight.normal_()
            one.bias.normal_()
    for block in range(3):
        weight, bias = critic.convolutions[block].parameters()
        hidden = functional.leaky_relu(functional.conv2d(hidden, weight, bias, stride=2, padding=1), 0.2)
        hidden = hidden * kept_channels(noise)[:, 3 + block, :, None, None]
        if block:
            norm = critic.norms[block - 1]
            deviation = (hidden.var(dim=(2, 3), correction=0, keepdim=True) + 1e-5).sqrt()
            hidden = (hidden - hidden.mean(dim=(2, 3), keepdim=True)) / deviation
            hidden = hidden * norm.weight[:, None, None] + norm.bias[:, None, None]
    assert torch.allclose(small(mel, [0, 5], noise)[1], critic.head(hidden.reshape(2, -1)), atol=1e-5)


def test_a_row_does_not_depend_on_the_others(small):
    mel, noise = mel_of(3), torch.randn(3, *small.noise_shape)
    together = small(mel, [0, 5], noise)
    for row in range(3):
        alone = small(mel[row : row + 1], [0, 5], noise[row : row + 1])
        assert all(torch.allclose(a[row], b[0], atol=1e-6) for a, b in zip(together, alone, strict=True))


def test_what_is_dropped_is_a_function_of_the_noise(small):
    mel, noise = mel_of(), torch.randn(2, *small.noise_shape, generator=torch.Generator().manual_seed(1))
    one, same, other = (torch.cat(small(mel, [0, 5], given)) for given in (noise, noise, -noise))
    assert torch.equal(one, same) and not torch.allclose(one, other)
    torch.manual_seed(2)
    assert torch.equal(torch.cat(small.train()(mel, [0, 5])), torch.cat(small.eval()(mel, [0, 5])))


def test_a_dropped_channel_is_seen_by_nothing(small):
    """In the last block the head's columns of a dropped channel multiply what the norm makes of zeros: its bias, which is 0."""
    mel, noise = mel_of(1), torch.full((1, *small.noise_shape), 3.0)
    noise[0, 2, 5] = -3.0  # the first window's third block
    before = small(mel, [0, 5], noise)
    with torch.no_grad():
        small.critics[0].head.weight.view(8, -1)[5] += 100.0
    after = small(mel, [0, 5], noise)
    assert torch.equal(before[0], after[0]) and torch.equal(before[1], after[1])
    assert not torch.allclose(small(mel, [0, 5])[0], before[0])


def test_dropout_drops_its_share_and_keeps_the_mean():
    kept = kept_channels(torch.randn(200_000, generator=torch.Generator().manual_seed(0)))
    assert kept.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert (kept == 0).double().mean().item() == pytest.approx(0.25, abs=0.005)
    assert kept_channels(torch.zeros(4), 0.6).tolist() == [0.0] * 4


def test_starts_are_everywhere_that_fits_and_come_from_the_generator():
    generator = torch.Generator().manual_seed(0)
    drawn = [window_starts(35, WINDOWS, generator) for _ in range(600)]
    assert {one for one, _ in drawn} == set(range(20)) and {one for _, one in drawn} == set(range(4))
    assert window_starts(35, WINDOWS, torch.Generator().manual_seed(0)) == drawn[0]
    assert window_starts(32, WINDOWS, generator)[1] == 0


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="31 frames"):
        window_starts(31, WINDOWS, torch.Generator())
    with pytest.raises(ValueError, match="windows"):
        MultiWindowDiscriminator(16, (32, 7))
    with pytest.raises(ValueError, match="4 mels"):
        MultiWindowDiscriminator(4)
