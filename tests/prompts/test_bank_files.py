import json

import pytest

from mkaudio.prompts import captions_of_file
from mkaudio.prompts.bank_files import json_items

AUDIOCAPS = (
    "audiocap_id,youtube_id,start_time,caption\n"
    '91139,r1nicOVtvkQ,130,"A woman talks, then a dog barks"\n58146,sDSppXIlJrs,27,Rain falls\n'
)
CLOTHO = (
    "file_name,caption_1,caption_2,caption_3,caption_4,caption_5\n"
    'Distorted AM.wav,"A muddled noise, then speech",b b,c c,d d,e e\n'
)
CLOTHO_METADATA = (
    "file_name,keywords,sound_id,sound_link,start_end_samples,manufacturer,license\na.wav,x;y,1,http://a,[0],Me,CC0\n"
)
WAVCAPS = {
    "num_captions_per_audio": 1,
    "data": [{"id": "1", "caption": "Rain [falls].", "duration": 2.5}, {"id": "2", "caption": "A cat, too."}],
}


def read(tmp_path, text, column=None, encoding="utf-8"):
    path = tmp_path / "bank.dat"  # the name says nothing
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return [cell.strip() if isinstance(cell, str) else cell for cell in captions_of_file(path, column)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A dog barks\n# no caption\n\nRain, and wind\n", ["A dog barks", "", "Rain, and wind"]),
        ("A dog barks, loudly\nA cat, a dog\n", ["A dog barks, loudly", "A cat, a dog"]),
        ("\ufeffcaption\nA dog barks\n", ["A dog barks"]),
        ("id\tText\n1\tA dog, barking\n", ["A dog, barking"]),
        (AUDIOCAPS, ["A woman talks, then a dog barks", "Rain falls"]),
        (CLOTHO, ["A muddled noise, then speech", "b b", "c c", "d d", "e e"]),
        (json.dumps(WAVCAPS), ["Rain [falls].", "A cat, too."]),
        (json.dumps(WAVCAPS, indent=2), ["Rain [falls].", "A cat, too."]),
        (json.dumps(["A dog.", 5]), ["A dog.", 5]),
        ('{"caption": "A dog."}\n{"caption": null}\n{"other": 1}\n', ["A dog.", None, None]),
        ('{"captions": ["A dog.", "A cat."]}\n', ["A dog.", "A cat."]),
        ("caption,x\nA dog barks, loudly,1\nA cat,2\n", [None, "A cat"]),  # a comma without quotes: not half a caption
        ("caption\r\nA dog barks\r\n", ["A dog barks"]),
    ],
)
def test_forms_are_known_by_their_content(tmp_path, text, found):
    assert read(tmp_path, text) == found


def test_a_named_column_goes_before_all_others(tmp_path):
    assert read(tmp_path, "caption,title\nno,A dog barks\n", "title") == ["A dog barks"]
    assert read(tmp_path, '{"caption": "no", "title": "A dog barks"}\n{"title": "A cat"}', "title") == [
        "A dog barks",
        "A cat",
    ]


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        (CLOTHO_METADATA, None, "metadata of Clotho"),
        ("path,label\na.wav,dog\n", None, "found path, label: name the right one by --caption-column"),
        (AUDIOCAPS, "zzz", "no column zzz; found audiocap_id, youtube_id, start_time, caption"),
        ("A dog barks\nA cat\n", "zzz", "no column zzz"),
        ('{"a": 1}\n{"a": 2}\n', None, "found a: name"),
        (b"RIFF\0\0\0\0WAVE", None, "not text"),
        ("Ein Hund b\u00e4llt\n".encode("latin-1"), None, "not UTF-8"),
        (json.dumps(WAVCAPS)[:-30], None, "broken off"),
        ('{"caption": "A dog."}\n{"caption": \n', None, "broken off"),
    ],
)  # fmt: skip
def test_wrong_files_are_named_with_what_was_found(tmp_path, text, column, said):
    with pytest.raises(ValueError, match=r"bank\.dat") as raised:
        read(tmp_path, text, column)
    assert said in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("block", [7, 50, 1000])
def test_json_is_read_in_blocks_as_json_reads_it_whole(tmp_path, monkeypatch, block):
    monkeypatch.setattr("mkaudio.prompts.bank_files._HEAD_CHARACTERS", block)
    items = [{"caption": f'A "dog" {number}, ] }} \u00e9', "of": [1, {"n": number}]} for number in range(50)] + [
        *range(10**8, 10**8 + 20),
        "x",
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(items, indent=1))
    with path.open() as handle:
        assert list(json_items(handle, path)) == items


def test_a_large_file_is_not_read_before_it_is_asked_for(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"caption": f"A dog barks {number} times"} for number in range(50_000)])[:-100])
    rows = captions_of_file(path)
    assert next(rows) == "A dog barks 0 times"  # that it is broken off comes at its end
    with pytest.raises(ValueError, match="broken off"):
        list(rows)
