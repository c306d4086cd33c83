"""The lint of captions: what is mended, what is refused, each with its code. Every candidate goes through it.

>>> lint("Label:  the the dog barks at a owl (0.83)")
Linted(text='The dog barks at an owl.', mendings=('spaces', 'heading', 'confidence', 'doubled_word', \
'sentence_case', 'a_or_an', 'full_stop'), refusal='')
>>> lint("IMG_0042.wav").refusal
'no_words'
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mkaudio.prompts.article import mend_articles
from mkaudio.prompts.mend_marks import (
    mend_confidence,
    mend_heading,
    mend_junk,
    mend_markup,
    mend_spaces,
    mend_unicode,
)
from mkaudio.prompts.mend_words import mend_case, mend_doubled, mend_punctuation, mend_stop, mend_two_articles
from mkaudio.prompts.refuse import LintRefusal, refusal_after, refusal_before


class Mending(StrEnum):
    """What was mended; the value is the code in the ledger."""

    UNICODE = "unicode"
    SPACES = "spaces"
    HEADING = "heading"
    CONFIDENCE = "confidence"
    MARKUP = "markup"
    JUNK = "junk"
    PUNCTUATION = "punctuation"
    DOUBLED_WORD = "doubled_word"
    DOUBLED_ARTICLE = "doubled_article"
    CASE = "sentence_case"
    ARTICLE = "a_or_an"
    FULL_STOP = "full_stop"


@dataclass(frozen=True, slots=True)
class Linted:
    """What lint made of a text.

    Args:
        text: the mended text; a refused one as it was proposed.
        mendings: codes of what was mended, in the order of `Mending`, each once; none where it is refused.
        refusal: a `LintRefusal`, "" where the text can be used.
    """

    text: str
    mendings: tuple[str, ...] = ()
    refusal: str = ""


_STEPS: tuple[tuple[Mending, Callable[[str], str]], ...] = (
    (Mending.UNICODE, mend_unicode),
    (Mending.SPACES, mend_spaces),
    (Mending.HEADING, mend_heading),
    (Mending.CONFIDENCE, mend_confidence),
    (Mending.MARKUP, mend_markup),
    (Mending.JUNK, mend_junk),
    (Mending.PUNCTUATION, mend_punctuation),
    (Mending.DOUBLED_WORD, mend_doubled),
    (Mending.DOUBLED_ARTICLE, mend_two_articles),
    (Mending.CASE, mend_case),
    (Mending.ARTICLE, mend_articles),
    (Mending.FULL_STOP, mend_stop),
)
"""Characters first, so that the patterns behind see plain ones; numbers before the brackets around them; the stop last."""
_MAX_ROUNDS = 12
"""One mending makes room for another, so all are repeated until nothing changes. Ugly texts take 3 rounds, nested ones more."""


@lru_cache(maxsize=65_536)
def lint(text: str, language: str = "") -> Linted:
    """Mend a caption, or refuse it. What comes out goes in and comes out the same.

    Args:
        text: a caption, as an expert wrote it.
        language: of the text, as stated; "" where nobody said, and then a text that is clearly not English is refused.
    """
    if refused := refusal_before(text, language):
        return Linted(text, refusal=refused.value)
    mended, codes = text, set[Mending]()
    for _ in range(_MAX_ROUNDS):
        before = mended
        for code, step in _STEPS:
            after = step(mended)
            if after != mended:
                codes.add(code)
                mended = after
        if mended == before:
            break
    else:
        return Linted(text, refusal=LintRefusal.NOT_SETTLED.value)
    if refused := refusal_before(mended, language) or refusal_after(mended, language):
        return Linted(text, refusal=refused.value)
    return Linted(mended, tuple(code.value for code in Mending if code in codes) if mended != text else ())
