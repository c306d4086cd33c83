import pytest

from mkaudio.shards import open_storage, read_sealed, sealed

CONTENT = {"b": 1, "a": {"ü": [1.5, "x"]}, "shard": 3}


def test_round_trip(tmp_path):
    storage = open_storage(tmp_path)
    storage.publish_bytes(sealed(CONTENT), "x.json")
    assert read_sealed(storage, "x.json") == CONTENT
    assert storage.names() == ["x.json"]


def test_every_flipped_byte_and_every_cut_is_found(tmp_path):
    whole, storage = sealed(CONTENT), open_storage(tmp_path)
    for position in range(len(whole)):
        for damaged in (whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :], whole[:position]):
            (tmp_path / "x.json").write_bytes(damaged)
            with pytest.raises(ValueError, match="damaged"):
                read_sealed(storage, "x.json")
