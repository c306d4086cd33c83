"""Which clips a catalog has; it is made once, made again where it is damaged, and never of half a dataset in silence."""

from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest
from streaming import made_dataset

from mkaudio.pipeline.select import Selector
from mkaudio.pipeline.selection import Rule
from mkaudio.pipeline.stream import build_catalog, open_catalog
from mkaudio.shards import DatasetReader, open_storage, read_dataset_info


def clips_of(catalog):
    return [(catalog.base(index).key, catalog.base(index).prompt) for index in range(len(catalog))]


def test_a_selection_says_which_clips_and_which_prompts(choir_dataset, tmp_path):
    storage = open_storage(choir_dataset)
    for name, rule in (("named", Rule(experts=("labels",))), ("two", Rule(top_k=2))):
        Selector(storage, read_dataset_info(storage), rule).make(name)
    for selection in ("named", "two", "default"):
        catalog = open_catalog(choir_dataset, selection, tmp_path)
        wanted = list(DatasetReader(choir_dataset, selection))
        assert clips_of(catalog) == [(one.key, one.prompt) for one in wanted] and wanted
        assert [catalog.base(index).n_events for index in range(len(wanted))] == [one.row["n_events"] for one in wanted]
    assert len(open_catalog(choir_dataset, "named", tmp_path)) < len(open_catalog(choir_dataset, "default", tmp_path))
    with pytest.raises(ValueError, match="no such selection"):
        open_catalog(choir_dataset, "nobody's", tmp_path)


def test_without_a_selection_every_clip_with_a_prompt_comes(tmp_path):
    made_dataset(tmp_path / "out", (3,), prompt="")
    with pytest.raises(ValueError, match=r"out: no clip with a prompt"):
        open_catalog(tmp_path / "out", cache=tmp_path)
    assert len(open_catalog(made_dataset(tmp_path / "other", (3,)), cache=tmp_path)) == 3


def test_an_empty_selection_is_one_line(choir_dataset, tmp_path):
    storage = open_storage(choir_dataset)
    Selector(storage, read_dataset_info(storage), Rule(min_score=2.0)).make("none")
    with pytest.raises(ValueError, match=r"--selection none: no clip of .* is in it"):
        open_catalog(choir_dataset, "none", tmp_path)
    with pytest.raises(ValueError, match="no clip with a prompt"):
        open_catalog(made_dataset(tmp_path / "out", (0, 0)), cache=tmp_path)


def test_half_a_dataset_is_refused_unless_allowed(tmp_path):
    dataset = made_dataset(tmp_path / "out", (3, 4, 5), commit=lambda shard: shard != 1)
    with pytest.raises(ValueError, match="shard 1 is not committed; finish the dataset with --resume"):
        open_catalog(dataset, cache=tmp_path)
    catalog = open_catalog(dataset, cache=tmp_path, allow_partial=True)
    assert len(catalog) == 8 and catalog.place(7).shard == 2
    with pytest.raises(ValueError, match="not a mkaudio dataset"):
        open_catalog(tmp_path / "nothing", cache=tmp_path)


@pytest.mark.parametrize("damage", ["clips.arrow", "shards.arrow", "catalog.json", "gone"])
def test_a_damaged_catalog_is_made_again(noises, tmp_path, damage):
    catalog = open_catalog(noises, cache=tmp_path)
    whole = {path.name: path.read_bytes() for path in catalog.folder.iterdir() if path.is_file()}
    if damage == "gone":
        (catalog.folder / "clips.arrow").unlink()
    else:
        data = bytearray(whole[damage])
        data[len(data) // 2] ^= 1
        (catalog.folder / damage).write_bytes(data)
    again = open_catalog(noises, cache=tmp_path)
    assert again.folder == catalog.folder and clips_of(again) == clips_of(catalog)
    assert {path.name: path.read_bytes() for path in catalog.folder.iterdir() if path.is_file()} == whole


def test_it_is_made_once_however_many_ask(noises, tmp_path, monkeypatch):
    made, build = [], build_catalog._build
    monkeypatch.setattr(build_catalog, "_build", lambda *arguments: (made.append(1), build(*arguments)))
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: clips_of(open_catalog(noises, cache=tmp_path)), range(6)))
    assert len(made) == 1 and all(one == found[0] for one in found)


def test_a_dataset_that_has_changed_has_another_catalog(tmp_path):
    first = open_catalog(made_dataset(tmp_path / "out", (3, 4)), cache=tmp_path)
    again = open_catalog(made_dataset(tmp_path / "out", (3, 4, 2)), cache=tmp_path)
    assert len(again) == len(first) + 2 and again.folder != first.folder and again.fingerprint != first.fingerprint


def test_the_fingerprint_is_of_the_content_not_of_the_place(noises, own_noises, tmp_path):
    first, second = open_catalog(noises, cache=tmp_path), open_catalog(own_noises, cache=tmp_path)
    assert first.fingerprint == second.fingerprint and first.folder != second.folder


def test_a_shard_is_a_batch_so_that_memory_does_not_grow(noises, tmp_path):
    catalog = open_catalog(noises, cache=tmp_path)
    with pa.memory_map(str(catalog.folder / "clips.arrow")) as source:
        clips = pa.ipc.open_file(source)
        assert [len(clips.get_batch(number)) for number in range(clips.num_record_batches)] == [7, 12, 1, 9]
