from mkaudio.pipeline.filters import activity_s
from mkaudio.shards import Event


def test_seconds_count_by_how_sure_the_ear_is():
    assert activity_s([]) == 0.0
    assert activity_s([Event("Bark", 0.0, 4.0, 0.5), Event("Rain", 1.0, 3.0, 0.25)]) == 2.5


def test_the_same_said_more_generally_is_not_counted_again():
    bark = Event("Bark", 0.0, 4.0, 0.5)
    assert activity_s([Event("Animal", 0.0, 9.0, 0.9), Event("Dog", 0.0, 9.0, 0.8), bark]) == activity_s([bark])
    assert activity_s([Event("Dog", 0.0, 2.0, 0.5), Event("Cat", 0.0, 2.0, 0.5)]) == 2.0, "neither is above the other"
    assert activity_s([bark, Event("Bark", 6.0, 8.0, 0.5)]) == 3.0, "two of one class both count"


def test_classes_that_name_no_source_or_are_not_trusted_do_not_count():
    from mkaudio.prompts import load_phrases

    untrusted = [name for name, phrase in load_phrases().items() if phrase.general or phrase.blind]
    assert "Silence" in untrusted
    assert activity_s([Event(name, 0.0, 10.0, 1.0) for name in untrusted]) == 0.0


def test_a_class_that_we_have_no_words_for_counts():
    assert activity_s([Event("a class of another ear", 0.0, 2.0, 0.5)]) == 1.0
