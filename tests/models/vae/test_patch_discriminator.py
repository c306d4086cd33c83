"""The patch discriminator: how far a patch sees, and that rows are judged alone."""

import torch

from mkaudio.models.vae.patch_discriminator import PatchDiscriminator


def patches(frames=160):
    torch.manual_seed(0)
    return PatchDiscriminator(4), torch.randn(2, 1, 80, frames)


def test_all_patches_of_a_mel_are_judged_at_once():
    network, mel = patches()
    (logits,) = network(mel, network.starts(160, torch.Generator()))
    assert logits.shape == (2, 8 * 18)  # 80 x 160 halved three times, then two 4x4 convolutions that each take one away
    assert [one.shape[1] for one in network(torch.zeros(1, 1, 24, 24))] == [1]


def test_a_patch_sees_seventy_frames():
    """Of pix2pix. Norms look at the whole mel, so they are taken away here."""
    network, mel = patches()
    network.layers = torch.nn.Sequential(
        *(one for one in network.layers if not isinstance(one, torch.nn.InstanceNorm2d))
    )
    mel.requires_grad_()
    middle = network(mel)[0].view(2, 8, 18)[0, 4, 9]
    (gradient,) = torch.autograd.grad(middle, mel)
    seen = gradient[0, 0].abs().sum(dim=0).nonzero().flatten()
    assert len(seen) == seen[-1] - seen[0] + 1 == 70


def test_a_row_does_not_depend_on_the_others_nor_on_the_mode():
    network, mel = patches()
    together = network(mel)[0]
    assert torch.allclose(together[1], network.eval()(mel[1:])[0][0], atol=1e-6)


def test_size():
    """By hand, at 64 channels."""
    convolutions = [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1)]
    wanted = sum(16 * before * after + after for before, after in convolutions) + 2 * (128 + 256 + 512)
    assert sum(one.numel() for one in PatchDiscriminator(64).parameters()) == wanted
