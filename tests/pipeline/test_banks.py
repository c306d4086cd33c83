import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mkaudio.pipeline.banks import read_banks

CLOTHO = "file_name,caption_1,caption_2\na.wav,A dog barks,A hound barks\n"
CLOTHO_METADATA = "file_name,keywords,sound_id\na.wav,x,1\n"


def texts(bank):
    return [one.text for one in bank.captions]


def test_files_and_folders_are_joined_in_order_and_doubled_captions_once(tmp_path):
    folder = tmp_path / "clotho"
    folder.mkdir()
    (folder / "clotho_captions.csv").write_text(CLOTHO)
    (folder / "clotho_metadata.csv").write_text(CLOTHO_METADATA)
    (folder / "README.md").write_text("Read me")
    (tmp_path / "mine.txt").write_text("Rain falls\nA dog barks\n\n17\n")
    bank = read_banks([tmp_path / "mine.txt", folder])
    assert texts(bank) == ["Rain falls", "A dog barks", "A hound barks"]
    assert all(one.n_events == 0 and one.events == () for one in bank.captions)
    assert bank.skipped == {"blank": 1, "absurd": 1, "doubled": 1}
    assert bank.line().startswith("caption bank: 3 captions; passed over 1 blank, 1 absurd, 1 doubled; no bank: ")
    assert "clotho_metadata.csv" in bank.line() and "README" not in bank.line() and "\n" not in bank.line()


def test_parquet_is_known_by_its_content_and_may_hold_lists(tmp_path):
    path = tmp_path / "bank.txt"
    pq.write_table(pa.table({"id": [1, 2], "caption": [["A dog barks", "A cat"], ["Rain falls"]]}), path)
    assert texts(read_banks([path])) == ["A dog barks", "A cat", "Rain falls"]
    assert read_banks([path]).line() == ""
    with pytest.raises(ValueError, match="no column words; found id, caption"):
        read_banks([path], "words")


def test_broken_parquet_is_named(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ValueError, match=r"^--caption-bank .*a\.parquet: broken Parquet"):
        read_banks([tmp_path / "a.parquet"])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("none.txt", None, "no such file; give text with a caption a line"),
        ("a.txt", "\n \n12\n", "holds no caption; found"),
        ("a.csv", CLOTHO_METADATA, "it looks like the metadata of Clotho"),
        ("folder", "", "no file of it holds captions: no .csv"),
        ("folder", CLOTHO_METADATA, "no file of it holds captions: "),
    ],
)
def test_mistakes_are_named_in_one_line(tmp_path, name, text, said):
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    if text:
        (path / "x.csv" if name == "folder" else path).write_text(text)
    with pytest.raises(ValueError, match=r"^--caption-bank ") as raised:
        read_banks([path])
    assert said in str(raised.value) and "\n" not in str(raised.value) and str(path) in str(raised.value)
