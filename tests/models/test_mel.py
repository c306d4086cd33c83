"""The mel front end against librosa in double precision, and Griffin-Lim against the mel that it was given."""

import warnings

import librosa
import numpy as np
import pytest
import soxr
import torch

from mkaudio.models.mel import LogMel, MelConfig, griffin_lim
from mkaudio.shards import AudioReader, probe

PAPER = MelConfig()
WIDE = MelConfig(44_100, n_fft=2048, win_samples=2048, hop_samples=512, n_mels=128, f_min_hz=20.0, f_max_hz=20_000.0)
SHORT_WINDOW = MelConfig(n_fft=1024, win_samples=640, hop_samples=160, n_mels=64)


def by_librosa(waveform, config):
    """The definition, in double precision."""
    padded = np.pad(waveform.astype(np.float64), (config.n_fft - config.hop_samples) // 2, mode="reflect")
    spectrum = librosa.stft(
        padded,
        n_fft=config.n_fft,
        hop_length=config.hop_samples,
        win_length=config.win_samples,
        center=False,
        dtype=np.complex128,
    )
    bank = librosa.filters.mel(
        sr=config.sample_rate_hz,
        n_fft=config.n_fft,
        n_mels=config.n_mels,
        fmin=config.f_min_hz,
        fmax=config.f_max_hz,
        dtype=np.float64,
    )
    return np.log10(np.maximum(bank @ np.sqrt(np.abs(spectrum) ** 2 + 1e-9), 1e-5))


def mel_of(waveform, config=PAPER):
    return LogMel(config)(torch.from_numpy(waveform)[None])[0].numpy()


def differs(found, wanted, config):
    wrong = np.abs(found - wanted) > 1e-4
    if config is not PAPER:  # float32 sees no deeper than six decades below a frame's loudest mel
        wrong &= np.abs(10**found - 10**wanted) > 1e-7 * 10 ** wanted.max(axis=0)
    return wrong.any()


def tone(f_hz, duration_s=1.0, rate_hz=16_000, amplitude=0.5):
    seconds = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (amplitude * np.sin(2 * np.pi * f_hz * seconds)).astype(np.float32)


def noise(n_samples=16_000, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, n_samples).astype(np.float32)


def demo_sound(folder, name, rate_hz):
    with (folder / f"{name}.mp3").open("rb") as handle:
        info = probe(handle)
        with AudioReader(handle, info) as reader:
            samples = reader.read(0, info.n_frames)
    return soxr.resample(samples[0], info.sample_rate_hz, rate_hz)


@pytest.mark.parametrize("config", [PAPER, WIDE, SHORT_WINDOW], ids=["paper", "44.1 kHz", "short window"])
@pytest.mark.parametrize("kind", ["noise", "tone", "silence", "one click", "odd length"])
def test_the_mel_is_librosas(config, kind):
    rate_hz = config.sample_rate_hz
    waveform = {
        "noise": noise(rate_hz),
        "tone": tone(1000, rate_hz=rate_hz),
        "silence": np.zeros(rate_hz, np.float32),
        "one click": np.eye(1, rate_hz, 5000, dtype=np.float32)[0],
        "odd length": noise(10_007),
    }[kind]
    found = mel_of(waveform, config)
    assert found.shape == (config.n_mels, len(waveform) // config.hop_samples)
    assert not differs(found, by_librosa(waveform, config), config)


@pytest.mark.parametrize("config", [PAPER, WIDE], ids=["paper", "44.1 kHz"])
def test_the_mel_of_real_sound_is_librosas(demo_sounds, config):
    names = sorted(path.stem for path in demo_sounds.glob("*.mp3"))
    assert len(names) == 10
    for name in names:
        waveform = demo_sound(demo_sounds, name, config.sample_rate_hz)
        assert not differs(mel_of(waveform, config), by_librosa(waveform, config), config), name


def test_ten_seconds_are_624_frames_and_silence_is_the_floor():
    assert PAPER.n_frames(159_744) == 624 and PAPER.frames_per_s == 62.5 and PAPER.pad_samples == 384
    assert np.abs(mel_of(np.zeros(159_744, np.float32)) + np.full((80, 624), 5.0, np.float32)).max() < 1e-6


def test_a_tone_is_in_the_mel_that_slaneys_formula_says():
    def mels(f_hz):  # linear up to 1 kHz, then 27 mels an octave of 6.4. Source: Slaney, Auditory Toolbox
        return f_hz / (200 / 3) if f_hz < 1000 else 15 + 27 * np.log(f_hz / 1000) / np.log(6.4)

    for f_hz in (310, 1000, 3210):
        nearest = round(mels(f_hz) / mels(8000) * 81) - 1  # 80 peaks, evenly spaced between the ends
        assert set(mel_of(tone(f_hz)).argmax(axis=0)[2:-2]) == {nearest}


def test_a_rows_mel_does_not_depend_on_the_others():
    waveforms = torch.from_numpy(np.stack([noise(4096, seed) for seed in range(3)]))
    log_mel = LogMel(PAPER)
    assert all(torch.equal(log_mel(waveforms)[row], log_mel(waveforms[row : row + 1])[0]) for row in range(3))


def test_autocast_and_the_state_leave_the_mel_alone():
    log_mel, waveform = LogMel(PAPER), torch.from_numpy(noise())[None]
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(log_mel(waveform), log_mel.float()(waveform))
        assert log_mel(waveform).dtype == torch.float32
    assert not log_mel.state_dict()


def test_the_gradient_is_that_of_differences():
    log_mel = LogMel(PAPER)
    waveform = torch.from_numpy(noise(2048)).requires_grad_()
    direction = torch.from_numpy(noise(2048, seed=1))
    weights = torch.from_numpy(noise(80 * 8, seed=2)).view(80, 8)
    (log_mel(waveform[None])[0] * weights).sum().backward()
    one, other = (
        by_librosa((waveform.detach().double() + step * direction.double()).numpy(), PAPER) for step in (1e-4, -1e-4)
    )
    slope = ((one - other) / 2e-4 * weights.double().numpy()).sum()
    assert abs((waveform.grad * direction).sum().item() / slope - 1) < 1e-3


def test_silence_has_a_gradient_that_is_a_number():
    waveform = torch.zeros(1, 2048, requires_grad=True)
    LogMel(MelConfig(floor=1e-7))(waveform).sum().backward()
    assert torch.isfinite(waveform.grad).all()


def test_griffin_lim_makes_a_sound_of_the_same_mel():
    log_mel = mel_of(noise(12_800))
    sound = griffin_lim(log_mel, PAPER)
    assert sound.dtype == np.float32 and sound.shape == (12_800,)
    apart = np.abs(mel_of(sound) - log_mel)
    # seen: .023 in the middle, .016 to .023 at the ends; .04 to .07 at the ends without their reflection
    assert apart.mean() < 0.03 and max(apart[:, 0].mean(), apart[:, -1].mean()) < 0.03
    one, again, other = (griffin_lim(log_mel, PAPER, n_iterations=2, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_griffin_lim_keeps_pitch_and_loudness():
    log_mel = mel_of(tone(1000, 0.64))
    sound = griffin_lim(log_mel, PAPER)
    assert np.abs(np.fft.rfft(sound)).argmax() * 16_000 / len(sound) == pytest.approx(1000, abs=10)
    assert np.sqrt(np.mean(sound[2000:-2000] ** 2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.2)
    assert not griffin_lim(np.full((80, 8), -5.0), PAPER).any()


@pytest.mark.slow
def test_griffin_lim_makes_real_sounds_again(demo_sounds):
    for path in sorted(demo_sounds.glob("*.mp3")):
        log_mel = mel_of(demo_sound(demo_sounds, path.stem, 16_000))
        assert np.abs(mel_of(griffin_lim(log_mel, PAPER)) - log_mel).mean() < 0.1, path.stem  # seen: .022 to .070


def test_what_cannot_be_is_said():
    for setting in (
        {"sample_rate_hz": 0},
        {"n_fft": 1023},
        {"win_samples": 2048},
        {"hop_samples": 255},
        {"hop_samples": 2048},
        {"n_mels": 0},
        {"f_max_hz": 8001.0},
        {"f_min_hz": 8000.0},
        {"floor": 0.0},
        {"magnitude_epsilon": float("nan")},
    ):
        (name,) = setting
        with pytest.raises(ValueError, match=name):
            MelConfig(**setting)
    with warnings.catch_warnings(), pytest.raises(ValueError, match="n_mels 500"):
        warnings.simplefilter("ignore")
        LogMel(MelConfig(n_mels=500))
    LogMel(PAPER)(torch.zeros(1, 385))
    with pytest.raises(ValueError, match="at least 385"):
        LogMel(PAPER)(torch.zeros(1, 384))
    with pytest.raises(ValueError, match="80, frames"):
        griffin_lim(np.zeros((64, 10)), PAPER)
    with pytest.raises(ValueError, match="1 frames"):
        griffin_lim(np.zeros((80, 1)), PAPER)


@pytest.mark.parametrize("config", [PAPER, WIDE, SHORT_WINDOW])
def test_no_sound_within_full_scale_is_above_the_loudest(config):
    rate_hz = config.sample_rate_hz
    tones = [tone(f_hz, 0.25, rate_hz, 1.0) for f_hz in np.linspace(80, 1_000, 40)]
    sounds = [*tones, *map(np.sign, tones), np.sign(noise(rate_hz // 4))]
    loudest = LogMel(config)(torch.from_numpy(np.stack(sounds))).max().item()
    assert config.loudest - 0.6 < loudest < config.loudest
