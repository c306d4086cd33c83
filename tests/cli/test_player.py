import sys
import time

import pytest

from mkaudio.cli import player
from mkaudio.cli.player import Player, find_player


def script(code):
    return [sys.executable, "-c", code]


def test_the_file_goes_where_the_command_says_or_last(tmp_path):
    code = "import sys; open(sys.argv[1], 'w').write(' '.join(sys.argv[2:]))"
    for extra, said in [([], "x.wav"), (["a {} b", "-q"], "a x.wav b -q")]:
        assert Player([*script(code), str(tmp_path / "said"), *extra]).play(tmp_path / "x.wav") == ""
        waited = time.monotonic() + 5
        while not (tmp_path / "said").exists() or not (tmp_path / "said").read_text():
            assert time.monotonic() < waited
        assert (tmp_path / "said").read_text().replace(f"{tmp_path}/", "") == said
        (tmp_path / "said").unlink()


def test_one_sound_at_a_time_and_none_in_the_end(tmp_path):
    one = Player(script("import time; time.sleep(60)"))
    one.play(tmp_path / "x.wav")
    first = one._playing
    one.play(tmp_path / "x.wav")
    second = one._playing
    assert first.poll() is not None and second.poll() is None
    one.stop()
    assert second.poll() is not None


def test_where_nothing_is_heard_it_says_where_the_sound_lies(tmp_path):
    assert f"the sound lies in {tmp_path}/x.wav" in Player([]).play(tmp_path / "x.wav")
    assert "ended with code 1" in Player(["false"]).play(tmp_path / "x.wav")


def test_the_first_that_is_there_is_taken(monkeypatch):
    monkeypatch.setattr(player.shutil, "which", lambda name: name if name in ("paplay", "play", "mine") else None)
    assert find_player(None) == ("paplay",) and find_player("mine -x {}") == ("mine", "-x", "{}")
    for wrong in ("yours {}", "", "'"):
        with pytest.raises(ValueError, match="--player"):
            find_player(wrong)
    monkeypatch.setattr(player.shutil, "which", lambda name: None)
    assert find_player(None) == ()
