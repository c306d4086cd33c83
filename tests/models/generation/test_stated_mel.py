"""What a vocoder says of its mels against those of a checkpoint."""

import pytest

from mkaudio.models.generation.stated_mel import check_mel, stated_mel
from mkaudio.models.mel import MelConfig

CONFIG = {"sampling_rate": 16_000, "model_in_dim": 80, "upsample_rates": [4, 4, 4, 4]}
EXTRACTOR = {
    "feature_extractor_type": "SpeechT5FeatureExtractor", "sampling_rate": 16_000, "num_mel_bins": 80, "hop_length": 16,
    "win_length": 64, "fmin": 0, "fmax": 8000, "mel_floor": 1e-5,
}  # fmt: skip


def checked(extractor=None, **config):
    return check_mel(stated_mel({**CONFIG, **config}, extractor, "FOLDER"), MelConfig(), "FOLDER")


def test_what_is_stated_and_the_same_is_taken():
    assert checked() == ("win_samples", "f_min_hz", "f_max_hz", "floor")
    assert checked(extractor=EXTRACTOR) == ()
    assert checked(fmin=0, fmax=8000.0) == ("win_samples", "floor")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"sampling_rate": 22_050}, r"sample_rate_hz 22050 \(the checkpoint: 16000\)"),
        ({"model_in_dim": 64}, r"n_mels 64 \(the checkpoint: 80\)"),
        ({"upsample_rates": [5, 4, 2, 2, 2]}, r"hop_samples 160 \(the checkpoint: 256\)"),
        ({"fmin": 80}, r"f_min_hz 80 \(the checkpoint: 0\)"),
        ({"model_in_dim": 64, "sampling_rate": 22_050}, r"sample_rate_hz 22050 .*, n_mels 64 "),
    ],
)
def test_another_mel_is_refused_with_both_values(config, said):
    with pytest.raises(ValueError, match=f"FOLDER: a vocoder for other mels: {said}"):
        checked(**config)


@pytest.mark.parametrize(
    ("extractor", "said"),
    [
        ({"fmin": 80, "fmax": 7600}, r"f_min_hz 80 \(the checkpoint: 0\), f_max_hz 7600 \(the checkpoint: 8000\)"),
        ({"mel_floor": 1e-10}, r"floor 1e-10 \(the checkpoint: 1e-05\)"),
        ({"win_length": 32}, r"win_samples 512 \(the checkpoint: 1024\)"),
        ({"hop_length": 10}, r"says hop_samples 256 in config.json and 160 in preprocessor_config.json"),
        ({"num_mel_bins": 64}, r"says n_mels 80 in config.json and 64 in preprocessor_config.json"),
        ({"feature_extractor_type": "ClapFeatureExtractor"}, "mels by ClapFeatureExtractor, log10: needed"),
        ({"log_mel": "log"}, "mels by SpeechT5FeatureExtractor, log: needed"),
    ],
)
def test_the_extractor_beside_it_counts(extractor, said):
    with pytest.raises(ValueError, match=said):
        checked(extractor={**EXTRACTOR, **extractor})


def test_the_defaults_of_speecht5_are_for_other_mels():
    from transformers import SpeechT5FeatureExtractor

    default = SpeechT5FeatureExtractor().to_dict()
    assert default["num_mel_bins"] == 80 and default["fmax"] == 7600  # the names that are read are transformers' own
    with pytest.raises(ValueError, match=r"f_min_hz 80 .*, f_max_hz 7600 .*, floor 1e-10"):
        checked(extractor=default)
    same = SpeechT5FeatureExtractor(fmin=0, fmax=8000, mel_floor=1e-5).to_dict()
    assert checked(extractor=same) == ()
