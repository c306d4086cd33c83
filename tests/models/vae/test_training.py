"""A step of the autoencoder: whose gradients are whose, what is random, which frames are heard."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional
from vae_steps import draw_of, gradients_of_a_rank, noises

from mkaudio.models.mel import MelConfig
from mkaudio.models.vae import adversarial
from mkaudio.models.vae.config import VaeConfig, VaeLossConfig
from mkaudio.models.vae.training import VaeTraining

VAE = VaeConfig((8, 8), 1, latent_channels=2)
LOSS = VaeLossConfig(kl_weight=0.01, adversarial_start_step=5, discriminator_channels=4, windows_frames=(8, 16))
MEL = MelConfig(n_mels=16)
NUMBERS = [
    "l1",
    "nll",
    "kl",
    "g_loss",
    "d_loss",
    "d_real",
    "d_fake",
    "adaptive_weight",
    "r1",
    "latent_mean",
    "latent_square",
]
GAME = NUMBERS[3:9]
BEFORE, DURING = draw_of(step=4), draw_of(step=5)


def made(crop_frames=24, **settings):
    return VaeTraining(VAE, replace(LOSS, crop_frames=crop_frames, **settings), MEL)


def gradients(module, loss):
    module.zero_grad(set_to_none=True)
    loss.backward()
    return {name: one.grad for name, one in module.named_parameters()}


def differing(found, wanted):
    """Name the gradients that differ by more than float32's noise; that of an attention's key bias is nothing but noise."""
    assert [name for name in found if found[name] is None] == [name for name in wanted if wanted[name] is None]
    names = [name for name in wanted if wanted[name] is not None]
    noise = {
        part: 1e-6 * max(wanted[name].norm() for name in names if name.startswith(part)) for part in ("autoencoder", "")
    }
    return [
        name
        for name in names
        if (found[name] - wanted[name]).norm()
        > 1e-4 * wanted[name].norm() + noise["autoencoder" if name.startswith("autoencoder") else ""]
    ]


def by_two_passes(module, batch, draw):
    """The same step written as LDM has it: the generator's loss is backpropagated, then the discriminator's."""
    real = module.crops(batch, draw)
    posterior = module.autoencoder.encode(real).latent_dist
    latent = posterior.mean + posterior.std * draw.normal("latent", posterior.mean.shape[1:])
    reconstruction = module.autoencoder.decode(latent).sample
    judge = module.discriminator
    starts = judge.starts(real.shape[-1], draw.shared("windows"))

    def judged(mel, side):
        shape = judge.noise_shape
        return judge(mel, starts, None if shape is None else draw.normal(f"dropout {side}", shape))

    s = module.log_variance
    nll = ((real - reconstruction).abs() / s.exp() + s).sum() / len(real)
    adversarial_loss = -sum(one.mean() for one in judged(reconstruction, "generator")) / len(judged(real, "real"))
    last = module.autoencoder.decoder.conv_out.weight
    lengths = [torch.autograd.grad(one, last, retain_graph=True)[0].norm() for one in (nll, adversarial_loss)]
    weight = (lengths[0] / (lengths[1] + 1e-4)).detach()
    generator = gradients(module, nll + 0.01 * posterior.kl().mean() + 0.5 * weight * adversarial_loss)

    real = real.clone().requires_grad_()
    of_real, of_fake = judged(real, "real"), judged(reconstruction.detach(), "fake")
    hinge = sum(
        functional.relu(1 - a).mean() + functional.relu(1 + b).mean() for a, b in zip(of_real, of_fake, strict=True)
    )
    (slope,) = torch.autograd.grad(sum(one.sum() for one in of_real), real, create_graph=True)
    penalty = slope.square().mean()
    judges = gradients(module, hinge / (2 * len(of_real)) + 5.0 * penalty)
    return {**generator, **{name: one for name, one in judges.items() if name.startswith("discriminator")}}


@pytest.mark.parametrize("discriminator", ["multi_window", "patch"])
def test_one_backward_gives_the_gradients_of_two_passes(discriminator):
    module = VaeTraining(VAE, replace(LOSS, discriminator=discriminator, crop_frames=24), replace(MEL, n_mels=24))
    batch = noises()
    wanted = by_two_passes(module, batch, DURING)
    loss, numbers = module(batch, DURING)
    found = gradients(module, loss)
    assert numbers["adaptive_weight"] > 0 and numbers["r1"] > 0
    assert set(found) == set(wanted) and all(one is not None for one in found.values())
    assert not differing(found, wanted)


@pytest.mark.parametrize(("discriminator", "draw"), [("multi_window", BEFORE), ("none", DURING)])
def test_where_there_is_no_game_the_numbers_say_zero_and_the_judge_learns_nothing(discriminator, draw):
    module = made(discriminator=discriminator)
    loss, numbers = module(noises(), draw)
    assert list(numbers) == NUMBERS and all(numbers[name] == 0 for name in GAME)
    assert loss.item() == pytest.approx((numbers["nll"] + 0.01 * numbers["kl"]).item())
    for name, one in gradients(module, loss).items():
        assert (one is None) == name.startswith("discriminator"), name


def test_the_numbers_are_what_they_say():
    module = made()
    loss, numbers = module(noises(), DURING)
    assert list(numbers) == NUMBERS
    assert all(one.shape == () and not one.requires_grad and one.isfinite() for one in numbers.values())
    n = {name: one.item() for name, one in numbers.items()}
    parts = n["nll"] + 0.01 * n["kl"] + 0.5 * n["adaptive_weight"] * n["g_loss"] + n["d_loss"] + 5 * n["r1"]
    assert loss.item() == pytest.approx(parts, rel=1e-5)
    assert n["nll"] == pytest.approx(n["l1"] * 16 * 24, rel=1e-5)  # at a log-variance of 0
    module.after_step(numbers)
    assert module.latent_moments.scale == pytest.approx((n["latent_square"] - n["latent_mean"] ** 2) ** -0.5, rel=1e-4)


@pytest.mark.parametrize("draw", [BEFORE, DURING], ids=["before", "during"])
def test_micro_batches_make_the_whole_batchs_gradients(draw, monkeypatch):
    """Of the game only where the adaptive weight is the same: every micro-batch has its own."""
    monkeypatch.setattr(adversarial, "adaptive_weight", lambda *_: torch.tensor(3.0))
    module, batch = made(), noises((16_000, 12_000, 9000, 16_000))
    draw = replace(draw, rows=range(10, 14))
    whole = gradients(module, module(batch, draw)[0])
    loss = sum(module(batch.part(rows), draw.part(rows))[0] for rows in (slice(0, 2), slice(2, 4))) / 2
    assert not differing(gradients(module, loss), whole)


def test_the_same_seed_and_step_give_the_same_bits_and_leave_the_processs_random_numbers_alone():
    module, batch = made(), noises()
    torch.manual_seed(1)
    expected = torch.rand(2)
    found = []
    for seed in (1, 7):
        torch.manual_seed(seed)
        state = torch.get_rng_state()
        loss, numbers = module(batch, DURING)
        found.append((loss, gradients(module, loss), numbers))
        assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(found[0][0], found[1][0])
    assert all(torch.equal(found[0][1][name], found[1][1][name]) for name in found[0][1])
    for other in (replace(DURING, step=6), replace(DURING, seed=1), replace(DURING, rows=range(2, 4))):
        assert not torch.equal(module(batch, other)[0], found[0][0])
    torch.manual_seed(1)
    same = made()
    assert torch.equal(torch.rand(2), expected)
    assert all(torch.equal(one, same.state_dict()[name]) for name, one in module.state_dict().items())


def test_crops_are_stretches_of_the_mel_inside_the_sound_or_its_beginning():
    lengths = (40 * 256, 16 * 256, 7 * 256, 17 * 256)
    batch, module = noises(lengths, 40 * 256), made(crop_frames=16)
    mel, _ = module.mels(batch)
    stretches = mel.unfold(3, 16, 1).movedim(3, 1)  # (4, starts, 1, 16, 16)
    seen = [set(), set(), set(), set()]
    for step in range(150):
        crops = module.crops(batch, draw_of(step=step, rows=range(4)))
        assert crops.shape == (4, 1, 16, 16)
        same = (stretches - crops[:, None]).abs().amax(dim=(2, 3, 4)) < 1e-5
        for row, starts in enumerate(seen):
            (start,) = same[row].nonzero().flatten().tolist()
            starts.add(start)
    assert seen == [set(range(25)), {0}, {0}, {0, 1}]


def test_mels_are_cut_to_the_factor_filled_up_with_silence_and_know_their_sound():
    batch = noises((16_000, 12_000))
    mel, n_frames = made(crop_frames=0).mels(batch)
    assert mel.shape == (2, 1, 16, 62) and n_frames.tolist() == [62, 46] and not mel.requires_grad
    assert torch.equal(mel[:, 0, :, :60], made().log_mel(batch.waveform[:, 0])[..., :60])
    odd = made(crop_frames=0).mels(noises((16_128, 15_999), 16_128))  # 63 frames, and 62 of sound
    assert odd[0].shape[-1] == 62 and odd[1].tolist() == [62, 62]
    short = replace(batch, waveform=batch.waveform[..., :2000], n_frames=torch.tensor([2000, 1000]))
    mel, n_frames = made(crop_frames=24).mels(short)
    assert mel.shape[-1] == 24 and n_frames.tolist() == [7, 3]
    first_silent = -(-(2000 + 384) // 256)
    assert torch.equal(mel[..., first_silent:], torch.full_like(mel[..., first_silent:], math.log10(1e-5)))
    assert made(crop_frames=0).mels(short)[0].shape[-1] == 16  # the longest window
    stereo = replace(batch, waveform=torch.cat([batch.waveform, 3 * batch.waveform], dim=1))
    assert torch.allclose(
        made().mels(stereo)[0], made().mels(replace(batch, waveform=2 * batch.waveform))[0], atol=1e-5
    )


def test_the_whole_window_is_trained_where_nothing_is_cropped():
    module = made(crop_frames=0)
    mel, _ = module.mels(noises())
    assert torch.equal(module.crops(noises(), DURING), mel)
    assert module(noises(), DURING)[0].isfinite()


def test_a_reconstruction_has_nothing_of_chance():
    module = made()
    mel, _ = module.mels(noises())
    one, same = module.reconstruct(mel), module.reconstruct(mel)
    assert one.shape == mel.shape and torch.equal(one, same)


def test_bfloat16_trains_with_losses_in_float32():
    module = made()
    with torch.autocast("cpu", torch.bfloat16):
        loss, numbers = module(noises(), DURING)
    assert loss.dtype == torch.float32 and all(one.dtype == torch.float32 for one in numbers.values())
    assert all(one.isfinite().all() for one in gradients(module, loss).values())
    assert numbers["l1"].item() == pytest.approx(module(noises(), DURING)[1]["l1"].item(), rel=0.02)


def test_a_few_steps_lower_the_error():
    module, batch = made(discriminator="none"), noises()
    optimizer = torch.optim.Adam(module.parameters(), 3e-3)
    found = []
    for step in range(1, 31):
        loss, numbers = module(batch, draw_of(step=step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(numbers["l1"].item())
    assert max(found[-5:]) < 0.5 * found[0]


def test_what_does_not_fit_is_refused_by_name():
    for message, vae, loss, mel, crop in (
        ("n_mels 16", VaeConfig((8,) * 6, 1), LOSS, MEL, 0),
        ("crop_frames 25", VAE, LOSS, MEL, 25),
        ("crop_frames -2", VAE, LOSS, MEL, -2),
        ("crop_frames 14", VAE, LOSS, MEL, 14),
        ("n_mels 16: the patch", VAE, VaeLossConfig(discriminator="patch"), MEL, 0),
        ("crop_frames 22", VAE, VaeLossConfig(discriminator="patch"), MelConfig(), 22),
    ):
        with pytest.raises(ValueError, match=message):
            VaeTraining(vae, replace(loss, crop_frames=crop), mel)


@pytest.mark.slow
@pytest.mark.parametrize("draw", [BEFORE, DURING], ids=["before", "during"])
def test_two_processes_make_the_gradients_of_one(draw, tmp_path):
    """The adaptive weight too: it is that of the whole batch."""
    batch, draw = noises((16_000, 12_000, 9000, 16_000)), replace(draw, rows=range(4))
    torch.multiprocessing.spawn(
        gradients_of_a_rank, (2, tmp_path / "store", made, batch, draw, tmp_path / "gradients"), nprocs=2
    )
    module = made()
    found = torch.load(tmp_path / "gradients", weights_only=True)
    assert not differing(found, gradients(module, module(batch, draw)[0]))


@pytest.mark.slow
def test_base_takes_a_step_of_ten_seconds():
    module = VaeTraining(VaeConfig(), VaeLossConfig(adversarial_start_step=0), MelConfig())
    loss, numbers = module(noises((160_000,), 160_000), draw_of(rows=range(1)))
    found = gradients(module, loss)
    assert all(one is not None and one.isfinite().all() for one in found.values())
    assert numbers["nll"].item() == pytest.approx(numbers["l1"].item() * 80 * 624, rel=1e-4)
