import io

import numpy as np
import soundfile

from mkaudio.cli.audit_clips import ShownClip
from mkaudio.cli.audit_terminal import ask
from mkaudio.pipeline.audit import Draw, Drawn, DrawRule, MarkFile
from mkaudio.shards import encode_flac

SAMPLE = tuple(Drawn(0, f"{number:010d}", 0, f"Sound {number}.", "tagger", 0.5) for number in range(4))
DRAWN = Draw(DrawRule(4), SAMPLE, {"tagger": 4})


class Recorded:
    """Stands in for a player: keeps what it is given."""

    def __init__(self):
        self.played, self.stopped = [], False

    def play(self, wav):
        self.played.append(soundfile.read(wav, dtype="int32")[0][0] >> 16)
        return ""

    def stop(self):
        self.stopped = True


def clip_of(one, bit_depth=16):
    value = int(one.key) + 1  # each clip is a constant of its own, so that what is played is known
    samples = np.full((1, 800), value << (bit_depth - 16), np.int16 if bit_depth == 16 else np.int32)
    return ShownClip(one, 0.1, f"secret {one.key}.wav", encode_flac(samples, 8_000, bit_depth))


def go(path, keys, show_names=False, read_clip=clip_of):
    file, keys, player = MarkFile(path), iter(keys), Recorded()
    if file.read() is None:
        file.begin("d", DRAWN.rule)
    ask(DRAWN, file.read(), file, read_clip, player, lambda: next(keys), show_names)
    assert player.stopped and not list(keys)
    return [mark for _, mark in sorted(file.read().by_prompt.items())], player.played


def test_each_key_is_a_mark_of_the_clip_that_is_played(tmp_path, capsys):
    assert go(tmp_path / "m", "ynps") == (["right", "wrong", "part", "skip"], [1, 2, 3, 4])
    assert "[3/4] Sound 2." in (said := capsys.readouterr().out) and "secret" not in said
    assert "tagger" in said and "score 0.500" in said and "0.1 s" in said


def test_a_stopped_audit_goes_on_where_it_was(tmp_path):
    assert go(tmp_path / "m", "yq") == (["right"], [1, 2])
    assert go(tmp_path / "m", ["n", ""]) == (["right", "wrong"], [2, 3])  # the terminal is gone
    assert go(tmp_path / "m", "Yy") == (["right", "wrong", "right", "right"], [3, 4])
    assert go(tmp_path / "m", "") == (["right", "wrong", "right", "right"], [])


def test_undo_takes_back_the_newest_and_asks_for_it_again_even_after_a_stop(tmp_path, capsys):
    assert go(tmp_path / "m", "uyyuuq") == ([], [1, 2, 3, 2, 1])
    assert "nothing to take back" in capsys.readouterr().out
    go(tmp_path / "m", "ypq")
    assert go(tmp_path / "m", "unq") == (["right", "wrong"], [3, 2, 3])


def test_replay_plays_again_and_other_keys_say_which_there_are(tmp_path, capsys):
    assert go(tmp_path / "m", "rxryq") == (["right"], [1, 1, 1, 2])
    assert capsys.readouterr().out.count("y right   n wrong") == 2


def test_a_mark_is_on_the_disk_before_the_next_key_is_asked_for(tmp_path):
    file, seen = MarkFile(tmp_path / "m"), []

    def key():
        seen.append(len(MarkFile(tmp_path / "m").read().by_prompt))
        return "y"

    file.begin("d", DRAWN.rule)
    ask(DRAWN, file.read(), file, clip_of, Recorded(), key, False)
    assert seen == [0, 1, 2, 3]


def test_an_interrupt_is_a_stop(tmp_path):
    def interrupted(one):
        if one is SAMPLE[1]:
            raise KeyboardInterrupt
        return clip_of(one)

    assert go(tmp_path / "m", "y", read_clip=interrupted) == (["right"], [1])


def test_names_are_shown_when_asked_for_and_hostile_text_moves_nothing(tmp_path, capsys):
    def hostile(one):
        return ShownClip(one, 0.1, "a\x1b[2J\r.wav", clip_of(one).flac)

    go(tmp_path / "m", "q", show_names=True, read_clip=hostile)
    assert r"a\x1b[2J\r.wav" in (said := capsys.readouterr().out) and "\x1b" not in said


def test_the_wav_has_every_bit_of_the_sound(tmp_path):
    from mkaudio.cli.audit_terminal import _wav_of

    for bit_depth, full in ((16, 2**15), (24, 2**23)):
        samples = (
            np.random.default_rng(0).integers(-full, full, (2, 999)).astype("int16" if bit_depth == 16 else "int32")
        )
        found, rate_hz = soundfile.read(io.BytesIO(_wav_of(encode_flac(samples, 44_100, bit_depth))), dtype="int32")
        assert rate_hz == 44_100 and (found.T >> (32 - bit_depth) == samples).all()
