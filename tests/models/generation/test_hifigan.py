"""A `SpeechT5HifiGan` folder as a vocoder, tiny, of random weights."""

import json

import pytest
import torch

from mkaudio.models.generation.hifigan import load_hifigan
from mkaudio.models.generation.vocoder import load_vocoder
from mkaudio.models.mel import LogMel, MelConfig

pytestmark = pytest.mark.slow

MEL = MelConfig(n_mels=16)
SIZES = {
    "model_in_dim": 16, "upsample_initial_channel": 32, "upsample_rates": [16, 16], "upsample_kernel_sizes": [32, 32],
    "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1]],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return saved(tmp_path / "hifigan")


def saved(folder, **sizes):
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    torch.manual_seed(0)
    network = SpeechT5HifiGan(SpeechT5HifiGanConfig(**{**SIZES, "initializer_range": 0.1, **sizes}))
    network.mean.copy_(torch.linspace(-3, -2, network.config.model_in_dim))
    network.scale.fill_(0.7)
    network.save_pretrained(folder)
    return folder


def mels(n_frames):
    """Of a tone that swells."""
    time_s = torch.arange(n_frames * 256) / 16_000
    sound = torch.sin(2 * torch.pi * 440 * time_s) * torch.linspace(0.01, 0.5, n_frames * 256)
    return LogMel(MEL)(torch.stack([sound, sound.flip(0)]))


def test_it_sounds_as_in_transformers_and_has_the_exact_length(folder):
    from transformers import SpeechT5HifiGan

    vocoder = load_vocoder(str(folder), MEL)
    reference = SpeechT5HifiGan.from_pretrained(folder).eval()
    assert vocoder.name == "hifigan" and vocoder.unstated == ("win_samples", "f_min_hz", "f_max_hz", "floor")
    for n_frames in (2, 7, 64):
        log_mel = mels(n_frames)
        made = vocoder(log_mel)
        assert made.shape == (2, n_frames * 256)
        with torch.no_grad():
            assert torch.allclose(made, reference(log_mel.transpose(1, 2)), atol=1e-6)
        assert torch.allclose(made[1:], vocoder(log_mel[1:]), atol=1e-6)


def test_its_mean_and_scale_are_heard(folder, tmp_path):
    plain, log_mel = saved(tmp_path / "plain", normalize_before=False), mels(8)
    made, other = (load_vocoder(str(one), MEL)(log_mel) for one in (folder, plain))
    normalised = (log_mel - torch.linspace(-3, -2, 16)[:, None]) / 0.7
    assert not torch.allclose(made, other, atol=1e-3)
    assert torch.allclose(made, load_vocoder(str(plain), MEL)(normalised), atol=1e-6)


@pytest.mark.parametrize("kernels", [[17, 19], [33, 32], [16, 16]])
def test_an_odd_kernel_changes_no_length(tmp_path, kernels):
    vocoder = load_vocoder(str(saved(tmp_path / "odd", upsample_kernel_sizes=kernels)), MEL)
    assert vocoder(mels(5)).shape == (2, 5 * 256)


def test_another_mel_is_refused(folder, tmp_path):
    from transformers import SpeechT5FeatureExtractor

    with pytest.raises(ValueError, match=r"other mels: n_mels 16 \(the checkpoint: 80\)"):
        load_hifigan(folder, MelConfig())
    with pytest.raises(ValueError, match=r"hop_samples 128 \(the checkpoint: 256\)"):
        load_hifigan(saved(tmp_path / "hop", upsample_rates=[16, 8]), MEL)
    with pytest.raises(ValueError, match=r"sample_rate_hz 22050 \(the checkpoint: 16000\)"):
        load_hifigan(saved(tmp_path / "rate", sampling_rate=22_050), MEL)
    SpeechT5FeatureExtractor(num_mel_bins=16).save_pretrained(folder)
    with pytest.raises(ValueError, match=r"f_min_hz 80 .*, f_max_hz 7600 .*, floor 1e-10"):
        load_hifigan(folder, MEL)
    SpeechT5FeatureExtractor(num_mel_bins=16, fmin=0, fmax=8000, mel_floor=1e-5).save_pretrained(folder)
    assert load_hifigan(folder, MEL).unstated == ()
    (folder / "preprocessor_config.json").write_text("[]")
    with pytest.raises(ValueError, match="list, needed is a JSON object"):
        load_hifigan(folder, MEL)


@pytest.mark.parametrize(("gone", "said"), [("model_in_dim", "n_mels 80"), ("upsample_rates", "hop_samples 256")])
def test_what_config_leaves_to_transformers_is_compared_as_well(folder, gone, said):
    path = folder / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in config.items() if name != gone}))
    with pytest.raises(ValueError, match=f"other mels: {said} "):
        load_hifigan(folder, MelConfig(n_mels=16 if gone != "model_in_dim" else 40, hop_samples=128))


def test_a_folder_that_is_not_whole_is_refused(folder, tmp_path):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(
        json.dumps({**config, "resblock_kernel_sizes": [3, 5], "resblock_dilation_sizes": [[1], [1]]})
    )
    with pytest.raises(ValueError, match=r"not the weights that its config.json describes: missing"):
        load_hifigan(folder, MEL)
    (folder / "config.json").write_text(json.dumps({**config, "upsample_kernel_sizes": [8, 32]}))
    with pytest.raises(ValueError, match="gaps"):
        load_hifigan(folder, MEL)
    (folder / "config.json").write_text(json.dumps({**config, "upsample_rates": "all"}))
    with pytest.raises(ValueError, match=r"config.json: no speecht5_hifigan can be built from it"):
        load_hifigan(folder, MEL)
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "bert"}))
    with pytest.raises(ValueError, match="the model_type is 'bert'"):
        load_hifigan(folder, MEL)
    (folder / "config.json").write_text(json.dumps(config))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-40])
    with pytest.raises(ValueError, match="not whole"):
        load_hifigan(folder, MEL)
