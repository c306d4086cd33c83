"""Whatever is wrong with a dataset is found, even where every hash agrees."""

import pytest
from distilling import run_distill, write_tone

from mkaudio.shards import open_storage, read_sealed, read_table, sealed, sha256_of, verify, write_table
from mkaudio.shards.schema import CANDIDATES, MANIFEST


@pytest.fixture
def dataset(tmp_path):
    for number in range(6):
        write_tone(tmp_path / "in" / f"{number}.wav", 300.0 + 50 * number)
    run_distill([tmp_path / "in"], tmp_path / "out")
    assert list(verify(tmp_path / "out")) == []
    return tmp_path / "out"


def found(dataset):
    return [str(problem) for problem in verify(dataset)]


def reseal(dataset, shard=0, **changes):
    """Make a shard's marker agree with its files again: what a bug of ours would leave, not what a disk does."""
    marker = dataset / "commits" / f"{shard:06d}.json"
    content = read_sealed(open_storage(dataset), f"commits/{shard:06d}.json")
    for name in content["files"]:
        content["files"][name] = {"size_bytes": (dataset / name).stat().st_size, "sha256": sha256_of(dataset / name)}
    content["counts"].update(changes)
    marker.write_bytes(sealed(content))


def test_every_missing_file_and_every_flipped_byte(dataset):
    for path in sorted(path for path in dataset.rglob("*") if path.is_file()):
        name = path.relative_to(dataset).as_posix()
        if name.startswith((".tmp", "log")):
            continue
        whole = path.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 7)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
            assert any(name in problem for problem in found(dataset)), (name, at)
        path.unlink()
        assert found(dataset), name
        path.write_bytes(whole)
    assert found(dataset) == []


def test_a_cut_file_is_told_by_its_size(dataset):
    tar = dataset / "shards" / "000000.tar"
    size = tar.stat().st_size
    tar.write_bytes(tar.read_bytes()[:-1])
    assert found(dataset) == [f"shards/000000.tar: {size - 1:,} bytes, the marker states {size:,}"]


def test_order_is_that_of_shards_whatever_the_number_of_threads(dataset):
    for path in dataset.rglob("0*.*"):
        if path.parent.name != "plan":
            path.write_bytes(path.read_bytes()[:-1])
    one = [str(problem) for problem in verify(dataset, workers=1)]
    assert [str(problem) for problem in verify(dataset, workers=4)] == one and len(one) > 2
    seen = []
    assert next(verify(dataset, seen.append, workers=4)).shard == 0 and seen == []


def test_a_file_that_no_marker_states(dataset):
    (dataset / "manifest" / "000099.parquet").write_bytes(b"x")
    (dataset / "commits" / "000099.json").write_bytes(b"x")
    assert found(dataset) == [
        "commits/000099.json: a marker of no planned shard",
        "manifest/000099.parquet: no marker states this file",
    ]


def test_a_prompt_in_the_tar_that_is_not_the_manifests(dataset):
    tar = dataset / "shards" / "000000.tar"
    tar.write_bytes(tar.read_bytes().replace(b"A sound of 1.0 seconds.", b"A sound of 9.9 seconds.", 2))
    reseal(dataset)
    problems = found(dataset)
    assert any(
        "its txt is not the manifest's prompt" in problem or "its json is not" in problem for problem in problems
    )


def test_tables_that_disagree(dataset):
    manifest = dataset / "manifest" / "000000.parquet"
    rows = read_table(manifest).to_pylist()
    write_table(manifest, [rows[1], rows[0], *rows[2:]], MANIFEST)
    reseal(dataset)
    assert any("not unique and ascending" in problem for problem in found(dataset))
    write_table(manifest, rows[:-1], MANIFEST)
    reseal(dataset)
    assert any("neither a clip nor in quarantine" in problem for problem in found(dataset))
    write_table(manifest, rows, MANIFEST)
    ledger = dataset / "candidates" / "000000.parquet"
    lines = read_table(ledger).to_pylist()
    write_table(ledger, [*lines, {**lines[0], "key": "9999999999"}], CANDIDATES)
    reseal(dataset)
    assert any("key 9999999999 is not in the manifest" in problem for problem in found(dataset))


def test_a_sound_that_is_not_what_the_manifest_states(dataset):
    manifest = dataset / "manifest" / "000000.parquet"
    rows = read_table(manifest).to_pylist()
    write_table(manifest, [{**rows[0], "n_frames": 8001, "duration_s": 8001 / 8000}, *rows[1:]], MANIFEST)
    reseal(dataset)
    assert any(
        "its sound has (channels, frames, Hz, bits) (1, 8000, 8000, 16)" in problem for problem in found(dataset)
    )


def test_a_clip_that_was_not_planned_for_its_source(dataset):
    manifest = dataset / "manifest" / "000000.parquet"
    rows = read_table(manifest).to_pylist()
    write_table(manifest, [{**rows[0], "source_path": rows[1]["source_path"]}, *rows[1:]], MANIFEST)
    reseal(dataset)
    problems = found(dataset)
    assert any("not what was planned" in problem for problem in problems)
    assert any("window 0 is accounted for twice" in problem or "neither a clip" in problem for problem in problems)


def test_sums_that_do_not_close(dataset):
    reseal(dataset, sources_read=3, windows_filtered=1)
    problems = found(dataset)
    assert any("counts are not the sums" in problem for problem in problems)
    assert any("sources, the markers account for" in problem for problem in problems)
    assert any("windows, the markers account for" in problem for problem in problems)


def test_an_unfinished_dataset_says_so(dataset):
    (dataset / "commits" / "000001.json").unlink()
    assert any("shard 1 is not committed" in problem for problem in found(dataset))
