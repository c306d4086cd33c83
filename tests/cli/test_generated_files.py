"""Where generated sounds go."""

import csv
from pathlib import Path

import pytest

from mkaudio.cli.generated_files import GeneratedFiles, Table, name_of


def test_one_prompt_is_a_file_and_several_are_a_folder(tmp_path):
    one = GeneratedFiles.at(tmp_path / "new" / "x.FLAC", 1, False)
    assert one.is_file and one.folder == tmp_path / "new" and one.best("a dog", 3) == tmp_path / "new" / "x.FLAC"
    assert one.other(one.target, 2, 77) == tmp_path / "new" / "x.candidate-2.77.FLAC"
    for n_prompts in (1, 5):
        several = GeneratedFiles.at(tmp_path / "new", n_prompts, False)
        best = several.best("A dog.", 3)
        assert not several.is_file and best == tmp_path / "new" / "a-dog.3.wav" and several.folder == tmp_path / "new"
        assert several.other(best, 2, 77) == tmp_path / "new" / "a-dog.candidate-2.77.wav"
    assert [GeneratedFiles.at(None, n, True).target for n in (1, 2)] == [Path("generated.wav"), Path("generated")]
    assert not (tmp_path / "new").exists()


def test_what_is_there_stays_unless_it_may_go(tmp_path):
    (tmp_path / "x.wav").touch()
    (tmp_path / "full.wav").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "plain").touch()
    for name, n_prompts, said in [
        ("x.wav", 1, "exists; name another, or give --overwrite"),
        ("", 2, "not empty; name another, or give --overwrite"),
    ]:
        with pytest.raises(ValueError, match=said):
            GeneratedFiles.at(tmp_path / name, n_prompts, False)
        GeneratedFiles.at(tmp_path / name, n_prompts, True)
    GeneratedFiles.at(tmp_path / "empty", 2, False)
    (tmp_path / "y.png").touch()
    GeneratedFiles.at(tmp_path / "y.wav", 1, False)
    with pytest.raises(ValueError, match=r"y\.png: exists"):
        GeneratedFiles.at(tmp_path / "y.wav", 1, False, drawn=True)
    other = GeneratedFiles.at(tmp_path / "[z].wav", 1, False, all_kept=True).other(tmp_path / "[z].wav", 2, 77)
    other.touch()
    GeneratedFiles.at(tmp_path / "[z].wav", 1, False)
    GeneratedFiles.at(tmp_path / "[z].wav", 1, True, all_kept=True)
    with pytest.raises(ValueError, match=r"candidate-2\.77\.wav: exists"):
        GeneratedFiles.at(tmp_path / "[z].wav", 1, False, all_kept=True)
    for name, n_prompts, said in [
        ("y.wav", 2, "2 prompts do not go into one file; name a folder"),
        ("y.mp3", 1, "written are .wav and .flac files"),
        ("full.wav", 1, "is a folder"),
        ("plain", 1, "is a file; name a .wav or .flac file, or a folder"),
    ]:
        with pytest.raises(ValueError, match=said):
            GeneratedFiles.at(tmp_path / name, n_prompts, True)


def test_a_name_is_short_and_one_that_every_disk_takes(tmp_path):
    assert (
        name_of("../../etc/passwd") == "etc-passwd"
        and name_of("¡!?") == "sound"
        and name_of("Süß, nein?") == "süß-nein"
    )
    for prompt in ("犬" * 300, "𠀀" * 300, "a " * 200, "x/y\\z:w*?" * 50, "con\x1b[2J\x00"):
        files = GeneratedFiles(tmp_path, False)
        best = files.best(prompt, 4_294_967_295)
        other = files.other(best, 9_999, 4_294_967_295)
        assert {best.parent, other.parent} == {tmp_path} and other.name.startswith(name_of(prompt))
        other.with_name(f".{other.name}.unfinished").touch()


def test_the_table_is_whole_at_any_time(tmp_path):
    (tmp_path / "prompts.csv").write_text("of an older run\n")
    table = Table(tmp_path)
    for number, prompt in enumerate(['a "dog", barking', "rain", "鐘"]):
        table.add({"file": f"{number}.wav", "prompt": prompt})
        with (tmp_path / "prompts.csv").open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        assert len(rows) == number + 1 and rows[-1] == {"file": f"{number}.wav", "prompt": prompt}
