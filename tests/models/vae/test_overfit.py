"""The overfit law: eight real sounds that a small autoencoder sees again and again are reconstructed."""

import eight_sounds
import pytest

from mkaudio.models.mel import LogMel
from mkaudio.models.vae.baseline import pooled
from mkaudio.models.vae.saved import load_vae

pytestmark = pytest.mark.slow

GREATEST_L1 = 0.2


def test_eight_sounds_are_learnt_by_heart(demo_sounds, tmp_path):
    waveform, _ = eight_sounds.waveform_of(demo_sounds)
    preset = eight_sounds.train_vae(tmp_path / "run", waveform)
    vae, mel = load_vae(tmp_path / "run"), LogMel(preset.mel)(waveform[:, 0])
    errors = (vae.decode(vae.encode(mel)) - mel).abs().mean(dim=(1, 2))
    beaten = (pooled(mel[:, None])[:, 0] - mel).abs().mean(dim=(1, 2))
    assert errors.max() < GREATEST_L1
    assert errors.mean() < beaten.mean()
