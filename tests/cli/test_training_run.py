"""What a run keeps of its begin: the same in any folder, and what is given anew goes before it."""

from mkaudio.cli.training_run import Heard


def test_paths_mean_the_same_in_any_folder_and_addresses_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Heard("out", "s3://b/events", "natural", "good", "/val").anywhere()
    assert found == Heard(str(tmp_path / "out"), "s3://b/events", "natural", "good", "/val")
    assert Heard("s3://b/out", templates="mine.toml").anywhere() == Heard(
        "s3://b/out", None, str(tmp_path / "mine.toml")
    )


def test_what_is_given_anew_goes_before_what_was():
    assert Heard(val_data="v").or_else(Heard("d", "e")) == Heard("d", "e", None, None, "v")
    assert Heard(data="other").or_else(Heard("d", "e")).data == "other"
