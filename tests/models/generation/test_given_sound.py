"""How long a latent is for a sound, and which of it stays."""

import math

import numpy as np
import pytest

from mkaudio.models.generation.given_sound import GivenSound, kept_steps, latent_steps
from mkaudio.models.mel import MelConfig

MEL = MelConfig()


def test_the_latent_covers_the_sound_and_is_no_step_longer():
    for n_samples in (1, 255, 256, 2_047, 2_048, 2_049, 159_999, 160_000, 960_000):
        steps = latent_steps(n_samples, MEL, 8)
        assert (steps - 1) * 8 * 256 < n_samples <= steps * 8 * 256


def test_the_shortest_sound_has_frames_for_its_reflected_ends():
    for factor in (1, 2, 8):
        assert latent_steps(1, MEL, factor) * factor * MEL.hop_samples > MEL.pad_samples


@pytest.mark.parametrize("span", [(0.0, 0.5), (0.3, 0.31), (1.0, 2.0), (1.999, 2.0), (0.0, 2.0)])
def test_made_anew_are_the_steps_that_the_span_touches(span):
    n_steps, factor = latent_steps(32_000, MEL, 8), 8
    keep = kept_steps(span, n_steps, MEL, factor).tolist()
    for step, stays in enumerate(keep):
        begin_s, end_s = (place * factor * MEL.hop_samples / MEL.sample_rate_hz for place in (step, step + 1))
        assert stays == (end_s <= span[0] or begin_s >= span[1])


def test_what_makes_no_sense_is_refused():
    sound = np.zeros(5, np.float32)
    for strength in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="strength"):
            GivenSound(sound, strength)
    for span in ((1.0, 1.0), (-1.0, 2.0), (3.0, 2.0)):
        with pytest.raises(ValueError, match="inpaint"):
            GivenSound(sound, 1.0, span)
