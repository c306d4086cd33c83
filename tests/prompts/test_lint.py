"""Lint by law: what comes out passes another lint, and comes out of itself unchanged."""

import random

import pytest
from independent_lint import faults

from mkaudio.prompts import LintRefusal, Mending, generated_bank, lint, load_phrases, sentence

MENDED = {
    "Label:  the the dog barks at a owl (0.83)": "The dog barks at an owl.",
    "dog (0.83)": "Dog.",
    "dog: 87%": "Dog.",
    "dog 0.92, bark 0.81": "Dog, bark.",
    "dog=0.92; bark=0.81": "Dog; bark.",
    "with 87% confidence, a dog barks": "A dog barks.",
    "99% dog": "Dog.",
    "a dog barks with confidence": "A dog barks with confidence.",
    "a beep of 0.5 seconds": "A beep of 0.5 seconds.",
    "Tags: dog": "Dog.",
    "class 3: dog": "Dog.",
    "Caption: The audio contains a dog.": "The audio contains a dog.",
    "Sure! Here is a caption: a dog barks": "A dog barks.",
    "**A dog barks**": "A dog barks.",
    '"A dog barks."': "A dog barks.",
    "A man says 'hello'": "A man says 'hello'.",
    "[music]": "Music.",
    "&quot;Dog &amp; cat&quot;": "Dog & cat.",
    "<b>dog</b> barks": "Dog barks.",
    "a dog barks (loudly": "A dog barks loudly.",
    "a dog barks (loudly)": "A dog barks (loudly).",
    "dogs' barking": "Dogs' barking.",
    "rock 'n' roll": "Rock 'n' roll.",
    "he had had a dog": "He had had a dog.",
    "bye bye": "Bye bye.",
    "tick tock tick": "Tick tock tick.",
    "choo choo train": "Choo choo train.",
    "cluck cluck": "Cluck cluck.",
    "dog dog dog barks": "Dog barks.",
    "Duran Duran plays": "Duran Duran plays.",
    "a the dog": "The dog.",
    "an a dog": "A dog.",
    "A DOG BARKS IN THE PARK": "A dog barks in the park.",
    "A Dog Barks In London": "A dog barks in London.",
    "TV NOISE": "TV noise.",
    "NASA launch": "NASA launch.",
    "iPhone rings": "iPhone rings.",
    "dog barks. a cat meows": "Dog barks. A cat meows.",
    "a dog barks ,;": "A dog barks.",
    "dog barks...": "Dog barks.",
    "dog barks... a cat meows": "Dog barks, a cat meows.",
    "hello!!": "Hello!",
    "dog https://x.org/a.wav": "Dog.",
    "dog_bark_01.wav": "Dog bark.",
    "dog bark (2)": "Dog bark.",
    "A clock strikes 12": "A clock strikes 12.",
    "dog #bark #animal": "Dog.",
    "#dog barks": "Dog barks.",
    "dog , cat": "Dog, cat.",
    "dog,bark": "Dog, bark.",
    "a\u00a0dog \u201cbarks\u201d\u200b": 'A dog "barks".',
    "cafe\u0301 noise": "Caf\u00e9 noise.",
    "emoji \U0001f436 barks": "Emoji barks.",
    "a dog\n\tbarks\\nloudly\x07": "A dog barks loudly.",
    "- dog barks": "Dog barks.",
    "a 8-bit tune": "An 8-bit tune.",
    "S.O.S. signal": "S.O.S. signal.",
}
REFUSED = {
    "": "nothing_left", " \n": "nothing_left", "?!": "nothing_left", "ab": "too_short",
    " ".join(f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(61)): "too_long",
    "IMG_0042.wav": "no_words", "550e8400-e29b-41d4-a716-446655440000": "no_words", "/m/0dgw9r": "no_words",
    "--PJHxphWEs": "no_words", "123": "no_words", "untitled 3": "no_words", "track_07": "no_words", "audio": "no_words",
    "Caf\u00c3\u00a9 noise": "mojibake", "\u00e2\u20ac\u0153dog": "mojibake", "it\ufffd": "mojibake",
    "\u00d0\u00b4\u00d0\u00be\u00d0\u00b3": "mojibake",
    "\u0421\u043e\u0431\u0430\u043a\u0430 \u043b\u0430\u0435\u0442": "not_english",
    "\u72ac\u304c\u5420\u3048\u308b": "not_english",
    "Un chien aboie": "not_english", "A label is peeled off": "still_label",
    "50% of the crowd claps": "still_confidence",
    "A dog barks 50% of the time": "still_confidence",
    "the probability is low": "still_confidence",
}  # fmt: skip


@pytest.mark.parametrize("text", MENDED)
def test_what_is_mended(text):
    found = lint(text)
    assert (found.text, found.refusal) == (MENDED[text], "")
    assert bool(found.mendings) == (found.text != text) and set(found.mendings) <= {one.value for one in Mending}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_stays_as_it_was_proposed(text):
    found = lint(text)
    assert (found.text, found.mendings, found.refusal) == (text, (), REFUSED[text])


def test_every_refusal_but_the_last_resort_is_met():
    assert set(REFUSED.values()) == set(LintRefusal) - {LintRefusal.NOT_SETTLED}


def test_what_does_not_settle_is_refused():
    assert lint("Label: " * 5 + "dog").text == "Dog."
    assert lint("Label: " * 40 + "dog").refusal == "not_settled"


def test_a_stated_language_decides():
    assert lint("Hund", "de").refusal == lint("dog", "French").refusal == "not_english"
    assert lint("Un chien aboie", "en").text == "Un chien aboie." and lint("dog", "en-US").text == "Dog."


def test_our_own_captions_need_no_mending():
    ours = {caption.text for caption in generated_bank()}
    ours |= {sentence(f"the sound of {phrase.noun}") for phrase in load_phrases().values()}
    assert not [text for text in ours if lint(text).text != text or faults(text)]


PIECES = (
    "dog", "a", "the", "an", "hour", "barks", "DOG", "Label:", "caption:", "(0.83)", "87%", "0.5", "seconds",
    ",", ";", ".", "...", "!", "?", "-", "--", '"', "'", "(", ")", "[", "]", "<b>", "</b>", "&amp;", "*", "**", "_",
    "#tag", "#", "01", "(2)", "x.wav",
    "https://a.b/c", "\n", "\t", "\u00a0", "\u200b", "\u201c", "\u201d", "\u2019", "\u2014", "\u2026",
    "\u00e9", "e\u0301", "\U0001f436",
    "\\n", "|", "=", "{", "}", "~", "`", "MP3", "i", "I'm", "dogs'", "e.g.", "New York", "owl", "8-bit", "choo", "/",
    ":",
    "%", "&", "1.", "1)", "\x00", "\u00c3\u00a9", "\u72ac", "TV", "vs.", "'tis", "unicorn", "and", "p=0.3", "score",
    "is", "here is",
)  # fmt: skip


def _ugly(draw):
    """Pieces in a row; words stand apart, marks stand anywhere."""
    text = ""
    for _ in range(draw.randint(1, 9)):
        piece = draw.choice(PIECES)
        glued = not (text[-1:].isalnum() and piece[:1].isalnum()) and draw.random() < 0.3
        text += piece if glued else f" {piece}"
    return text


def test_what_comes_out_goes_in_and_comes_out_the_same():
    draw = random.Random(4)
    used = 0
    for _ in range(2500):
        text = _ugly(draw)
        once = lint(text)
        assert lint(once.text).text == once.text and lint(once.text).refusal == once.refusal, (text, once)
        if not once.refusal:
            used += 1
            assert lint(once.text).mendings == (), (text, once)
            assert not faults(once.text), (text, once.text, faults(once.text))
    assert used > 1000


@pytest.mark.parametrize("text", [
    "the dog barks.", "The dog barks", "The dog  barks.", "The the dog barks.", "A owl hoots.", "An dog barks.",
    "A hour.",
    "A a dog barks.", "A dog (0.83).", "A dog 87%.", "Label: dog.", "A dog\nbarks.", "A dog barks..",
    "A dog barks ,loud.",
    "A dog barks,.", "A dog *barks*.", "DOG BARKS LOUDLY.", "Dog_bark.", "It.", 'A "dog barks.', "A label.",
    "Cafe\u0301 noise.",
])  # fmt: skip
def test_the_other_lint_finds_what_is_wrong(text):
    assert faults(text)
