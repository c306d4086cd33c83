"""Train and val of a dataset: whole groups, the same for any layout, selection and seed; events on the side of their clips."""

import json

import pytest
from static_twin import clips_in, samples_of, write_twin
from streaming import SIZES, in_pairs, made_dataset, made_events

from mkaudio.pipeline.select import Selector
from mkaudio.pipeline.selection import Rule
from mkaudio.pipeline.split import Split, origin_of
from mkaudio.pipeline.stream import open_catalog, open_stream
from mkaudio.shards import DatasetReader, open_storage, read_dataset_info

PARTS = ("train", "val")
SHARE = 0.4


def by_source(number):
    """No group; three clips come from one source."""
    return "", f"{number // 3:064x}"


def parts_of(dataset, cache, val_share=SHARE, **settings):
    """Key → (group, prompt) of each part."""
    catalogs = (open_catalog(dataset, cache=cache, split=Split(part, val_share), **settings) for part in PARTS)
    return [contents(catalog) for catalog in catalogs]


def contents(catalog):
    bases = map(catalog.base, range(len(catalog)))
    return {base.key: (base.group, base.prompt) for base in bases}


def opened(dataset, cache, part, **settings):
    made = {"sample_rate_hz": 8_000, "window_s": 8.0, "cache": cache, "epochs": 1, "val_share": SHARE}
    return open_stream(dataset, **{**made, "part": part, **settings})


def dataset_of(origin, noises, folder):
    return noises if origin is in_pairs else made_dataset(folder, origin=origin)


@pytest.mark.parametrize("origin", [in_pairs, by_source])
def test_the_parts_make_up_the_whole_and_no_group_is_in_both(noises, tmp_path, origin):
    dataset = dataset_of(origin, noises, tmp_path / "out")
    train, val = parts_of(dataset, tmp_path)
    whole = contents(open_catalog(dataset, cache=tmp_path))
    assert train and val and not train.keys() & val.keys() and train | val == whole
    origins = [{origin_of(*origin(int(key))) for key in part} for part in (train, val)]
    assert not origins[0] & origins[1] and max(map(len, origins)) > 4
    assert list(train) == sorted(train) and list(val) == sorted(val)


@pytest.mark.slow  # 600 clips; test_split.py has the law for bare groups
def test_the_share_is_near_what_was_asked_over_many_groups(tmp_path):
    train, val = parts_of(made_dataset(tmp_path / "out", (300, 300)), tmp_path, 0.25)
    n_groups = len({group for group, _ in val.values()})
    assert abs(n_groups / 300 - 0.25) < 4 * (0.25 * 0.75 / 300) ** 0.5 and len(val) == 2 * n_groups == 600 - len(train)


def test_the_side_of_a_clip_is_the_same_in_other_shards_and_after_an_append(noises, tmp_path):
    train, val = parts_of(noises, tmp_path)
    assert parts_of(made_dataset(tmp_path / "one", (29,)), tmp_path) == [train, val]
    more = parts_of(made_dataset(tmp_path / "more", (*SIZES, 11)), tmp_path)
    assert train.items() < more[0].items() and val.items() < more[1].items()


def test_a_selection_has_its_own_clips_on_the_same_sides(own_noises, tmp_path):
    storage = open_storage(own_noises)
    Selector(storage, read_dataset_info(storage), Rule(max_events=1)).make("few")
    whole, few = parts_of(own_noises, tmp_path), parts_of(own_noises, tmp_path, selection="few")
    assert 10 < len(few[0] | few[1]) < 29 and few[0].items() < whole[0].items() and few[1].items() < whole[1].items()


def test_the_seed_changes_the_order_and_not_the_part(noises, tmp_path):
    first, second = ([one.key for one in opened(noises, tmp_path, "val", seed=seed).samples()] for seed in (0, 1))
    assert first != second and sorted(first) == sorted(second)
    assert opened(noises, tmp_path, "val").n_samples + opened(noises, tmp_path, "train").n_samples == 29


def test_every_sample_of_a_part_sounds_as_in_the_whole(noises, tmp_path):
    whole = {one.key: one.waveform for one in opened(noises, tmp_path, None).samples()}
    parts = [one for part in PARTS for one in opened(noises, tmp_path, part).samples()]
    assert len(parts) == 29 and all((one.waveform == whole[one.key]).all() for one in parts)


@pytest.mark.parametrize("origin", [in_pairs, by_source])
def test_an_event_is_on_the_side_of_the_clip_that_it_was_cut_from(noises, tmp_path, origin):
    cut_from = range(29)
    dataset = dataset_of(origin, noises, tmp_path / "out")
    events = made_events(tmp_path / "events", [origin(number) for number in cut_from])
    sides = [{origin_of(*origin(int(key))) for key in part} for part in parts_of(dataset, tmp_path)]
    for part, own in zip(PARTS, sides, strict=True):
        stream = opened(
            dataset,
            tmp_path,
            part,
            events=events,
            weights=(0, 1, 1),
            epochs=3,
            workers=int(origin is in_pairs and part == "val"),
        )
        used = {int(one.key) for sample in stream.samples() for one in sample.provenance.parts if one.origin == "event"}
        assert {origin_of(*origin(number)) for number in used} <= own and len(used) > 6


def test_where_a_part_has_no_events_its_clips_stay_alone_and_say_why(noises, tmp_path):
    train, _ = parts_of(noises, tmp_path)
    events = made_events(tmp_path / "events", [(group, "0" * 64) for group, _ in train.values()])
    settings = {"events": events, "weights": (0, 1, 1)}
    alone = [one.provenance for one in opened(noises, tmp_path, "val", **settings).samples()]
    assert alone and {(one.relation, one.fallback) for one in alone} == {("X", "no unlike event")}
    assert any(one.provenance.relation != "X" for one in opened(noises, tmp_path, "train", **settings).samples())


def test_a_composition_of_a_twin_is_in_a_part_where_all_that_it_is_made_of_is_known_to_be(tmp_path):
    samples = samples_of(clips_in(tmp_path / "clips"), tmp_path)
    write_twin(samples, tmp_path / "twin", range(1))
    rows = {one.key: one.row for one in DatasetReader(tmp_path / "twin")}
    for part, found in zip(PARTS, parts_of(tmp_path / "twin", tmp_path), strict=True):
        alone = {key for key, row in rows.items() if len(row["parts"]) == 1 and Split(part, SHARE).has((row["group"],))}
        assert alone and found.keys() == alone


def test_a_twin_of_which_nothing_is_known_says_what_to_do_instead(tmp_path):
    """Without groups a row of a twin does not say its source: it is in no part, and another val_share would not help."""
    write_twin(samples_of(clips_in(tmp_path / "clips", origin=by_source), tmp_path), tmp_path / "twin", range(1))
    with pytest.raises(
        ValueError, match=r"of 0 groups held out; of compositions it is not known .* stream.val_share=0"
    ):
        opened(tmp_path / "twin", tmp_path, "train")


def test_a_part_without_clips_says_how_many_groups_were_to_be_shared_out(tmp_path):
    dataset = made_dataset(tmp_path / "out", (3, 2))
    for part, val_share in (("val", 1e-9), ("train", 1 - 1e-9)):
        said = rf"part '{part}': no clip of .*out is in it, with val_share {val_share:g} of 3 groups held out; take another"
        with pytest.raises(ValueError, match=said) as found:
            opened(dataset, tmp_path, part, val_share=val_share)
        assert "\n" not in str(found.value)
    with pytest.raises(ValueError, match="no clip with a prompt"):
        opened(made_dataset(tmp_path / "empty", (0,)), tmp_path, "val")
    with pytest.raises(ValueError, match="part 'test': 'train', 'val', or None"):
        opened(dataset, tmp_path, "test")


def test_a_state_goes_on_in_its_own_part_alone(noises, tmp_path):
    stream = opened(noises, tmp_path, "train", batch_size=2, epochs=None)
    next(iter(stream))
    state = json.loads(json.dumps(stream.state_dict()))
    again = opened(noises, tmp_path, "train", batch_size=2, world_size=2)
    again.load_state_dict(state)
    assert again.state_dict() == state
    for part, val_share, why in (
        ("val", SHARE, r"another part \(train, val, or all\)"),
        ("train", 0.3, "another val_share"),
        (None, SHARE, r"another part \(train, val, or all\); another val_share"),
    ):
        other = opened(noises, tmp_path, part, val_share=val_share, batch_size=2)
        assert other.fingerprint != stream.fingerprint
        with pytest.raises(ValueError, match=rf"of another stream: {why}; open"):
            other.load_state_dict(state)


def test_a_stream_of_all_clips_is_the_one_that_it_was_before_there_were_parts(noises, tmp_path):
    stream = opened(noises, tmp_path, None, val_share=0.3)
    assert {"part", "val_share"}.isdisjoint(stream.state_dict()["kind"])
    assert stream.fingerprint == opened(noises, tmp_path, None).fingerprint
