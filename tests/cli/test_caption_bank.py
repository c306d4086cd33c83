from pathlib import Path

import pytest
import torch
from distilling import digests, run_distill, write_tone
from fakes import FakeScorer

from mkaudio.cli.caption_bank import prepare
from mkaudio.cli.toolbox import StarterToolbox
from mkaudio.pipeline.bank_vectors import is_kept, kept_file
from mkaudio.prompts import BankCaption


class FakeFactory:
    """As much of a toolbox as `prepare` asks for."""

    caption_banks, caption_column = (), None

    def __init__(self, cache, experts=("retriever",), device="cpu"):
        self.cache, self.experts, self.device, self.loaded = cache, experts, device, 0

    def bank(self):
        return tuple(BankCaption(f"A dog barks {number} times.", 1, ("Bark",)) for number in range(5))

    def vectors_file(self):
        return kept_file(self.cache, [one.text for one in self.bank()], "s", 8)

    def scorer(self):
        assert torch.get_num_threads() == 1, "a worker has one thread, and more give other bits"
        self.loaded += 1
        return FakeScorer()


@pytest.fixture(autouse=True)
def eight_dimensions(monkeypatch):
    monkeypatch.setattr("mkaudio.cli.toolbox.DIMENSIONS", 8)


def test_a_bank_is_read_before_the_first_run_and_not_again(tmp_path):
    before, factory = torch.get_num_threads(), FakeFactory(tmp_path / "cache")
    prepare(factory)
    assert is_kept(factory.vectors_file(), (5, 8)) and factory.loaded == 1 and torch.get_num_threads() == before
    prepare(factory)
    assert factory.loaded == 1


@pytest.mark.parametrize("change", [{"experts": ("tagger",)}, {"device": "cuda"}])
def test_nothing_is_read_that_the_workers_will_not_take(tmp_path, change):
    factory = FakeFactory(tmp_path / "cache", **change)
    prepare(factory)
    assert factory.loaded == 0


def test_where_nothing_can_be_kept_one_line_says_so(tmp_path, capsys):
    (tmp_path / "cache").write_text("no folder")
    prepare(FakeFactory(tmp_path / "cache"))
    said = capsys.readouterr().err.splitlines()
    assert len([line for line in said if "cannot keep the vectors of the caption bank" in line]) == 1


def test_rows_that_are_no_captions_are_told_in_one_line(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("A dog barks\n\n12\n")
    factory = FakeFactory(tmp_path / "cache")
    factory.caption_banks = (tmp_path / "mine.txt",)
    prepare(factory)
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("caption bank")]
    assert said == ["caption bank: 1 captions; passed over 1 blank, 1 absurd"]


@pytest.mark.slow
def test_kept_or_not_the_same_bytes(starter, tmp_path, monkeypatch):
    monkeypatch.setattr("mkaudio.cli.toolbox.DIMENSIONS", 384)
    for number in range(3):
        write_tone(tmp_path / "in" / f"{number}.wav", 300.0 * (number + 1))
    (tmp_path / "mine.txt").write_text("A tone sounds\nA dog barks\nRain falls\nA flute plays\n")
    found = []
    for name in ("kept", "file"):
        cache = tmp_path / name
        cache.mkdir()
        for part in ("starter", "text-vectors"):
            (cache / part).symlink_to(Path(starter).parent / part)
        if name == "file":
            (cache / "bank-vectors").write_text("no folder")
        factory = StarterToolbox(cache / "starter", ("tagger", "retriever"), (tmp_path / "mine.txt",))
        for run in range(2):  # without its file at first, then with it
            run_distill([tmp_path / "in"], tmp_path / f"{name}{run}", factory=factory)
            found.append(digests(tmp_path / f"{name}{run}"))
        assert is_kept(factory.vectors_file(), (4, 384)) == (name == "kept")
    assert all(one == found[0] for one in found) and len(found[0]) > 5
