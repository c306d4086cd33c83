from collections import Counter

import pytest

from mkaudio.prompts import BankCaption, kept_captions
from mkaudio.prompts.bank_text import why_no_caption


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("A dog barks.", ""), ("Hundegebell im Wald", ""), ("Wind,\nand rain", ""), ("犬が吠える", ""), ("dog", ""),
        ("", "blank"), (" \t", "blank"), (None, "blank"),
        (3.5, "absurd"), ({"a": 1}, "absurd"), ("12:30", "absurd"), ("a", "absurd"), ("http://a.b/c", "absurd"),
        ("dog_bark.wav", "absurd"), ("a dog " * 100, "absurd"), ("a dog\0 barks", "absurd"), ("A dog \ufffd", "absurd"),
    ],
)  # fmt: skip
def test_what_is_a_caption(cell, why):
    assert why_no_caption(cell) == why


def test_captions_are_on_one_line_and_once_and_the_rest_is_counted():
    skipped = Counter()
    cells = ["A  dog\nbarks.", None, "A dog barks.", 7, "A cat.", " "]
    assert list(kept_captions(cells, skipped)) == [BankCaption("A dog barks.", 0), BankCaption("A cat.", 0)]
    assert skipped == {"blank": 2, "absurd": 1, "doubled": 1}
