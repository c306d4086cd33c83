import pytest

from mkaudio.shards import read_sealed, write_sealed

CONTENT = {"b": 1, "a": {"ü": [1.5, "x"]}, "shard": 3}


@pytest.fixture
def sealed(tmp_path):
    write_sealed(tmp_path / "x.json", CONTENT, tmp_path / "x.part")
    return tmp_path / "x.json"


def test_round_trip(sealed):
    assert read_sealed(sealed) == CONTENT
    assert [path.name for path in sealed.parent.iterdir()] == ["x.json"]


def test_every_flipped_byte_and_every_cut_is_found(sealed):
    whole = sealed.read_bytes()
    for position in range(len(whole)):
        for damaged in (whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :], whole[:position]):
            sealed.write_bytes(damaged)
            with pytest.raises(ValueError, match="damaged"):
                read_sealed(sealed)
