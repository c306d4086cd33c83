"""The card says what the numbers say, and calls a head good only where every interval does."""

from dataclasses import replace

import numpy as np

from mkaudio.models.starter.head import HeadFacts
from mkaudio.models.starter.head_card import Judged, card
from mkaudio.models.starter.retrieval import Ranks

FACTS = HeadFacts("e" * 16, "r" * 16, 1.5, 2.0, 0.6, {"frogs": 1200, "bells": 34})
FAR, NEAR = np.tile([0, 2, 7, 40], 25), np.zeros(100, np.int64)


def test_better_everywhere():
    judged = Judged(Ranks(FAR, FAR), Ranks(NEAR, NEAR), 2.5, 2.0, ["ducks"])
    text = card(FACTS, judged, 61.4)
    assert judged.earns_its_place and "Every interval lies above 0" in text
    assert "| sound to text | R@5 | 0.500 | 1.000 | +0.500 |" in text
    assert "1,234 labelled sounds" in text and "frogs 1200, bells 34" in text and "(ducks)" in text
    assert "2.500 without, 2.000 with" in text and "61 s of CPU time" in text and "e" * 16 in text


def test_one_interval_that_holds_zero_spoils_it():
    judged = Judged(Ranks(FAR, FAR), Ranks(NEAR, FAR), 2.5, 2.0, ["ducks"])
    assert not judged.earns_its_place and "not shown to be better" in card(FACTS, judged, 1)
    almost_there = np.full(100, 7)
    almost_there[0] = 12  # one query of a hundred is gained at 10: a gain, and no proof of one
    one_short = replace(judged, before=Ranks(FAR, almost_there), after=Ranks(NEAR, NEAR))
    assert [low > 0 for *_, (_, low, _) in one_short.rows()] == [True, True, True, True, True, False]
    assert min(gain for *_, (gain, _, _) in one_short.rows()) > 0 and not one_short.earns_its_place
