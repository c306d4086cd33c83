"""A machine is looked at with the driver's eyes; what is wrong with it is named, and it alone is left out."""

from dataclasses import replace

import pytest
from distilling import write_tone
from fakes import FakeToolbox

from mkaudio.pipeline import open_sources
from mkaudio.pipeline.preflight import FOLDER, NodeReport, judge, look_around, make_check
from mkaudio.shards import open_storage


@pytest.fixture
def check(tmp_path):
    write_tone(tmp_path / "in" / "b.wav")
    (tmp_path / "in" / "a.wav").symlink_to("nowhere")
    return make_check(FakeToolbox(), open_sources([tmp_path / "in"]), open_storage(tmp_path / "out"))


def test_a_fit_machine_has_no_problem_and_leaves_nothing_behind(check):
    report = look_around(check)
    assert report.problems == () and report.sees_output and judge({"n": report}, check) == {}
    assert check.storage.names(FOLDER) == []
    assert check.samples["in"].path == "b.wav", "what the driver cannot open either says nothing of a machine"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"models": {"scorer": "scorer-2"}}, "model scorer: scorer-2 on the driver, scorer-1 here"),
        ({"libraries": {"numpy": "0.1"}}, "library numpy: 0.1 on the driver"),
        ({"token": f"{FOLDER}/none"}, "is another folder here than on the driver"),
    ],
)
def test_what_differs_is_named(check, change, said):
    assert any(said in problem for problem in look_around(replace(check, **change)).problems)


def test_an_input_that_is_not_there_is_named(check, tmp_path):
    (tmp_path / "in" / "b.wav").unlink()
    (problem,) = look_around(check).problems
    assert problem.startswith("input in/b.wav cannot be read: vanished")


def test_a_full_disk_is_named(check, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000_000})())
    assert "1 MB free" in look_around(check).problems[0]


def test_one_bad_machine_is_left_out_and_all_of_them_are_an_error(check):
    good, bad = NodeReport("one", ()), NodeReport("two", ("library numpy: other",))
    assert judge({"1": good, "2": bad}, check) == {"2": bad}
    with pytest.raises(ValueError, match="no machine of the cluster can be used; two: library numpy"):
        judge({"2": bad}, check)


def test_a_folder_that_only_the_driver_sees_is_refused_with_advice(check):
    driver, blind = NodeReport("head", ()), NodeReport("two", ("output ...",), sees_output=False)
    with pytest.raises(
        ValueError, match=r"a folder of this machine alone: two cannot see .*network file system, or an object"
    ):
        judge({"1": driver, "2": blind}, check)
    assert judge({"1": driver, "2": driver, "3": driver, "4": blind}, check) == {"4": blind}


def test_what_a_machine_wrote_must_be_seen_here(check):
    liar = NodeReport("two", (), answer=f"{FOLDER}/never-written")
    assert (
        "not seen here"
        in judge({"1": NodeReport("one", ()), "2": liar, "3": NodeReport("three", ())}, check)["2"].problems[0]
    )


def test_a_relative_output_is_found_from_another_working_directory(tmp_path, monkeypatch):
    write_tone(tmp_path / "in" / "b.wav")
    monkeypatch.chdir(tmp_path)
    check = make_check(FakeToolbox(), open_sources(["in"]), open_storage("out"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert look_around(check).problems == ()
