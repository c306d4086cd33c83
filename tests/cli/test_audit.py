"""The command as a person gives it: on a terminal of its own, with a page, with marks."""

import json
import os
import pty
import re
import select
import subprocess
import sys

import pytest
from distilling import digests
from typer.testing import CliRunner

from mkaudio.cli.main import app

COMMAND = [sys.executable, "-c", "from mkaudio.cli.main import main; main()"]


def run(*arguments):
    result = CliRunner().invoke(app, ["audit", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def on_a_terminal(arguments, answers):
    """Run on a terminal of its own; each answer is typed once its cue is read."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([*COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = ""
        try:
            while select.select([ours], [], [], 20)[0]:
                said += os.read(ours, 65536).decode()
                for cue in [cue for cue in answers if cue in said]:
                    os.write(ours, answers.pop(cue))
        except OSError:  # the other end is closed
            pass
        finally:
            os.close(ours)  # which ends it, were it still waiting
    return process.returncode, said


def marked(path, page, *marks):
    """What the page's button would download."""
    data = json.loads(re.search(r'id="audit">(.*?)</script>', page.read_text())[1])
    lines = [json.dumps({**clip, "mark": mark}) for clip, mark in zip(data["clips"], marks, strict=False)]
    path.write_text("\n".join([data["first_line"], *lines, ""]))
    return path


def test_on_a_terminal_marks_lie_beside_the_dataset_and_nothing_in_it_changes(audited):
    before = digests(audited)
    code, said = on_a_terminal(
        ["audit", str(audited), "--n", "4", "--player", "true"],
        {"[1/4]": b"y\x1b[B", "[2/4]": b"nu", "taken back": b"q"},  # right, an arrow, wrong, undo, stop
    )
    assert code == 0, said
    assert "[1/4]" in said and "marked    1 of 4 drawn (seed 0): 1 right" in said and "1.000 [.207, 1.000]" in said
    marks = audited.with_name("out-audit.jsonl")
    assert [json.loads(line).get("mark") for line in marks.read_text().splitlines()] == [None, "right", "wrong", "undo"]
    assert digests(audited) == before
    assert "1 of 4 drawn" in run(audited, "--marks", marks)
    marks.unlink()


def test_the_page_is_marked_and_read_back(audited, tmp_path):
    page = tmp_path / "audit.html"
    said = run(audited, "--n", "4", "--page", page)
    assert f"{page}: {page.stat().st_size / 1e6:.1f} MB, 4 clips" in said and sorted(tmp_path.iterdir()) == [page]
    first = marked(tmp_path / "1.jsonl", page, "right", "right", "wrong", "part")
    assert "4 of 4 drawn (seed 0): 2 right, 1 part right, 1 wrong" in run(audited, "--marks", first)
    second = marked(tmp_path / "2.jsonl", page, "right", "wrong", "wrong", "part")
    both = run(audited, "--marks", first, "--marks", second)
    assert both.count("4 of 4 drawn") == 2 and "3 of 4 judged by both" in both and "kappa     0.636" in both


def test_marks_of_other_prompts_or_of_another_dataset_are_refused(audited, tmp_path):
    page = tmp_path / "audit.html"
    run(audited, "--n", "4", "--page", page)
    marks = marked(tmp_path / "1.jsonl", page, "right", "right")
    whole = marks.read_text()
    marks.write_text(whole.replace("A sound of", "The sound of", 1))
    with pytest.raises(ValueError, match="1 of its 2 marks are of prompts"):
        run(audited, "--marks", marks)
    marks.write_text(re.sub('"dataset": "....', '"dataset": "....', whole))
    with pytest.raises(ValueError, match="2 marks are of another dataset"):
        run(audited, "--marks", marks)


def test_an_audit_is_taken_up_as_it_was_asked_for_and_may_grow(audited, tmp_path):
    from mkaudio.cli.audit import _begun
    from mkaudio.pipeline.audit import DrawRule, MarkFile
    from mkaudio.shards import open_storage, read_dataset_info

    storage, file = open_storage(audited), MarkFile(tmp_path / "m.jsonl")
    info = read_dataset_info(storage)
    _, drawn, _ = _begun(storage, info, DrawRule(2), file)
    one = drawn.sample[0]
    file.mark((one.key, one.prompt), "right")
    size = file.path.stat().st_size
    marks, same, _ = _begun(storage, info, DrawRule(1), file)
    assert same == drawn and len(marks.by_prompt) == 1 and file.path.stat().st_size == size
    marks, grown, _ = _begun(storage, info, DrawRule(5), file)
    assert set(drawn.sample) < set(grown.sample) and len(marks.by_prompt) == 1 and file.read().rule == DrawRule(5)
    with pytest.raises(ValueError, match="another sample"):
        _begun(storage, info, DrawRule(5, seed=1), file)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no terminal; write a page"),
        (["--page", "audit.wav"], "ends in .html"),
        (["--page", "{out}/audit.html"], "inside the dataset"),
        (["--page", "x.html", "--selection", "mine"], "has no such selection, or it is damaged; there is default"),
        (["--page", "x.html", "--expert", "tagger"], "there is fake"),
        (["--marks", "x.jsonl", "--per-expert"], "leave out --per-expert"),
        (["--marks", "nowhere.jsonl"], "no marks there"),
    ],
)
def test_mistakes_are_named(audited, arguments, said):
    with pytest.raises(ValueError, match=said):
        run(audited, *(argument.replace("{out}", str(audited)) for argument in arguments))


def test_an_unfinished_dataset_is_refused(audited, tmp_path):
    from dataclasses import replace

    from mkaudio.shards import open_storage, read_dataset_info, write_dataset_info

    info = read_dataset_info(open_storage(audited))
    write_dataset_info(open_storage(tmp_path / "half"), replace(info, counts={}))
    with pytest.raises(ValueError, match="not finished"):
        run(tmp_path / "half", "--page", "x.html")


def test_where_marks_go_by_default(tmp_path, monkeypatch):
    from mkaudio.cli.audit import _marks_beside
    from mkaudio.shards import open_storage

    (tmp_path / "out").mkdir()
    assert _marks_beside(open_storage(f"{tmp_path}/out/")) == tmp_path / "out-audit.jsonl"
    monkeypatch.chdir(tmp_path / "out")
    assert _marks_beside(open_storage(".")) == tmp_path / "out-audit.jsonl"
    assert str(_marks_beside(open_storage("s3://bucket/deep/out/"))) == "out-audit.jsonl"


def test_an_object_store_does_as_well(audited, s3, tmp_path):
    from mkaudio.shards import open_storage

    there = s3.address("out")
    storage = open_storage(there)
    for path in sorted(audited.rglob("*")):
        if path.is_file() and path.relative_to(audited).parts[0] not in (".tmp", "log"):
            storage.publish_bytes(path.read_bytes(), path.relative_to(audited).as_posix())
    run(there, "--n", "4", "--page", tmp_path / "s3.html")
    run(audited, "--n", "4", "--page", tmp_path / "local.html")
    assert (tmp_path / "s3.html").read_bytes() == (tmp_path / "local.html").read_bytes()
