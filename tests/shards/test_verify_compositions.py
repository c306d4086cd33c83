"""A sealed dataset of compositions whose provenance is wrong: each fault of ours would be named."""

import copy
import math
import shutil

import pytest
from static_twin import clips_in, samples_of, write_twin

from mkaudio.shards import open_storage, read_sealed, read_table, sealed, sha256_of, verify, write_table
from mkaudio.shards.schema import MANIFEST, PLAN
from mkaudio.shards.verify_compositions import check_compositions


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("composed")
    samples = samples_of(clips_in(folder / "clips", (9,)), folder, weights=(1.0, 3.0, 3.0))
    write_twin(samples, folder / "out", samples_per_shard=99)
    assert list(verify(folder / "out")) == []
    return folder / "out"


@pytest.fixture(scope="module")
def tables(pristine):
    """The rows of its manifest, and those of its plan."""
    return [read_table(pristine / table / "000000.parquet").to_pylist() for table in ("manifest", "plan")]


@pytest.fixture
def twin(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "out")


def forge(twin, change, table="manifest"):
    """Write other rows, and seals that fit them."""
    schema = {"manifest": MANIFEST, "plan": PLAN}[table]
    path, storage = twin / table / "000000.parquet", open_storage(twin)
    rows = read_table(path).to_pylist()
    change(rows)
    write_table(path, rows, schema)
    if table == "plan":
        info = read_sealed(storage, "dataset.json")
        info["generations"][0]["plan_sha256"] = sha256_of(path)
        (twin / "dataset.json").write_bytes(sealed(info))
        return
    marker = read_sealed(storage, "commits/000000.json")
    marker["files"]["manifest/000000.parquet"] = {"size_bytes": path.stat().st_size, "sha256": sha256_of(path)}
    (twin / "commits" / "000000.json").write_bytes(sealed(marker))


def found(twin):
    return [str(problem) for problem in verify(twin)]


def of(n_events):
    """The first row with so many events."""
    return lambda rows: next(row for row in rows if len(row["parts"]) == n_events + 1)


def whole(row, **values):
    row["composition"].update(values)


def part(row, which, /, **values):
    next(one for one in row["parts"] if one["origin"] == which).update(values)


PROVENANCE = {
    "nothing stated": (1, lambda row: row.update(parts=None, composition=None), "does not say of what"),
    "no parts": (1, lambda row: row.update(parts=None), "has one of parts and composition, and not the other"),
    "no composition": (1, lambda row: row.update(composition=None), "has one of parts and composition"),
    "empty": (0, lambda row: row["parts"].clear(), "its parts are not one clip and events"),
    "two clips": (1, lambda row: part(row, "event", origin="clip"), "its parts are not one clip and events"),
    "no clip": (1, lambda row: part(row, "clip", origin="event"), "its parts are not one clip and events"),
    "a stranger": (1, lambda row: part(row, "event", origin="noise"), "its parts are not one clip and events"),
    "order": (2, lambda row: row["parts"].reverse(), "not in the order of time"),
    "outside": (1, lambda row: row["parts"][-1].update(end_s=9.0), "a part lies outside the sound"),
    "before": (1, lambda row: row["parts"][0].update(start_s=-0.1), "a part lies outside the sound"),
    "turned round": (0, lambda row: part(row, "clip", start_s=0.1, end_s=0.05), "a part lies outside the sound"),
    "short": (0, lambda row: part(row, "clip", end_s=0.05), "does not end with its last part"),
    "no key": (0, lambda row: part(row, "clip", key="7"), "the key '7' of a part is no key"),
    "a key of letters": (1, lambda row: part(row, "event", key="dog_000001"), "of a part is no key"),
    "louder": (1, lambda row: whole(row, gain_db=0.1), "its gain_db is above 0"),
    "not finite": (1, lambda row: part(row, "event", gain_db=math.nan), "a number of its parts is not finite"),
    "SNR not finite": (1, lambda row: part(row, "event", snr_db=math.inf), "a number of its parts is not finite"),
    "licence": (1, lambda row: part(row, "event", licence="other"), "its licence is not what its parts state"),
    "credit": (0, lambda row: part(row, "clip", attribution="me"), "its attribution is not what its parts state"),
    "drawn": (2, lambda row: whole(row, n_drawn=1), "has 2 events, 1 drawn"),
    "too many drawn": (1, lambda row: whole(row, n_drawn=3, fallback="no room"), "has 1 events, 3 drawn"),
    "no fallback": (1, lambda row: whole(row, n_drawn=2), "fewer events than drawn and no fallback"),
    "a fallback": (2, lambda row: whole(row, fallback="no room"), "or the other way round"),
    "no template": (1, lambda row: whole(row, template=""), "relation, template and events do not agree"),
    "relation": (1, lambda row: whole(row, relation="X"), "relation, template and events do not agree"),
    "epoch": (0, lambda row: whole(row, epoch=5), "are not those of its source_path"),
    "index": (0, lambda row: whole(row, index=5), "are not those of its source_path"),
    "a clip with a label": (0, lambda row: part(row, "clip", label="Dog"), "a clip has a label"),
    "an event without": (1, lambda row: part(row, "event", label=""), "an event has no label"),
    "a clip with an SNR": (0, lambda row: part(row, "clip", snr_db=3.0), "a clip has a label or an SNR"),
    "source": (1, lambda row: part(row, "event", source_start_s=-1.0), "begins before its source"),
    "fades": (1, lambda row: part(row, "event", fade_out_s=2.0), "fades longer than it lasts"),
}


@pytest.mark.parametrize("case", PROVENANCE)
def test_what_cannot_be_in_a_provenance(tables, case):
    n_events, change, said = PROVENANCE[case]
    rows, planned = copy.deepcopy(tables)
    assert not list(check_compositions(rows, planned, "here"))
    change(row := of(n_events)(rows))
    found = list(check_compositions(rows, planned, "here"))
    assert (
        found and all(where == f"here {row['key']}" for where, _ in found) and any(said in what for _, what in found)
    ), found


def test_verify_names_it(twin):
    forge(twin, lambda rows: part(of(1)(rows), "event", licence="other"))
    (problem,) = found(twin)
    assert (
        problem.startswith("manifest/000000.parquet 00000000") and "its licence is not what its parts state" in problem
    )


def test_where_the_plan_cannot_be_believed_the_parts_are_compared_all_the_same(tables):
    rows, _ = copy.deepcopy(tables)
    rows[0].update(parts=None, composition=None)
    assert not list(check_compositions(rows, None, "here"))
    rows[1]["composition"]["gain_db"] = 1.0
    assert [what for _, what in check_compositions(rows, None, "here")] == ["its gain_db is above 0"]


def test_a_recording_has_no_parts(twin):
    forge(twin, lambda rows: rows[4].update(kind="file"), "plan")
    assert found(twin) == ["manifest/000000.parquet 0000000004: is a recording, and has parts"]


def test_a_rate_that_is_none_is_one_problem_and_no_traceback(twin):
    forge(twin, lambda rows: rows[0].update(sample_rate_hz=0))
    assert any("is not n_frames / sample_rate_hz" in one for one in found(twin))
