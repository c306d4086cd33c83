"""Refusals where they nearly apply: what may pass passes."""

import pytest

from mkaudio.prompts import LintRefusal, lint
from mkaudio.prompts.lint import Linted
from mkaudio.prompts.refuse import MAX_CHARACTERS, MAX_WORDS, refusal_after, refusal_before


@pytest.mark.parametrize("text", [
    "Shh.", "Ox cart.", "A man speaks with confidence.", "Naïve café.", "São Paulo, NÃO.", "Roland TR-808.",
    "Track cyclists pass.",
    "A beep of 0.5 seconds.", "Take a breath.", "Facade.", "Ümlaut »dog«.", "Record scratch.",
    " ".join(["word"] * MAX_WORDS),
])  # fmt: skip
def test_what_may_pass(text):
    assert refusal_before(text, "") is None and refusal_after(text, "") is None


@pytest.mark.parametrize(("text", "reason"), [
    ("Label.", LintRefusal.STILL_LABEL), ("Labelled.", LintRefusal.STILL_LABEL),
    ("A dog 0.5 loud.", LintRefusal.STILL_CONFIDENCE),
    ("It is.", LintRefusal.TOO_SHORT), ("deadbeef01.", LintRefusal.NO_WORDS),
    (" ".join(["word"] * (MAX_WORDS + 1)), LintRefusal.TOO_LONG),
])  # fmt: skip
def test_what_may_not(text, reason):
    assert refusal_after(text, "") is reason


@pytest.mark.parametrize("text", ["a" * 100_000, "(" * 100_000 + "dog", "犬" * 100_000])
def test_what_is_absurdly_long_is_refused_unread(text):
    assert lint(text) == Linted(text, refusal=LintRefusal.TOO_LONG)
    assert refusal_before("dog " * (MAX_CHARACTERS // 4), "") is None
