"""Sounds as files: what soundfile reads of them, samples and tags."""

import json

import numpy as np
import pytest
import soundfile
from sounds import noise

from mkaudio import __version__
from mkaudio.models.generation.sound_out import title_of, write_sound

FACTS = {"seed": 4294967295, "guidance": 3.0, "sampler": "dpm", "init_audio": "großer Hund.wav"}
PROMPT = 'a dog barks "twice" – 犬が吠える'


def read(path):
    with soundfile.SoundFile(path) as file:
        tags = file.title, file.comment, file.software
        return file.read(dtype="float32"), file.samplerate, file.subtype, file.format, tags


@pytest.mark.parametrize(("ending", "kind"), [(".wav", "WAV"), (".flac", "FLAC"), (".FLAC", "FLAC")])
def test_samples_and_tags_come_back(tmp_path, ending, kind):
    sound, path = noise(12_345)[0], tmp_path / f"x{ending}"
    write_sound(path, sound, 16_000, PROMPT, FACTS)
    found, rate_hz, subtype, format, (title, comment, software) = read(path)
    assert (len(found), rate_hz, subtype, format) == (12_345, 16_000, "PCM_16", kind)
    assert np.abs(found - sound).max() <= 2**-15
    assert title == PROMPT and json.loads(comment) == FACTS and software.startswith(f"mkaudio {__version__}")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_mutagen_reads_the_same(tmp_path):
    flac = pytest.importorskip("mutagen.flac")
    write_sound(tmp_path / "x.flac", noise(500)[0], 16_000, PROMPT, FACTS)
    tags = flac.FLAC(tmp_path / "x.flac").tags
    assert tags["title"] == [PROMPT] and json.loads(tags["comment"][0]) == FACTS


def test_a_sound_that_is_too_loud_keeps_its_form(tmp_path):
    sound = 3 * noise(4_000)[0] / np.abs(noise(4_000)).max()
    write_sound(tmp_path / "x.wav", sound, 16_000, PROMPT, FACTS)
    assert np.abs(read(tmp_path / "x.wav")[0] - sound / 3).max() <= 2**-15


@pytest.mark.parametrize("ending", [".wav", ".flac"])
@pytest.mark.parametrize("prompt", ["a dog barks " * 500, "犬" * 2_000])
def test_a_prompt_longer_than_a_tag_is_cut_and_takes_no_other_tag_along(tmp_path, ending, prompt):
    write_sound(tmp_path / f"x{ending}", noise(500)[0], 16_000, prompt, FACTS)
    title, comment, software = read(tmp_path / f"x{ending}")[-1]
    assert title.endswith("…") and prompt.startswith(title[:-1]) and len(title) > 600
    assert json.loads(comment) == FACTS and software
    assert title_of(title) == title


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match=r"the ending '.mp3'; written are .wav and .flac"):
        write_sound(tmp_path / "x.mp3", noise(500)[0], 16_000, PROMPT, FACTS)
    with pytest.raises(ValueError, match="facts of"):
        write_sound(tmp_path / "x.wav", noise(500)[0], 16_000, PROMPT, {"much": "a" * 3_000})
    before = tmp_path / "old.wav"
    write_sound(before, noise(500)[0], 16_000, PROMPT, FACTS)
    whole = before.read_bytes()
    with pytest.raises(ValueError, match=r"Invalid shape|must be"):
        write_sound(before, np.zeros((4, 4, 4), np.float32), 16_000, PROMPT, FACTS)
    assert before.read_bytes() == whole and [one.name for one in tmp_path.iterdir()] == ["old.wav"]
