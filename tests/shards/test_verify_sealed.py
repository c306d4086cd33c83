"""Files that disagree under right seals, as a fault of ours would leave them: each is named, none ends in a traceback."""

import json
import random
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distilling import run_distill, write_tone

from mkaudio.shards import open_storage, read_sealed, read_table, sealed, sha256_of, verify, write_table
from mkaudio.shards.schema import CANDIDATES, MANIFEST, PLAN, QUARANTINE, SELECTION, embeddings_schema

SCHEMAS = {
    "manifest": MANIFEST, "candidates": CANDIDATES, "quarantine": QUARANTINE, "selections/default": SELECTION,
    "embeddings/fake": embeddings_schema(8), "plan": PLAN,
}  # fmt: skip


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """Two shards: clips, a refused input, a duplicate, and a source of three windows with a short tail."""
    folder = tmp_path_factory.mktemp("sealed")
    for number in range(4):
        write_tone(folder / "in" / f"{number}.wav", 300.0 + 50 * number)
    shutil.copy(folder / "in" / "0.wav", folder / "in" / "00.wav")
    (folder / "in" / "1x.wav").write_text("no sound")
    write_tone(folder / "in" / "long.wav", 250.0, 20.5)
    run_distill([folder / "in"], folder / "out", samples_per_shard=4)
    assert list(verify(folder / "out")) == []
    return folder / "out"


@pytest.fixture
def dataset(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "out")


def found(dataset):
    return [str(problem) for problem in verify(dataset)]


def reseal(dataset):
    """Make markers and description agree with the files again."""
    for marker in sorted((dataset / "commits").iterdir()):
        content = read_sealed(open_storage(marker.parent), marker.name)
        for name in content["files"]:
            path = dataset / name
            content["files"][name] = {"size_bytes": path.stat().st_size, "sha256": sha256_of(path)}
        marker.write_bytes(sealed(content))
    edit(dataset / "dataset.json", lambda info: info["generations"][0].update(
        plan_sha256=sha256_of(dataset / "plan" / "000000.parquet")
    ))  # fmt: skip


def edit(path, change):
    content = read_sealed(open_storage(path.parent), path.name)
    change(content)
    path.write_bytes(sealed(content))


def rewrite(dataset, table, change, shard=0):
    path = dataset / table / f"{shard:06d}.parquet"
    rows = read_table(path).to_pylist()
    changed = change(rows)
    write_table(path, rows if changed is None else changed, SCHEMAS[table])
    reseal(dataset)


MARKER = {
    "another shard's": (lambda one: one.update(shard=1), "its shard is 1, not 0"),
    "no number": (lambda one: one.update(shard=False), "its shard is False"),
    "another generation": (lambda one: one.update(generation=1), "its generation is 1, not 0"),
    "fewer files": (lambda one: one["files"].pop("manifest/000000.parquet"), "are not those of its shard"),
    "other names": (lambda one: one["files"].update({"../x": {}}), "are not those of its shard"),
    "no size": (lambda one: one["files"].update({"shards/000000.tar": None}), "no size and sha256"),
    "a count that is none": (lambda one: one["counts"].update(windows=-1), "its counts cannot be"),
    "a count less": (lambda one: one["counts"].pop("windows"), "its counts cannot be"),
    "filtered for refused": (
        lambda one: one["counts"].update(windows_refused=1, windows_committed=one["counts"]["windows_committed"] - 1),
        "states 1 windows_refused, tables and plan hold 0",
    ),
    "read for refused": (
        lambda one: one["counts"].update(sources_read=one["counts"]["sources_read"] + 1, sources_refused=0),
        "states 0 sources_refused, tables and plan hold 1",
    ),
    "sums": (lambda one: one["counts"].update(sources=99), "its sources do not add up"),
    "more speech": (lambda one: one["heard"].update(speech_clips=99), "states of speech and music"),
    "less sound": (lambda one: one["heard"].update(audio_s=0.5), "states of speech and music"),
    "speech that cannot be": (
        lambda one: one["heard"].update(speech_s=-1),
        "what it states of speech and music cannot be",
    ),
    "no word of speech": (lambda one: one.pop("heard"), "what it states of speech and music cannot be"),
}


@pytest.mark.parametrize("case", MARKER)
def test_a_marker_that_says_something_else(dataset, case):
    change, said = MARKER[case]
    edit(dataset / "commits" / "000000.json", change)
    assert any(one.startswith("commits/000000.json: ") and said in one for one in found(dataset)), found(dataset)


DESCRIPTION = {
    "n_shards": (lambda one: one["generations"][0].update(n_shards=999_999), "its shards are not 0 to 999998"),
    "n_sources": (lambda one: one["generations"][0].update(n_sources=8), "its sources are 7, dataset.json states 8"),
    "n_windows": (lambda one: one["generations"][0].update(n_windows=9), "dataset.json states 9"),
    "first_key": (lambda one: one["generations"][0].update(first_key=1), "does not begin where the one before ends"),
    "roots": (lambda one: one["generations"][0].update(roots={}), "of no root that dataset.json states"),
    "a text": (lambda one: one["generations"][0].update(n_windows="8"), "n_windows of its generation 0 cannot be"),
    "a field more": (lambda one: one.update(x=1), "are not those of a dataset's description"),
    "a field less": (lambda one: one.pop("generations"), "are not those of a dataset's description"),
    "a path": (lambda one: one.update(scorer="../.."), "its scorer cannot be"),
    "counts": (lambda one: one["counts"].update(windows=8), "its counts are not the sums"),
    "a share that is none": (lambda one: one["config"].update(speech_share="half"), "its config cannot be"),
    "a number of windows that is none": (
        lambda one: one["config"].update(max_windows_per_file=True),
        "its config cannot be",
    ),
}


@pytest.mark.parametrize("case", DESCRIPTION)
def test_a_description_that_says_something_else(dataset, case):
    change, said = DESCRIPTION[case]
    edit(dataset / "dataset.json", change)
    problems = found(dataset)
    assert any(said in one for one in problems), problems
    assert len(problems) < 5, "what contradicts its sealed plan says nothing of the shards"


def every(**values):
    return lambda rows: [row | values for row in rows]


def first(**values):
    return lambda rows: rows[0].update(values)


TABLES = {
    ("manifest", "prompt"): (first(prompt="other"), "is not the manifest's prompt"),
    ("manifest", "score"): (first(score=0.5), "is not the manifest's prompt, expert, score and n_events"),
    ("manifest", "not finite"): (first(rms_dbfs=float("nan")), "a rms_dbfs is not a finite number"),
    ("manifest", "another sound"): (first(peak_dbfs=-7.0), "it is another sound"),
    ("manifest", "duration"): (first(duration_s=2.0), "its duration_s is not n_frames / sample_rate_hz"),
    ("manifest", "bits"): (first(bit_depth=24), "its bit_depth is not what was planned"),
    ("manifest", "start"): (first(start_s=1.0), "its start_s is not what was planned"),
    ("manifest", "rate"): (first(sample_rate_hz=0), "its duration_s is not"),
    ("manifest", "sha256"): (first(source_sha256="0" * 64), "its source_sha256 is not what was planned"),
    ("manifest", "licence"): (first(licence="mine"), "its licence is not what was planned"),
    ("manifest", "scorer"): (first(scorer="clap:1"), "is scored by 'clap:1'"),
    ("manifest", "no key"): (first(key="0x"), "the key is outside the plan's"),
    ("manifest", "a short key"): (first(key="0"), "is no key"),
    ("manifest", "size"): (first(flac_size=-5), "is not where the manifest says"),
    ("candidates", "rank"): (first(rank=3), "its ranks are not the order"),
    ("candidates", "decision"): (first(decision="lost"), "its best candidate, and no other, should be kept"),
    ("candidates", "number"): (first(candidate=2), "not numbered in order"),
    ("candidates", "scorer"): (first(scorer="fake:x"), "not scored by the manifest's scorer"),
    ("candidates", "no score"): (first(score=None), "its refused candidates, and no others, should have no score"),
    ("candidates", "no rank"): (first(rank=None), "its ranks are not the order of its scores"),
    ("candidates", "scored and refused"): (first(decision="refused"), "its refused candidates, and no others"),
    ("candidates", "mended in silence"): (first(proposed="x"), "a candidate's text is not what was proposed"),
    ("candidates", "nothing mended"): (first(mendings=["spaces"]), "a candidate's text is not what was proposed"),
    ("candidates", "order"): (lambda rows: rows[::-1], "not in the manifest's order"),
    ("candidates", "less"): (lambda rows: rows[1:], "is not the manifest's prompt"),
    ("selections/default", "candidate"): (first(candidate=1), "is not the clip's best candidate"),
    ("selections/default", "less"): (lambda rows: rows[1:], "whose best candidate is to be selected"),
    ("selections/default", "stranger"): (first(key="0000000009"), "key 0000000009 is not in the manifest"),
    ("embeddings/fake", "not finite"): (first(embedding=[np.float16("nan")] * 8), "a vector is not finite"),
    ("embeddings/fake", "order"): (lambda rows: rows[::-1], "its keys are not those of the manifest"),
    ("quarantine", "reason"): (first(reason="bored"), "reason 'bored' is not in the list"),
    ("quarantine", "another reason"): (first(reason="no_frames"), "its refused inputs are not those of the plan"),
    ("quarantine", "unplanned"): (first(source_path="no.wav"), "was not planned"),
    ("quarantine", "negative"): (first(n_windows=-1), "was not planned"),
    ("quarantine", "absurd"): (first(n_windows=2**31 - 1), "never planned"),
    ("quarantine", "twice"): (lambda rows: [*rows, rows[0]], "an input is there twice"),
    ("quarantine", "less"): (lambda rows: rows[1:], "its refused inputs are not those of the plan"),
    ("plan", "absurd"): (first(n_windows=2**31 - 1), "its keys do not follow each other"),
    ("plan", "shards"): (every(shard=0), "its shards are not 0 to 1"),
    ("plan", "refusal"): (first(refusal="bored"), "a refusal is not in the list of reasons"),
    ("plan", "duplicate"): (lambda rows: rows[1].update(duplicate_of="x/y"), "a duplicate is of no planned source"),
    ("plan", "twice"): (every(source_path="0.wav"), "a source is planned twice"),
    ("plan", "empty"): (lambda rows: rows.clear(), "it has no rows"),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES, ids=str)
def test_tables_that_say_something_else(dataset, case):
    table, _ = case
    change, said = TABLES[case]
    rewrite(dataset, table, change)
    assert any(said in one for one in found(dataset)), found(dataset)


def test_a_window_twice_and_another_never(dataset):
    """The counts agree: only the windows themselves tell."""

    def move(rows):
        tail = next(row for row in rows if row["reason"] == "short_tail")
        tail["window"] = 1

    rewrite(dataset, "quarantine", move, shard=1)
    assert found(dataset) == ["manifest/000001.parquet: 'long.wav': window 1 is accounted for twice, or never planned"]


@pytest.mark.parametrize(("score", "said"), [(-1.0, []), (9.0, ["its ranks are not the order of its scores"])])
def test_a_second_candidate(dataset, score, said):
    second = {"candidate": 1, "rank": 1, "decision": "lost", "reason": "lower_score", "score": score}
    rewrite(dataset, "candidates", lambda rows: [rows[0], rows[0] | second, *rows[1:]])
    assert found(dataset) == [f"candidates/000000.parquet 0000000000: {what}" for what in said]


REFUSED = {"candidate": 1, "rank": None, "decision": "refused", "reason": "too_short", "score": None}


@pytest.mark.parametrize(("more", "said"), [
    ({}, []), ({"reason": ""}, ["a refused candidate has mendings, or no reason"]),
    ({"mendings": ["spaces"], "proposed": "x"}, ["a refused candidate has mendings, or no reason"]),
])  # fmt: skip
def test_a_refused_candidate(dataset, more, said):
    rewrite(dataset, "candidates", lambda rows: [rows[0], rows[0] | REFUSED | more, *rows[1:]])
    assert found(dataset) == [f"candidates/000000.parquet 0000000000: {what}" for what in said]


def test_a_piece_of_a_source_that_is_anothers(tmp_path):
    write_tone(tmp_path / "in" / "long.wav", 250.0, 30.0)
    dataset = tmp_path / "out"
    run_distill([tmp_path / "in"], dataset, samples_per_shard=2)
    assert found(dataset) == []
    rewrite(dataset, "plan", lambda rows: rows[1].update(source_path="other.wav"))
    assert found(dataset) == ["plan/000000.parquet: a piece of a source does not follow the piece before"]


def test_a_filtered_window_that_is_called_refused(dataset):
    def rename(rows):
        next(row for row in rows if row["reason"] == "short_tail")["reason"] = "decode_error"

    rewrite(dataset, "quarantine", rename, shard=1)
    assert "commits/000001.json: states 1 windows_filtered, tables and plan hold 0" in found(dataset)


def test_vectors_of_another_length_in_one_shard(dataset):
    path = dataset / "embeddings" / "fake" / "000001.parquet"
    rows = [row | {"embedding": row["embedding"][:4]} for row in read_table(path).to_pylist()]
    write_table(path, rows, embeddings_schema(4))
    reseal(dataset)
    assert found(dataset) == ["embeddings/fake/000001.parquet: its vectors have 4 numbers, those of shard 0 8"]


@pytest.mark.parametrize("schema", [pa.schema([("key", pa.string())]), pa.schema([]), MANIFEST])
def test_other_columns(dataset, schema):
    for table in SCHEMAS:
        path = dataset / table / "000000.parquet"
        if schema is MANIFEST and table == "manifest":
            continue
        whole = path.read_bytes()
        pq.write_table(schema.empty_table(), path)
        reseal(dataset)
        assert any(one.startswith(f"{table}/000000.parquet") and "columns" in one for one in found(dataset)), table
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tar: tar + bytes(10_240), "does not end with"),
        (lambda tar: tar[:-1] + b"x", "does not end with"),
        (lambda tar: tar.replace(b"0000644", b"0000777", 1), "not as we write it"),
        (lambda tar: tar.replace(b"fLaC", b"fLaX", 1), "cannot be decoded"),
        (lambda tar: tar.replace(b"A sound of 1.0", b"A sound of 9.9", 1), "its json is not the manifest's row"),
        (lambda tar: bytes(len(tar)), "is not the member at byte 0"),
        (lambda tar: b"", "is not where the manifest says"),
    ],
)
def test_a_tar_that_is_not_as_we_write_it(dataset, change, said):
    path = dataset / "shards" / "000000.tar"
    path.write_bytes(change(path.read_bytes()))
    reseal(dataset)
    assert any(one.startswith("shards/000000.tar") and said in one for one in found(dataset)), found(dataset)


def test_bytes_between_members_are_seen(dataset):
    path = dataset / "shards" / "000000.tar"
    row = read_table(dataset / "manifest" / "000000.parquet").to_pylist()[0]
    tar = bytearray(path.read_bytes())
    tar[row["txt_offset"] + row["txt_size"]] = 7
    path.write_bytes(tar)
    reseal(dataset)
    assert found(dataset) == ["shards/000000.tar 0000000000.txt: is not followed by zeros to the end of its block"]


MUTATIONS = pytest.mark.parametrize("n", [12, pytest.param(200, marks=pytest.mark.slow)])
WEIRD = (None, True, -1, 0, 2**31, 10**30, 1.5, "", "x", "../..", "\ud800", [], [1], {}, {"a": 1})


def _mutate(value, rng):
    """Change one thing somewhere in a JSON value."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        name = rng.choice(sorted(value))
        kind = rng.random()
        if kind < 0.15:
            return {other: one for other, one in value.items() if other != name}
        if kind < 0.25:
            return value | {name + "x": value[name]}
        return value | {name: _mutate(value[name], rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], _mutate(value[at], rng), *value[at + 1 :]]
    return rng.choice(WEIRD)


@MUTATIONS
@pytest.mark.parametrize("name", ["dataset.json", "commits/000000.json"])
def test_any_sealed_content_is_a_problem_at_most(dataset, name, n):
    rng = random.Random(7)
    path = dataset / name
    whole = read_sealed(open_storage(path.parent), path.name)
    harmless = 0
    for _ in range(n):
        content = _mutate(whole, rng)
        if not isinstance(content, dict) or "\\ud800" in json.dumps(content) or content == whole:
            continue
        path.write_bytes(sealed(content))
        harmless += found(dataset) == []
    assert harmless < n / 2  # settings of the run and names of models may say anything


def test_any_json_is_a_problem_at_most(dataset):
    for text in (
        "",
        "[]",
        "[1]",
        "null",
        "1",
        '"x"',
        "{}",
        "[" * 100_000,
        '{"sha256_of_the_rest": 1}',
        "{" * 9,
        '{"a": 1e999}',
    ):
        for name in ("dataset.json", "commits/000000.json"):
            path = dataset / name
            whole = path.read_bytes()
            path.write_text(text)
            assert any(one.startswith(name) for one in found(dataset)), text[:40]
            path.write_bytes(whole)


@MUTATIONS
@pytest.mark.parametrize("table", SCHEMAS)
def test_any_parquet_bytes_are_a_problem_at_most(dataset, table, n):
    rng = random.Random(11)
    path = dataset / table / "000000.parquet"
    whole = path.read_bytes()
    for _ in range(n):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 1, 4, 32))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data[: rng.randrange(len(data))] if rng.random() < 0.2 else data)
        reseal(dataset)
        found(dataset)


@MUTATIONS
@pytest.mark.parametrize("table", SCHEMAS)
def test_any_values_are_a_problem_at_most(dataset, table, n):
    """Rows of right types with any values, under right seals, never end in a traceback."""
    rng = random.Random(13)
    path = dataset / table / "000000.parquet"
    whole = read_table(path)
    texts = ("", "x", "0000000001", "decode_error", "short_tail", "0.wav", "\x00", "é" * 300)
    numbers = (-(2**31), -1, 0, 1, 2, 7, 2**31 - 1)
    for _ in range(n):
        rows = whole.to_pylist()
        for _ in range(rng.choice((1, 2, 8))):
            row = rng.choice(rows)
            column = rng.choice(whole.schema)
            if pa.types.is_string(column.type):
                row[column.name] = rng.choice(texts)
            elif column.type == pa.int8():
                row[column.name] = rng.choice((-128, 0, 16, 24, 127))
            elif pa.types.is_integer(column.type):
                row[column.name] = rng.choice(numbers)
            elif pa.types.is_floating(column.type):
                row[column.name] = rng.choice((float("nan"), float("inf"), -1.0, 0.0, 1e300))
        if rng.random() < 0.3:
            rng.shuffle(rows)
        write_table(path, rows, SCHEMAS[table])
        reseal(dataset)
        found(dataset)
