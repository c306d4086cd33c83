"""Sounds in an object store: the same inputs, notes, order and refusals as in a folder on disk."""

import datetime
import io
import json
import os
import pickle
import sys
import tarfile

import numpy as np
import pandas as pd
import pytest
import soundfile
from distilling import digests, run_distill, write_tone

from mkaudio.pipeline.sources import objects, open_sources
from mkaudio.pipeline.sources.address import Address, path_or_address
from mkaudio.shards import Reason, Refusal, probe, verify
from mkaudio.shards.stores import mtime_ns_of


def wav(n_frames=4_000, container="WAV"):
    data = io.BytesIO()
    soundfile.write(data, 0.1 * np.sin(np.arange(n_frames) / 3), 8_000, format=container, subtype="PCM_16")
    return data.getvalue()


def tar_of(members):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return data.getvalue()


def source_of(*inputs, columns=None):
    (source,) = open_sources(inputs, columns)
    return pickle.loads(pickle.dumps(source))


def refusal_of(source, item):
    with pytest.raises(Refusal) as raised:
        source.open(item)
    return raised.value.reason


def without_times(items):
    return [(i.path, i.kind, i.size_bytes, i.offset, i.labels, i.language, i.licence,
             i.refusal and i.refusal.reason) for i in items]  # fmt: skip


@pytest.fixture
def mixed(tmp_path):
    """What a folder of sounds may hold: sidecars, odd names, folders, a tar, a hidden file, an empty file."""
    folder = tmp_path / "mixed"
    sounds = ["a.wav", "a-b.wav", "a/z.wav", "é/ü 🐕.wav", "é/x#y?z%20+.wav", "a::b.wav", "back\\slash.wav", "B.WAV"]
    for number, name in enumerate(sounds):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(wav(4_000 + number))
    (folder / "a.txt").write_text("A dog barks.")
    (folder / "a" / "z.json").write_text(json.dumps({"label": ["rain"], "license": "CC0"}))
    (folder / "a" / "z.txt").write_text("Rain falls.")
    (folder / "empty.wav").touch()
    (folder / ".hidden.wav").write_bytes(wav())
    (folder / "readme.md").write_text("no sound")
    members = {"two.wav": wav(5_000), "two.txt": b"A bell.", "one.wav": wav(6_000), "../out.wav": wav()}
    (folder / "a" / "set.tar").write_bytes(tar_of(members))
    (folder / "cut.tar").write_bytes(tar_of(members)[:9_000])
    return folder


def test_a_folder_is_what_it_is_on_disk(mixed, s3):
    here, there = source_of(mixed), source_of(s3.put_folder(mixed, "deep/mixed"))
    mine, theirs = list(here.inputs()), list(there.inputs())
    assert without_times(theirs) == without_times(mine) and len(mine) > 10
    assert there.root_name == here.root_name == "mixed" and there.ignored == here.ignored
    assert here.identity != there.identity
    for left, right in zip(mine, theirs, strict=True):
        if not left.refusal:
            assert right.mtime_ns > 0 and right.mtime_ns % 1_000_000_000 == 0
            with here.open(left) as ours, there.open(right) as stored:
                assert ours.read() == stored.read(), left.path


def test_memory_is_a_store_too(mixed):
    import fsspec

    (mixed / "a::b.wav").unlink()  # fsspec's memory takes :: for a joint of its own
    store = fsspec.filesystem("memory")
    store.put(str(mixed), "/somewhere/mixed", recursive=True)
    source = source_of("memory://somewhere/mixed/")
    items = list(source.inputs())
    assert without_times(items) == without_times(source_of(mixed).inputs()) and source.root_name == "mixed"
    assert all(source.open(item).read(4) == b"RIFF" for item in items if not item.refusal and item.size_bytes)
    store.rm("/somewhere", recursive=True)


def test_what_only_a_store_can_hold(s3):
    for key in ("in/x.wav", "in/x.wav/inside.wav", "in/", "in//no name.wav", "in/s.tar/y.wav", "other.wav"):
        s3.put(key, wav() if key.endswith(".wav") else b"")
    source = source_of(s3.address("in"))
    items = list(source.inputs())
    assert [(item.path, item.refusal and item.refusal.reason) for item in items] == [
        ("/", Reason.UNSAFE_NAME), ("s.tar/y.wav", None), ("x.wav", None), ("x.wav/inside.wav", None),
    ]  # fmt: skip


def test_only_what_the_listing_shows_is_asked_for(s3):
    for number in range(5):
        s3.put(f"in/{number}.wav", wav())
    s3.put("in/3.txt", b"A dog.")
    source = source_of(s3.address("in"))
    s3.requests.clear()
    items = list(source.inputs())
    assert [item.labels for item in items] == [(), (), (), ("A dog.",), ()]
    assert [request[:2] for request in s3.requests] == [
        ("GET", f"/{s3.name}?prefix=in/"),
        ("GET", f"/{s3.name}/in/3.txt"),
    ]


def test_more_objects_than_a_page_of_the_listing(s3):
    s3.put_many(f"in/{number:04d}.wav" for number in range(1_030))
    source = source_of(s3.address("in"))
    s3.requests.clear()
    items = list(source.inputs())
    assert len(s3.requests) == 2
    assert [item.path for item in items] == [f"{number:04d}.wav" for number in range(1_030)]


def test_one_sound_and_a_whole_bucket(s3):
    s3.put("a.wav", wav())
    s3.put("a.txt", b"A dog.")
    alone, bucket = source_of(s3.address("a.wav")), source_of(s3.address() + "/")
    assert without_times(alone.inputs()) == without_times(bucket.inputs()) != []
    assert alone.root_name == bucket.root_name == s3.name
    (item,) = alone.inputs()
    assert item.labels == ("A dog.",) and alone.open(item).read() == wav()


def test_a_tar_alone(s3):
    sound = wav(5_000)
    source = source_of(s3.put("sets/x.tar", tar_of({"k.wav": sound, "k.txt": b"A bell.", "k.xyz": b""})))
    (item,) = source.inputs()
    assert (item.path, item.labels, item.kind) == ("x.tar::k.wav", ("A bell.",), "tar")
    s3.requests.clear()
    assert source.open(item).read() == sound
    (_, (method, _, span)) = s3.requests
    assert method == "GET" and span == f"bytes={item.offset}-{item.offset + item.size_bytes - 1}"


@pytest.mark.parametrize("name", ["list.csv", "list.tsv", "list.jsonl", "list.parquet"])
def test_a_list_in_a_store(s3, name, tmp_path):
    for key in ("lists/a.wav", "lists/sub/ü b.wav", "far.wav", "lists/twice.wav"):
        s3.put(key, wav())
    paths = ["a.wav", "sub/ü b.wav", "../far.wav", s3.address("lists/twice.wav"), "./twice.wav", "gone.wav",
             "../../out.wav", "/etc/x.wav", "https://x.org/a.wav", f"file://{tmp_path}/a.wav", "sub", ""]  # fmt: skip
    table = pd.DataFrame({"path": paths, "label": [str(i) + "x" for i in range(len(paths))]})
    write = {".csv": table.to_csv, ".tsv": lambda p, index: table.to_csv(p, sep="\t", index=index)}
    path = tmp_path / name
    write.get(path.suffix, lambda p, index: table.to_parquet(p))(path, index=False)
    if path.suffix == ".jsonl":
        table.to_json(path, orient="records", lines=True)
    source = source_of(s3.put(f"lists/{name}", path.read_bytes()))
    items = list(source.inputs())
    usable = {item.path: item.labels for item in items if not item.refusal}
    assert usable == {"a.wav": ("0x",), "sub/ü b.wav": ("1x",), "../far.wav": ("2x",), "twice.wav": ("3x", "4x")}
    refused = {item.path: item.refusal.reason for item in items if item.refusal}
    assert refused.pop("sub") is Reason.NOT_A_FILE
    assert set(refused.values()) == {Reason.MISSING} and len(refused) == 6
    messages = " ".join(item.refusal.message for item in items if item.refusal)
    assert messages.count("download it") == 2 and "leads out" in messages and "some machine" in messages
    assert [item.path for item in items] == sorted((item.path for item in items), key=os.fsencode)
    assert all(source.open(item).read(4) == b"RIFF" for item in items if not item.refusal)


def test_a_list_on_disk_may_name_what_lies_in_a_store(s3, tmp_path):
    write_tone(tmp_path / "here.wav")
    (tmp_path / "list.csv").write_text(f"path\nhere.wav\n{s3.put('x/there.wav', wav())}\n{s3.address('x/gone.wav')}\n")
    source = source_of(tmp_path / "list.csv")
    items = {item.path: item for item in source.inputs()}
    assert set(items) == {"here.wav", s3.address("x/there.wav"), s3.address("x/gone.wav")}
    assert items[s3.address("x/gone.wav")].refusal.reason is Reason.MISSING
    assert source.open(items[s3.address("x/there.wav")]).read() == wav()
    assert source.open(items["here.wav"]).read(4) == b"RIFF"


def test_parquet_with_sound_in_it(s3, tmp_path):
    rows = [{"bytes": wav(1_000 + number), "path": None} for number in range(7)]
    pd.DataFrame({"audio": rows, "label": list("abcdefg")}).to_parquet(tmp_path / "s.parquet", row_group_size=3)
    source = source_of(s3.put("p/s.parquet", (tmp_path / "s.parquet").read_bytes()))
    items = list(source.inputs())
    assert [(item.path, item.labels) for item in items] == [
        (f"s.parquet::{n}", (word,)) for n, word in enumerate("abcdefg")
    ]
    assert [source.open(item).read() for item in items] == [row["bytes"] for row in rows]
    s3.delete("p/s.parquet")
    assert refusal_of(source, items[0]) is Reason.VANISHED


@pytest.mark.parametrize("kind", ["file", "tar"])
def test_vanished_and_changed(s3, kind, monkeypatch):
    name = "in/a.wav" if kind == "file" else "in/a.tar"
    data = wav() if kind == "file" else tar_of({"a.wav": wav()})
    s3.put(name, data)
    source = source_of(s3.address("in"))
    (item,) = source.inputs()
    assert item.kind == kind and source.open(item).read() == wav()
    listed = datetime.datetime.fromtimestamp(item.mtime_ns / 1e9, datetime.UTC).replace(tzinfo=None)
    for seconds, content in ((5, data), (0, data + b"xx")) if kind == "file" else ((5, data),):
        with monkeypatch.context() as patch:
            patch.setattr("moto.s3.models.utcnow", lambda late=seconds: listed + datetime.timedelta(seconds=late))
            s3.put(name, content)
        assert refusal_of(source, item) is Reason.CHANGED, seconds
    s3.delete(name)
    assert refusal_of(source, item) is Reason.VANISHED


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_what_may_not_be_read_is_one_row(s3, method):
    for name in ("a.wav", "b.wav"):
        s3.put(f"in/{name}", wav())
    source = source_of(s3.address("in"))
    a, b = source.inputs()
    s3.store.fault = lambda asked, path: "403 Forbidden" if asked == method and path.endswith("/a.wav") else None
    assert refusal_of(source, a) is Reason.UNREADABLE
    assert source.open(b).read() == wav()


def test_a_folder_that_may_not_be_listed_is_one_row(s3):
    s3.put("in/a.wav", wav())
    s3.put("in/sub/b.wav", wav())
    source = source_of(s3.address("in"))
    s3.store.fault = lambda method, path: "403 Forbidden" if path.endswith("?prefix=in/sub/") else None
    assert [(item.path, item.refusal and item.refusal.reason) for item in source.inputs()] == [
        ("a.wav", None), ("sub", Reason.UNREADABLE)
    ]  # fmt: skip


def test_what_is_large_is_read_in_blocks(s3, monkeypatch):
    monkeypatch.setattr(objects, "WHOLE_BYTES", 100_000)
    monkeypatch.setattr(objects, "BLOCK_BYTES", 50_000)
    monkeypatch.setattr(objects.open_object, "__defaults__", (100_000,))
    sound = wav(200_000)
    s3.put("in/big.wav", sound)
    s3.put("in/set.tar", tar_of({"x/big.wav": sound}))
    source = source_of(s3.address("in"))
    for item in source.inputs():
        s3.requests.clear()
        with source.open(item) as handle:
            assert probe(handle).n_frames == 200_000
            asked = [request for request in s3.requests if request[0] == "GET"]
            ends = [span.removeprefix("bytes=").split("-") for _, _, span in asked]
            assert 0 < sum(int(end) - int(start) + 1 for start, end in ends) <= 150_000
            handle.seek(-100, os.SEEK_END)
            assert handle.read() == sound[-100:] and handle.seek(0) == 0
            assert io.BufferedReader(handle).read() == sound


def test_a_store_that_fails_in_the_middle_is_an_os_error(s3, monkeypatch):
    monkeypatch.setattr(objects.open_object, "__defaults__", (100_000,))
    monkeypatch.setattr(objects, "BLOCK_BYTES", 50_000)
    s3.put("in/big.wav", wav(200_000))
    source = source_of(s3.address("in"))
    (item,) = source.inputs()
    with source.open(item) as handle:
        s3.store.fault = lambda method, path: "403 Forbidden"
        handle.seek(300_000)
        with pytest.raises(OSError, match="Forbidden"):
            handle.read(10)


@pytest.mark.parametrize(("address", "message"), [
    ("s3://no-such-bucket-at-all/x", "no such object or folder, or no such bucket"),
    ("{bucket}/no/such", "no such object or folder"),
    ("s3://", "say what in it"),
    ("gs://bucket/x", r"gs:// needs gcsfs: pip install gcsfs"),
    ("nonsense://x/y", "nonsense"),
    ("https://example.org", "lists no folders"),
    ("{bucket}/x.tar.gz", "unpack it first"),
    ("{bucket}/bad.parquet", "cannot be read as Parquet"),
])  # fmt: skip
def test_an_address_that_leads_nowhere_is_one_line(s3, address, message):
    s3.put("x.tar.gz", b"x")
    s3.put("bad.parquet", b"x")
    with pytest.raises(ValueError, match=message) as raised:
        open_sources([address.format(bucket=s3.address())])
    assert "\n" not in str(raised.value)


@pytest.fixture
def fresh_s3fs():
    """An instance of s3fs keeps the credentials that it began with."""
    import fsspec

    forget = fsspec.get_filesystem_class("s3").clear_instance_cache
    forget()
    yield forget
    forget()


def test_access_denied_and_no_credentials_are_one_line(s3, monkeypatch, fresh_s3fs):
    s3.store.fault = lambda method, path: "403 Forbidden"
    with pytest.raises(ValueError, match=r"access denied.*AWS_ACCESS_KEY_ID"):
        open_sources([s3.address("in")])
    fresh_s3fs()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(ValueError, match=r"NoCredentialsError.*AWS_ACCESS_KEY_ID.*FSSPEC_S3_ANON"):
        open_sources([s3.address("in")])


def test_a_package_that_is_missing_is_named(monkeypatch):
    from fsspec.registry import _registry

    monkeypatch.delitem(_registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ValueError, match=r"s3:// needs s3fs: pip install 'mkaudio\[s3\]'"):
        open_sources(["s3://bucket/x"])


def test_a_file_address_is_a_path(tmp_path):
    assert path_or_address(f"file://{tmp_path}/a%20b") == tmp_path / "a b"


@pytest.mark.parametrize(("text", "name", "parent", "suffix"), [
    ("s3://b/f/x.WAV", "x.WAV", "s3://b/f", ".WAV"),
    ("s3://b", "b", "s3://b", ""),
    ("s3://b/x?y.wav", "x?y.wav", "s3://b", ".wav"),
    ("https://h/f/x.csv?a=b/c.d", "x.csv?a=b/c.d", "https://h/f", ".csv"),
    ("memory://x.wav", "x.wav", "memory://", ".wav"),
])  # fmt: skip
def test_parts_of_an_address(text, name, parent, suffix):
    address = Address(text)
    assert (address.name, str(address.parent), address.suffix) == (name, parent, suffix)


def test_times_that_stores_state():
    when = datetime.datetime(2024, 5, 6, 7, 8, 9, 999_999, tzinfo=datetime.UTC)
    seconds = int(when.timestamp()) * 1_000_000_000
    stated = [{"LastModified": when}, {"updated": "2024-05-06T07:08:09.999Z"}, {"mtime": when.timestamp()},
              {"Last-Modified": "Mon, 06 May 2024 07:08:09 GMT"}, {"created": when.replace(tzinfo=None)}]  # fmt: skip
    assert [mtime_ns_of(info) for info in stated] == [seconds] * len(stated)
    assert mtime_ns_of({"LastModified": "soon"}) == mtime_ns_of({}) == 0


@pytest.mark.slow
def test_the_shards_are_those_of_a_folder_on_disk(mixed, s3, tmp_path):
    (mixed / "cut.tar").unlink()
    address = s3.put_folder(mixed, "mixed")
    here, there = tmp_path / "here", tmp_path / "there"
    mine, theirs = run_distill([mixed], here), run_distill([address], there)
    assert mine.counts == theirs.counts and theirs.counts["windows_committed"] >= 8 and theirs.sources_close
    left, right = digests(here), digests(there)
    different = {name for name in left if left[name] != right.get(name)}
    assert left.keys() == right.keys()
    assert different == {"plan/000000.parquet", "dataset.json"}  # where and when the inputs are, and what is made of it
    plans = [pd.read_parquet(output / "plan") for output in (here, there)]
    assert [name for name in plans[0] if not plans[0][name].equals(plans[1][name])] == ["mtime_ns"]
    infos = [json.loads((output / "dataset.json").read_text()) for output in (here, there)]
    assert _differences(*infos) == {"input_fingerprint", "plan_sha256", "roots", "sha256_of_the_rest"}
    assert list(verify(there)) == []


def _differences(left, right, name=""):
    if isinstance(left, dict) and isinstance(right, dict) and name != "roots":
        return {d for key in left.keys() | right.keys() for d in _differences(left.get(key), right.get(key), key)}
    if isinstance(left, list) and isinstance(right, list):
        return {d for a, b in zip(left, right, strict=True) for d in _differences(a, b, name)}
    return set() if left == right else {name}


@pytest.mark.slow
def test_the_same_bucket_is_the_same_input_and_resume_and_append_know_it(s3, tmp_path):
    for number in range(3):
        s3.put(f"in/{number}.wav", wav(4_000 + 100 * number))
    run_distill([s3.address("in")], tmp_path / "out")
    s3.put("in/3.wav", wav(9_000))
    summary = run_distill([s3.address("in") + "/"], tmp_path / "out", mode="append")
    assert summary.counts["windows_committed"] == 4 and list(verify(tmp_path / "out")) == []
