"""State and topology: the same samples for any number of ranks and workers, and from any step on those of the unbroken stream."""

import itertools
import json
from dataclasses import replace

import pytest
from streaming import digest_of, made_events

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.stream import open_stream

EPOCHS = 2


def stream_of(dataset, cache, **settings):
    """A stream with events, which lie in the cache's folder."""
    made = {"sample_rate_hz": 8_000, "batch_size": 6, "cache": cache, "epochs": EPOCHS, "window_s": 8.0}
    return open_stream(dataset, **{"events": cache / "events", **made, **settings})


def steps_of(stream):
    """Samples by step."""
    found = {}
    for batch in stream:
        samples = [
            SampleOf(waveform[:, :n_frames], prompt, key)
            for waveform, n_frames, prompt, key in zip(
                batch.waveform.numpy(), batch.n_frames.tolist(), batch.prompts, batch.keys, strict=True
            )
        ]
        assert [one.key for one in batch.provenance] == batch.keys
        assert {one.epoch for one in batch.provenance} <= {batch.epoch}
        found[batch.epoch, batch.step] = samples
    return found


class SampleOf:
    def __init__(self, waveform, prompt, key):
        self.waveform, self.prompt, self.key = waveform.copy(), prompt, key


def together(ranks):
    """Samples of all ranks in the order of the global batches."""
    assert len({tuple(steps) for steps in ranks}) == 1
    return itertools.chain.from_iterable(steps[at] for at in ranks[0] for steps in ranks)


@pytest.fixture(scope="module")
def unbroken(noises, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    made_events(cache / "events")
    return cache, steps_of(stream_of(noises, cache))


def test_two_epochs_have_every_clip_twice_in_two_orders(unbroken):
    steps = unbroken[1]
    assert list(steps) == [(epoch, step) for epoch in range(2) for step in range(5)]
    keys = [[one.key for step in range(5) for one in steps[epoch, step]] for epoch in range(2)]
    assert sorted(keys[0]) == sorted(keys[1]) == [f"{number:010d}" for number in range(29)] and keys[0] != keys[1]
    prompts = [{one.key: one.prompt for step in range(5) for one in steps[epoch, step]} for epoch in range(2)]
    composed = [sum("thing" in prompt for prompt in of_epoch.values()) for of_epoch in prompts]
    assert min(composed) > 10 and sum(prompts[0][key] != prompts[1][key] for key in prompts[0]) > 10


def assert_same(noises, unbroken, world_size, workers):
    cache, steps = unbroken

    def of_rank(rank):
        return steps_of(stream_of(noises, cache, rank=rank, world_size=world_size, workers=workers))

    ranks = list(map(of_rank, range(world_size)))
    assert digest_of(together(ranks)) == digest_of(together([steps]))


@pytest.mark.parametrize("world_size", [1, 2, 3, 4, 8])
def test_topology_without_workers(noises, unbroken, world_size):
    assert_same(noises, unbroken, world_size, 0)


def test_topology_with_workers(noises, unbroken):
    assert_same(noises, unbroken, 1, 2)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("world_size", [1, 2, 3, 4, 8])
def test_topology_matrix(noises, unbroken, world_size, workers):
    assert_same(noises, unbroken, world_size, workers)


def assert_resumes(noises, unbroken, workers, later, every=1):
    """Break at a step, and go on from the state in another stream."""
    cache, steps = unbroken
    places = list(steps)
    for n_done in range(0, len(places) + 1, every):
        first = stream_of(noises, cache, workers=workers)
        done = [(batch.epoch, batch.step) for batch in itertools.islice(first, n_done)]
        state = json.loads(json.dumps(first.state_dict()))
        first.close()
        assert done == places[:n_done]
        assert (state["epoch"], state["step"]) == (places[n_done] if n_done < len(places) else (EPOCHS, 0))
        again = stream_of(noises, cache, **later)
        again.load_state_dict(state)
        rest = steps_of(again)
        assert list(rest) == places[n_done:]
        assert digest_of(together([rest] if rest else [{}])) == digest_of(
            itertools.chain.from_iterable(steps[at] for at in places[n_done:])
        )


def test_resume_at_every_step_is_the_unbroken_stream(noises, unbroken):
    assert_resumes(noises, unbroken, 0, {})


@pytest.mark.slow
def test_resume_with_workers_counts_what_was_handed_out_not_what_was_made(noises, unbroken):
    assert_resumes(noises, unbroken, 2, {"workers": 1}, every=3)


def test_resume_on_other_ranks(noises, unbroken):
    cache, steps = unbroken
    first = stream_of(noises, cache, rank=1, world_size=3)
    list(itertools.islice(first, 4))
    ranks = []
    for rank in range(2):
        again = stream_of(noises, cache, rank=rank, world_size=2)
        again.load_state_dict(first.state_dict())
        ranks.append(steps_of(again))
    rest = {at: steps[at] for at in list(steps)[4:]}
    assert digest_of(together(ranks)) == digest_of(together([rest]))


def test_a_broken_loop_goes_on_where_it_was(noises, unbroken):
    cache, steps = unbroken
    stream, found = stream_of(noises, cache), []
    while len(found) < len(steps):
        for batch in stream:
            found.append((batch.epoch, batch.step))
            if len(found) % 3 == 0:
                break
    assert found == list(steps) and list(stream) == []


def test_single_samples_come_in_order_and_count_whole_steps(noises, unbroken):
    cache, steps = unbroken
    stream = stream_of(noises, cache)
    samples = stream.samples()
    first = [next(samples) for _ in range(8)]
    assert stream.state_dict()["step"] == 1  # the second step is not through
    assert digest_of([*first, *samples]) == digest_of(together([steps]))
    assert all(one.provenance.key == one.key and one.waveform.shape[0] == 1 for one in first)
    assert (stream.state_dict()["epoch"], len(stream), stream.n_samples) == (EPOCHS, 5, 29)


def test_a_rank_without_samples_gets_an_empty_batch(noises, unbroken):
    cache, _ = unbroken
    ranks = [list(stream_of(noises, cache, batch_size=9, rank=rank, world_size=8, epochs=1)) for rank in range(8)]
    assert {len(one) for one in ranks} == {4}
    empty = [one[-1] for one in ranks if not one[-1].keys]
    assert len(empty) == 6 and all(one.waveform.shape == (0, 1, 64_000) and one.n_frames.shape == (0,) for one in empty)


def test_a_state_of_another_stream_is_refused_and_says_why(noises, own_noises, unbroken, tmp_path):
    cache, _ = unbroken
    state = stream_of(noises, cache).state_dict()
    copy = stream_of(own_noises, tmp_path, events=cache / "events", workers=1, world_size=2)
    copy.load_state_dict(state)  # a copy elsewhere is the same dataset
    for settings, why in (
        ({"seed": 1}, "other settings of the compositions"),
        ({"channels": 2}, "other settings of the compositions"),
        ({"batch_size": 7}, "another batch_size"),
        ({"drop_last": True}, "another drop_last"),
    ):
        with pytest.raises(ValueError, match=f"of another stream: {why}"):
            stream_of(noises, cache, **settings).load_state_dict(state)
    other = {**state, "kind": {**state["kind"], "dataset": "x", "templates": "y", "events": "z"}}
    with pytest.raises(ValueError, match=r"another dataset or selection.*; other templates; another event database"):
        stream_of(noises, cache).load_state_dict(other)
    with pytest.raises(ValueError, match="no state of a stream"):
        stream_of(noises, cache).load_state_dict({"epoch": 1})
    with pytest.raises(ValueError, match="no state of a stream"):
        stream_of(noises, cache).load_state_dict(state | {"kind": None})
    for place in (
        {"step": len(copy)},
        {"step": -1},
        {"epoch": -1},
        {"step": "x"},
    ):  # else it would end, with nothing said
        with pytest.raises(
            ValueError, match=r"the state is at epoch .*, step .*; an epoch of this stream has \d+ steps"
        ):
            stream_of(noises, cache).load_state_dict(state | place)


def test_a_fingerprint_is_of_all_that_decides_a_sample(noises, unbroken):
    cache, _ = unbroken
    one = stream_of(noises, cache).fingerprint
    assert stream_of(noises, cache, rank=1, world_size=2, workers=3, epochs=None).fingerprint == one
    recipe = replace(Recipe(), sample_rate_hz=8_000, window_s=8.0)
    assert stream_of(noises, cache, recipe=recipe).fingerprint == one
    assert stream_of(noises, cache, recipe=replace(recipe, cut_fade_s=0.5)).fingerprint != one
