"""a or an, against a table written by ear."""

import pytest

from mkaudio.prompts.article import mend_articles

AN = (
    "hour honest heirloom MP3 mp3 8-bit 18-wheeler 11-year-old 1800s SUV uninterrupted unidentified usher utter urban onerous"
    " X-ray x-ray LED S.O.S. unimpressed uncle unannounced orange owl FM NBC F 80 umbrella urge"
)
A = (
    "unicorn European one-off UFO NASA university unidirectional user utensil ukulele urine once-over xylophone yell Honolulu"
    " hotel U-turn unit ewe ouija unison usual unanimous UK USB 110 7 CD B52 dog eucalyptus uranium TV unique"
)


@pytest.mark.parametrize(("words", "article"), [(AN, "an"), (A, "a")])
def test_by_sound(words, article):
    for word in words.split():
        for wrong in ("a", "an"):
            assert mend_articles(f"hears {wrong} {word} there") == f"hears {article} {word} there"


def test_a_letter_is_no_article():
    for text in ("A chord in A minor", "vitamin A enters", "from a to b", "a herb", "an herb", "the A and the B"):
        assert mend_articles(text) == text
    assert mend_articles("A owl hoots. A hour later") == "An owl hoots. An hour later"
