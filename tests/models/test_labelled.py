"""Labelled sounds: what is read of the list and of each sound, and that a kept hearing is the same."""

import numpy as np
import pytest
import soundfile
from sounds import strongest_hz, tone

from mkaudio.models.sound_file import read_mono
from mkaudio.models.starter.labelled import LabelledSound, hear, kept_name, read_labels
from mkaudio.models.starter.scorer import StarterScorer
from mkaudio.models.starter.yamnet import YamnetEar

LINES = ("path,set,split,label,more", "a.wav,one,train,a tone,x", "b.wav,one,train,,x", "c.wav,two,val,no sound,x")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "labels.csv").write_text("\n".join(LINES) + "\n")
    soundfile.write(tmp_path / "a.wav", np.tile(tone(500, 44_100, 44_100), (2, 12)).T, 44_100)
    soundfile.write(tmp_path / "b.wav", tone(500, 44_100, 44_100)[0], 44_100)
    (tmp_path / "c.wav").write_bytes(b"not a sound at all")
    return tmp_path


def test_rows_with_a_label(folder):
    assert read_labels(folder) == [
        LabelledSound("a.wav", "one", "train", "a tone"),
        LabelledSound("c.wav", "two", "val", "no sound"),
    ]


def test_a_list_that_is_none(tmp_path):
    with pytest.raises(ValueError, match=r"labels.csv: not found"):
        read_labels(tmp_path)
    (tmp_path / "labels.csv").write_text("path,set,label\n")
    with pytest.raises(ValueError, match="no column split"):
        read_labels(tmp_path)


def test_ten_seconds_mono_at_the_rate(folder):
    waveform = read_mono(folder / "a.wav", 16_000, 10)
    assert waveform.shape == (160_000,) and waveform.dtype == np.float32
    assert strongest_hz(waveform, 16_000) == pytest.approx(500, abs=1)


@pytest.mark.slow
def test_heard_once_and_kept(folder, starter, tmp_path):
    ear = YamnetEar(starter)
    scorer = StarterScorer(ear, starter)
    told = []
    first = hear(folder, ear, scorer, tmp_path / "kept", lambda done, total: told.append((done, total)))
    assert [sound.path for sound in first.sounds] == ["a.wav"]  # the other is damaged
    assert told[-1] == (2, 2)
    waveform = read_mono(folder / "a.wav", 16_000, 10)
    assert np.array_equal(first.bridge, scorer.embed_audio([waveform]))
    assert np.array_equal(first.yamnet[0], ear.listen([waveform])[0].embeddings.mean(axis=0))
    again = hear(folder, ear, scorer, tmp_path / "kept", lambda *_: pytest.fail("heard again"))
    assert again.sounds == first.sounds
    assert np.array_equal(again.bridge, first.bridge) and np.array_equal(again.yamnet, first.yamnet)


def test_another_file_or_model_has_another_name(folder):
    sounds = read_labels(folder)
    named = kept_name(folder, sounds, "model")
    assert named == kept_name(folder, sounds, "model") and named != kept_name(folder, sounds, "another")
    (folder / "c.wav").write_bytes(b"nor is this a sound")
    assert kept_name(folder, sounds, "model") != named
