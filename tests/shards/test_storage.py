"""A folder and an object store keep the same promises."""

import pickle

import pytest

from mkaudio.shards import open_storage


@pytest.fixture(params=["folder", "s3"])
def storage(request, tmp_path):
    if request.param == "folder":
        return open_storage(tmp_path / "out")
    return open_storage(request.getfixturevalue("s3").address("some/out"))


def staged(storage, data):
    with storage.staging("test") as folder:
        (folder / "x").write_bytes(data)
        storage.publish(folder / "x", "manifest/000000.parquet")


def test_what_is_published_is_there_by_name(storage):
    assert storage.state("manifest/000000.parquet") is None and storage.names() == [] and storage.entries() == []
    staged(storage, b"one")
    storage.publish_bytes(b"{}", "dataset.json")
    storage.publish_bytes(b"{1}", "dataset.json")
    assert storage.names() == ["dataset.json", "manifest/000000.parquet"]
    assert storage.names("manifest") == ["manifest/000000.parquet"] and storage.names("none") == []
    assert [name for name in storage.entries() if name != ".tmp"] == ["dataset.json", "manifest"]
    assert storage.state("dataset.json").size_bytes == 3 and storage.state("manifest") is None
    with storage.open("manifest/000000.parquet") as handle:
        assert handle.read() == b"one" and handle.seek(1) == 1 and handle.read() == b"ne"
    storage.remove("dataset.json")
    storage.remove("dataset.json")
    assert storage.state("dataset.json") is None
    with pytest.raises(FileNotFoundError):
        storage.open("dataset.json").read()


def test_a_published_file_takes_the_place_of_another(storage):
    staged(storage, b"one")
    staged(storage, b"second")
    with storage.open("manifest/000000.parquet") as handle:
        assert handle.read() == b"second"


def test_a_pickled_storage_opens_the_same_files(storage):
    storage.publish_bytes(b"x", "a/b.json")
    assert pickle.loads(pickle.dumps(storage)).names() == ["a/b.json"]


def test_a_marker_is_created_once(s3):
    storage = open_storage(s3.address("out"))
    storage.create_bytes(b"one", "commits/000000.json")
    storage.create_bytes(b"one", "commits/000000.json")
    with pytest.raises(FileExistsError, match="does a second run write here"):
        storage.create_bytes(b"two", "commits/000000.json")
    assert s3.get("out/commits/000000.json") == b"one"


def test_an_address_that_nothing_opens_is_named():
    with pytest.raises(ValueError, match="sftq://host/x"):
        open_storage("sftq://host/x").names()


def test_a_store_that_refuses_is_an_error_of_the_system_that_names_the_address(s3):
    storage = open_storage(s3.address("out"))
    s3.store.fault = lambda method, path: "403 Forbidden" if method == "PUT" else None
    with pytest.raises(OSError) as raised:
        storage.publish_bytes(b"x", "dataset.json")
    assert raised.value.filename == f"{s3.address('out')}/dataset.json" and raised.value.strerror


def test_a_relative_folder_is_fixed_where_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage = open_storage("out")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    storage.publish_bytes(b"x", "a.json")
    assert storage.address == "out" and (tmp_path / "out" / "a.json").read_bytes() == b"x"
