"""Inputs that go away between plan and distil: a file costs a row, a folder stops the run until it is back."""

import shutil

import pandas as pd
import pytest
from distilling import digests, quiet, run_distill, write_tone
from failing_disk import distil

from mkaudio.pipeline import index_pass


@pytest.fixture
def tones(tmp_path):
    for number in range(6):
        write_tone(tmp_path / "in" / f"{number}.wav", 200.0 + 50 * number, 0.5)
    return tmp_path / "in"


def distil_and(happens, when, source, output):
    """Distil; `happens` when the pass begins that shows itself as `when`."""

    def watch(what, total, unit):
        if what == when == "distil":
            happens()
        return quiet(what, total, unit)

    return run_distill([source], output, watch=watch)


def then(happens, listed):
    """The listing, behind which `happens`, before anything is probed."""

    def listed_and(sources):
        yield from listed(sources)
        happens()

    return listed_and


def unmount(folder):
    """What a lost disk leaves of its mount point."""
    shutil.move(folder, folder.with_name("elsewhere"))
    folder.mkdir()


@pytest.mark.parametrize("goes", ["removed", "unmounted"])
@pytest.mark.parametrize("when", ["probe", "distil"])
def test_a_folder_that_vanishes_stops_the_run_and_resumes_when_it_is_back(tones, tmp_path, monkeypatch, when, goes):
    run_distill([tones], tmp_path / "unbroken")
    gone = {"removed": lambda: tones.rename(tmp_path / "elsewhere"), "unmounted": lambda: unmount(tones)}[goes]
    with pytest.raises(FileNotFoundError, match="is its disk mounted") as raised:
        if when == "probe":
            monkeypatch.setattr(index_pass, "listed", then(gone, index_pass.listed))
        distil_and(gone, when, tones, tmp_path / "out")
    monkeypatch.undo()
    assert raised.value.filename == str(tones)
    assert list((tmp_path / "out").rglob("commits/*")) == []
    if goes == "unmounted":
        tones.rmdir()
    (tmp_path / "elsewhere").rename(tones)
    run_distill([tones], tmp_path / "out", mode="resume")
    assert digests(tmp_path / "out") == digests(tmp_path / "unbroken")


def test_a_file_that_vanishes_costs_its_row(tones, tmp_path):
    distil_and((tones / "3.wav").unlink, "distil", tones, tmp_path / "out")
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["source_path", "reason"]].values.tolist() == [["3.wav", "vanished"]]


@pytest.mark.parametrize(
    ("goes", "code", "said"), [(shutil.rmtree, 2, "no such file or folder"), (unmount, 2, "is its disk there?")]
)
def test_resume_without_the_input_says_so(tones, tmp_path, goes, code, said):
    with pytest.raises(FileNotFoundError):
        distil_and(lambda: unmount(tones), "distil", tones, tmp_path / "out")
    shutil.rmtree(tones)
    (tmp_path / "elsewhere").rename(tones)
    goes(tones)
    ended = distil(tones, tmp_path / "out", "--resume")
    assert ended.code == code and said in ended.said and ended.said.count("\n") == 1, ended.said
