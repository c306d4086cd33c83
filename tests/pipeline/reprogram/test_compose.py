import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from composing import EVENTS, RATE_HZ, FakeEvents, base, read_of, sound_of, whole

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.compose import Composer
from mkaudio.pipeline.reprogram.survive import needs_of
from mkaudio.prompts import Layout, load_templates
from mkaudio.shards import dequantise

CLIPS = (
    base(3.0, index=0),
    base(10.0, "Rain falls.", [("Rain", 0.0, 10.0)], index=1),
    base(
        8.0,
        "A dog barks, and then a car passes by.",
        [("Bark", 0.5, 1.5), ("Car passing by", 2.0, 4.0)],
        index=2,
        n_events=2,
    ),
    base(10.0, "A dog barks.", [("Bark", 6.0, 7.2)], index=3),
    base(0.4, index=4),
    base(10.0, "A zither is played.", [], index=5),
)


def composer(events=None, **settings):
    return Composer(Recipe(**settings), load_templates("natural"), FakeEvents() if events is None else events)


def composed(maker, epochs=range(60), clips=CLIPS):
    for epoch in epochs:
        for clip in clips:
            yield clip, maker.compose(epoch, clip, read_of(clip))


def stem(maker, clip, composition, part):
    """One part alone, 40 dB lower so that it is not clipped."""
    alone = replace(composition, parts=(part,), gain_db=-40.0, n_frames=round(part.end_s * composition.sample_rate_hz))
    return dequantise(maker.rebuild(alone, whole(sound_of(clip), clip.sample_rate_hz)), composition.bit_depth)


def test_without_events_the_very_sound_and_prompt_come_out():
    for channels in (1, 2):
        maker = composer(weights=(1.0, 0.0, 0.0), channels=channels)
        for clip in (*CLIPS, base(2.0, index=9, channels=channels)):
            one = maker.compose(3, clip, read_of(clip))
            expected = np.rint(sound_of(clip) * 32768).astype(np.int16)
            assert np.array_equal(one.samples, np.repeat(expected, channels // clip.channels, axis=0))
            assert one.composition.prompt == clip.prompt and one.composition.gain_db == 0.0
            assert one.composition.relation == Layout.ALONE and len(one.composition.parts) == 1
    assert Composer(Recipe(), load_templates("natural"), None).decide(0, CLIPS[0]).n_drawn == 0


def test_every_sample_is_made_again_bit_by_bit_from_its_provenance_alone():
    for settings in ({}, {"sample_rate_hz": 22_050, "channels": 2}, {"sample_rate_hz": 8_000}):
        maker = composer(**settings)
        clips = (*CLIPS, base(4.0, index=7, rate_hz=44_100, channels=2), replace(base(4.0, index=8), bit_depth=24))
        for clip, one in composed(maker, range(12), clips):
            again = composer(weights=(1.0, 0.0, 0.0)).rebuild(
                one.composition, whole(sound_of(clip), clip.sample_rate_hz)
            )
            assert again.dtype == one.samples.dtype and np.array_equal(again, one.samples)


def test_a_sample_depends_on_seed_epoch_and_index_and_on_nothing_else():
    maker, twin = composer(), pickle.loads(pickle.dumps(composer()))
    backwards = {(clip.index, 5): made.samples.tobytes() for clip, made in composed(twin, [5], CLIPS[::-1])}
    for clip, one in composed(maker, [5]):
        assert backwards[clip.index, 5] == one.samples.tobytes()
    texts = {
        (seed, epoch): [composer(seed=seed).decide(epoch, clip).text for clip in CLIPS]
        for seed in (0, 1)
        for epoch in range(4)
    }
    assert len(set(map(tuple, texts.values()))) == 8


def test_parts_lie_inside_the_window_in_the_stated_order_and_none_is_a_crumb():
    relations = Counter()
    for clip, one in composed(composer()):
        facts = one.composition
        relations[facts.relation] += 1
        assert one.samples.shape == (1, facts.n_frames) and facts.n_frames <= 10 * RATE_HZ
        assert max(part.end_s for part in facts.parts) == facts.n_frames / RATE_HZ
        names = iter("AB")
        spans = {("X" if part.origin == "clip" else next(names)): (part.start_s, part.end_s) for part in facts.parts}
        layout = Layout(facts.relation)
        assert set(spans) == {"X", *"AB"[: layout.n_events]}
        for before, behind in zip(layout.in_turn, layout.in_turn[1:], strict=False):
            assert spans[before][0] < spans[behind][0] and spans[before][1] <= spans[behind][0] + 0.3 + 1e-9
        if layout.laid:
            letter, how = layout.laid
            assert spans["X"][0] <= spans[letter][0] and spans[letter][1] <= spans["X"][1]
            if how == "under":
                assert spans[letter][1] - spans[letter][0] >= 0.79 * (spans["X"][1] - spans["X"][0])
        own_s = {"clip": clip.duration_s, **{row[0]: row[5] for row in EVENTS}}
        for part in facts.parts:
            assert part.end_s - part.start_s >= min(1.0, own_s[part.label or "clip"]) - 1e-3
    assert set(relations) == {layout.value for layout in Layout}


def test_what_is_overlaid_has_the_drawn_snr_and_what_follows_the_drawn_level():
    n_checked = 0
    for clip, one in composed(composer(), range(40), CLIPS[:4]):
        maker, parts = composer(), one.composition.parts
        level = {part: rms_db(stem(maker, clip, one.composition, part), part) for part in parts}
        own = next(part for part in parts if part.origin == "clip")
        for part in parts:
            if part.snr_db is not None:
                n_checked += 1
                assert level[own] - level[part] == pytest.approx(part.snr_db, abs=0.1)
            elif part is not own:
                assert abs(level[own] - level[part]) <= 4.3  # the recipe's 4 dB, and fades
    assert n_checked > 50


def rms_db(waveform, part):
    """Level of steady noise, of which only the fades are not steady: the middle of the part."""
    start, end = (round(time_s * RATE_HZ) for time_s in (part.start_s + part.fade_in_s, part.end_s - part.fade_out_s))
    return 10 * np.log10(np.square(waveform[0, start:end], dtype=np.float64).mean())


def test_no_sample_is_clipped_and_the_gain_of_the_whole_says_why():
    gains = []
    for _, one in composed(composer(FakeEvents(rms=0.4), over_snr_db=(-20.0, -20.0), level_db=(12.0, 12.0)), range(20)):
        assert (one.samples.min() > -32768 and one.samples.max() < 32767) or one.composition.gain_db == 0.0
        gains.append(one.composition.gain_db)
    assert min(gains) < -6 and max(gains) == 0.0


@pytest.mark.parametrize("seconds", [None, 0.35, 6.0])
def test_changing_an_event_changes_nothing_before_it(seconds):
    """Another sound, of the same or another length, in the place of one event."""
    n_compared = 0
    for number in range(len(EVENTS)):
        rows = list(EVENTS)
        rows[number] = (*rows[number][:5], seconds or rows[number][5])
        changed = FakeEvents()
        other = FakeEvents(tuple(rows), seed=1)
        changed.sounds[number], changed.lengths = other.sounds[number], other.lengths
        for (_, one), (_, two) in zip(
            composed(composer(), range(12)), composed(composer(changed), range(12)), strict=True
        ):
            parts = [
                [part for part in made.composition.parts if part.key == f"{number:010d}" and part.origin == "event"]
                for made in (one, two)
            ]
            same_events = [part.key for part in one.composition.parts] == [part.key for part in two.composition.parts]
            if not all(parts) or not same_events or one.composition.relation != two.composition.relation:
                continue
            n_compared += 1
            assert one.composition.prompt == two.composition.prompt
            begin = round(min(parts[0][0].start_s, parts[1][0].start_s) * RATE_HZ)
            heads = [made.samples[:, :begin] * 10 ** (-made.composition.gain_db / 20) for made in (one, two)]
            louder = max(10 ** (-made.composition.gain_db / 20) for made in (one, two))
            assert np.abs(heads[0] - heads[1]).max(initial=0.0) <= louder + 1e-6
    assert n_compared > 25


def test_no_named_event_is_cut_away():
    n_cut = 0
    for clip, one in composed(composer(), range(120), CLIPS[1:4]):
        part = next(part for part in one.composition.parts if part.origin == "clip")
        length_s = part.end_s - part.start_s
        n_cut += length_s < clip.duration_s - 0.01
        for need in needs_of(clip):
            assert need.met(np.array([part.source_start_s - 1e-4]), length_s + 3e-4).all()
    assert n_cut > 60


def test_what_is_said_to_sound_while_the_clip_does_begins_while_it_does():
    maker, barks = composer(weights=(0.0, 1.0, 1.0)), base(10.0, "A dog barks.", [("Bark", 6.0, 7.2)], index=6)
    late = base(2.0, "A dog barks.", [("Bark", 1.3, 2.0)], index=7)  # no event would have a second there
    n_over = 0
    for clip in (barks, late):
        for epoch in range(150):
            one = maker.decide(epoch, clip)
            if one.layout.laid and one.layout.laid[1] == "over":
                places = {place.letter: place for place in one.places}
                x, event = places["X"], places[one.layout.laid[0]]
                begins_s = (x.source_frame + event.at - x.at) / RATE_HZ
                assert clip is barks and 6.0 - 1e-3 <= begins_s < 7.2
                n_over += 1
    assert n_over > 30


def test_where_there_is_no_room_fewer_events_come_and_it_is_counted():
    reasons = Counter()
    for clip, one in composed(composer(weights=(0.0, 0.0, 1.0)), range(30), [CLIPS[5], CLIPS[0]]):
        n_events = len(one.composition.parts) - 1
        assert (n_events < one.composition.n_drawn) == bool(one.composition.fallback)
        if clip is CLIPS[5]:  # it must stay whole, so nothing can come before or after it
            assert n_events < 2 and one.composition.parts[0].end_s == 10.0
        reasons[one.composition.fallback, n_events] += 1
    assert reasons[("no room", 1)] == 30 and reasons[("", 2)] == 30
    alike = FakeEvents((("Rain", "rain falling", "rain falls", False, True, 3.0),))
    fallbacks = {
        one.composition.fallback for _, one in composed(composer(alike, weights=(0.0, 1.0, 0.0)), range(9), [CLIPS[1]])
    }
    assert fallbacks == {"no unlike event"}


def test_numbers_of_events_are_drawn_by_their_weights():
    evenly, always_one = composer(), composer(weights=(0.0, 1.0, 0.0))
    counts = Counter(evenly.decide(epoch, CLIPS[0]).n_drawn for epoch in range(900))
    assert all(abs(counts[number] - 300) < 60 for number in range(3))
    assert {always_one.decide(epoch, CLIPS[0]).n_drawn for epoch in range(50)} == {1}


def test_licences_and_number_of_named_events_are_carried():
    for clip, one in composed(composer(weights=(0.0, 1.0, 1.0)), range(10)):
        facts = one.composition
        assert [part.licence for part in facts.parts] == [
            "CC0" if part.origin == "clip" else f"licence of {part.label}" for part in facts.parts
        ]
        assert facts.n_events == clip.n_events + len(facts.parts) - 1
