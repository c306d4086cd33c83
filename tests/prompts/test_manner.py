import pytest

from mkaudio.prompts.manner import BRIEFLY, GOES_ON, LONG, MANY_TIMES, TWICE, clauses_of
from mkaudio.prompts.sound_event import SURE, SoundEvent

STROKES = tuple((float(start_s), start_s + 1.2) for start_s in range(0, 10, 3))


def manner(label, spans, duration_s=10.0, confidence=0.9, **options):
    """What is said beyond the plain clauses, over many seeds."""
    event = SoundEvent(label, spans, confidence)
    said = {clause for seed in range(60) for clause in clauses_of(event, duration_s, seed, **options)}
    stems = (event.phrase.repeats, event.phrase.lasts)
    return {clause.removeprefix(stem).strip() for stem in stems if stem for clause in said - set(event.phrase.clauses)}


@pytest.mark.parametrize(
    ("label", "spans", "said"),
    [
        ("Bark", STROKES[:1], ()),
        ("Bark", STROKES[:2], TWICE),
        ("Bark", ((0.0, 1.2), (3.0, 6.0)), ()),  # a long span may hold several barks
        ("Bark", STROKES[:3], MANY_TIMES),
        ("Rain", STROKES[:3], ()),
        ("Rain", ((0.0, 9.5),), GOES_ON),
        ("Rain", ((0.0, 5.0),), ()),
        ("Rain", ((4.0, 5.2),), BRIEFLY),
        ("Rain", ((0.0, 1.0), (4.0, 5.2)), ()),
        ("Bark", ((0.0, 9.5),), ()),
    ],
)
def test_how_often_and_how_long_are_said_where_the_timeline_is_clear(label, spans, said):
    assert manner(label, spans) == set(said)


def test_an_unsure_event_is_only_named():
    assert not manner("Bark", STROKES, confidence=SURE - 0.01) and not manner("Rain", ((0.0, 10.0),), confidence=0.5)


def test_a_short_clip_shows_nothing_about_lasting_and_a_long_one_more():
    assert not manner("Rain", ((0.0, 3.0),), duration_s=3.0)
    assert manner("Rain", ((0.0, 30.0),), duration_s=30.0) == set(LONG)


def test_beside_other_events_only_how_often_is_said():
    assert not manner("Rain", ((0.0, 10.0),), durations=False)
    assert manner("Bark", STROKES, durations=False) == set(MANY_TIMES)
