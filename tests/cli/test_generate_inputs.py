"""What `mkaudio generate` is given: prompts, pictures, a sound to begin with."""

import math

import numpy as np
import pytest
import soundfile
from sounds import noise

from mkaudio.cli.generate_inputs import Given, asked_for, given_of, read_given


@pytest.fixture
def sound(tmp_path):
    soundfile.write(tmp_path / "x.wav", noise(32_000)[0], 16_000)
    return tmp_path / "x.wav"


def test_prompts_of_line_and_file_come_in_order(tmp_path):
    (tmp_path / "more.txt").write_text("rain\na bell\n")
    assert asked_for(["a  dog\nbarks"], tmp_path / "more.txt", []).texts == ["a dog barks", "rain", "a bell"]
    (tmp_path / "cat.png").touch()
    asked = asked_for([], None, [tmp_path / "cat.png"])
    assert asked.texts == ["cat"] and asked.picture == [tmp_path / "cat.png"]


def test_strength_is_as_given_or_as_usual(sound):
    assert given_of(None, None, None, None) is None
    assert given_of(sound, None, None, None) == Given(sound, 0.3, None)
    assert given_of(sound, None, "1:1.5", None) == Given(sound, 1.0, (1.0, 1.5))
    assert given_of(sound, 0.0, ":1", None) == Given(sound, 0.0, (0.0, 1.0))
    assert given_of(sound, 1.0, "1:", None) == Given(sound, 1.0, (1.0, math.inf))


def test_the_sound_is_read_at_the_checkpoints_rate(sound, tmp_path):
    given = given_of(sound, None, None, None)
    whole = read_given(given, 16_000, None)
    assert whole.shape == (32_000,) and np.abs(whole - noise(32_000)[0]).max() < 2**-15
    assert read_given(given, 8_000, None).shape == (16_000,) and read_given(given, 16_000, 0.5).shape == (8_000,)
    assert read_given(given, 16_000, 5.0).shape == (32_000,)
    soundfile.write(tmp_path / "stereo.flac", np.stack([noise(500)[0], np.zeros(500)], 1), 16_000)
    mono = read_given(given_of(tmp_path / "stereo.flac", None, None, None), 16_000, None)
    assert np.abs(mono - noise(500)[0] / 2).max() < 2**-15


def test_a_span_lies_in_what_is_made(sound):
    for text, duration_s in (("1:2", None), ("1:", None), ("2:5", 5.0), ("0:2", 2.5)):
        read_given(given_of(sound, None, text, duration_s), 16_000, duration_s)
    for text, duration_s in (("1:2.5", None), ("2:", None), ("3:4", None), ("0:2", 1.0), ("1:6", 5.0)):
        with pytest.raises(ValueError, match=r"--inpaint .*x.wav lasts .* a longer --duration-s makes it longer"):
            read_given(given_of(sound, None, text, duration_s), 16_000, duration_s)


def test_a_sound_that_is_too_long_or_none_is_refused(tmp_path):
    soundfile.write(tmp_path / "long.wav", np.zeros(61 * 2_000) + 0.1, 2_000)
    given = given_of(tmp_path / "long.wav", None, None, None)
    with pytest.raises(ValueError, match="longer than 60 s; give --duration-s for its beginning"):
        read_given(given, 2_000, None)
    assert len(read_given(given, 2_000, 60.0)) == 120_000
    (tmp_path / "x.wav").write_bytes(b"no sound at all")
    with pytest.raises(ValueError, match=r"--init-audio .*x.wav: "):
        read_given(given_of(tmp_path / "x.wav", None, None, None), 2_000, None)
