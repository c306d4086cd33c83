"""Prompts out of text and tables."""

import pytest

from mkaudio.cli.prompts_file import read_prompts


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "a dog, a cat\n\n  rain   falls \r\n# 3 bells\n"),
        ("a", "\ufeffa dog, a cat\nrain falls\n# 3 bells"),
        ("a.csv", 'seed,Prompt\n1,"a dog, a cat"\n2,"rain\n falls"\n3,\n4,# 3 bells\n'),
        ("a.TSV", "prompt\tseed\na dog, a cat\t1\nrain falls\n# 3 bells\t4\n"),
    ],
)
def test_lines_and_tables(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode())
    assert read_prompts(path) == ["a dog, a cat", "rain falls", "# 3 bells"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "holds no prompt"),
        ("a.txt", b"\n  \n", "holds no prompt"),
        ("a.csv", b"", "no column prompt; found none"),
        ("a.csv", b"prompt\n\n", "holds no prompt"),
        ("a.csv", b"seed,caption\n1,a dog\n", "no column prompt; found seed, caption"),
        ("a.txt", b"a dog\n\xff\xfe\n", "not UTF-8 text"),
        ("a.txt", b"RIFF\0\0", "not text"),
        ("a.csv", b"prompt\n" + b"a" * 140_000 + b"\n", "no .csv file: field larger"),
    ],
)
def test_what_holds_none_is_refused(tmp_path, monkeypatch, name, content, said):
    import csv

    before = csv.field_size_limit(131_072)
    path = tmp_path / name
    path.write_bytes(content)
    try:
        with pytest.raises(ValueError, match=f"--prompts .*{name}: {said}"):
            read_prompts(path)
    finally:
        csv.field_size_limit(before)
