import hashlib
import re
import subprocess
import sys
from collections import Counter

import pytest

from mkaudio.prompts import generated_bank, is_a, load_phrases
from mkaudio.prompts.bank import CLAIMS

BANK = generated_bank()
TEXTS = [one.text for one in BANK]
SAYABLE = {name for name, phrase in load_phrases().items() if not (phrase.general or phrase.blind)}


def test_a_few_thousand_captions_and_none_twice():
    assert 3_000 <= len(BANK) <= 7_000
    assert len(set(TEXTS)) == len(TEXTS) == len({text.lower() for text in TEXTS})


def test_another_process_makes_the_same_bank():
    code = (
        "import hashlib; from mkaudio.prompts import generated_bank as b; "
        "print(hashlib.sha256(repr(b()).encode()).hexdigest())"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == hashlib.sha256(repr(BANK).encode()).hexdigest()


def test_every_class_that_may_be_said_is_said_and_no_other():
    named = {name for one in BANK for name in one.events}
    assert named <= SAYABLE
    for name in SAYABLE - named:  # its captions stand with a relative, whose words they share
        own = {one.events for one in BANK if load_phrases()[name].clause in one.text.lower() and one.n_events == 1}
        assert any(is_a(name, events[0]) or is_a(events[0], name) for events in own), name


def test_texts_stand_under_the_events_that_they_name():
    """Another way than the generator's: the words of a class, looked for in the text."""
    for one in BANK:
        assert one.n_events == len(one.events) and one.claim in CLAIMS
        for name in one.events:
            phrase = load_phrases()[name]
            said = one.text.lower()
            assert any(words.lower() in said for words in (phrase.noun, *phrase.clauses)), (one.text, name)


@pytest.mark.parametrize(
    "wrong",
    [
        r"[^A-Za-z' ,.-]", r"^[^A-Z]", r"[^.]$|\.\.", r"\s\s|\s[,.]", r"\b(\w+) \1\b",  # form, doubled words
        r"\b(a|an|the) (a|an|the|with|and|is|are)\b(?! capp)",  # two articles; "singing a cappella"
        r"(?i)\ba ([aeio]|hour|honest)|\ban [^aeiouh]",  # the article that fits
        r"(loudly|heavily|stead|soft|quiet|repeated|distan|nearby|background).*\b(loud|soft|quiet)ly\b",  # said twice or against
        r"\bbackground\b.*\bbackground\b", r"overhead (in|far|close)", r"silently|never",
        r"^The sound of .*\b(sound|noise)s?\b", r"\blabel\b|\d",
    ],
)  # fmt: skip
def test_every_caption_is_good_english(wrong):
    bad = [text for text in TEXTS if re.search(wrong, text.replace("There is", "It is"))]
    assert not bad, bad[:20]


def test_pairs_are_two_things_of_two_subjects():
    pairs = [one for one in BANK if one.n_events == 2]
    assert 1_000 <= len(pairs) <= 2_500 and not any(one.n_events > 2 for one in BANK)
    for one in pairs:
        first, second = one.events
        assert not (is_a(first, second) or is_a(second, first)), one
        assert len(re.findall(r"\b(a person|someone)\b", one.text.lower())) <= 1, one.text


def test_a_caption_claims_what_its_words_claim():
    says = {
        "order": r", and then ",
        "together": r" while | with .* in the background\.$",
        "repeated": r"(repeatedly|several times|again and again)\.$",
        "lasting": r"(steadily|without a pause|for a while)\.$",
        "soft": r"(softly|quietly|lightly|in the distance|far away|in the background|in another room)\.$",
        "loud": r"(loudly|heavily|close by)\.$",
    }
    own = [text for phrase in load_phrases().values() for text in (*phrase.clauses, phrase.noun)]
    for one in BANK:
        if one.claim:
            assert re.search(says[one.claim], one.text), one
        elif any(re.search(pattern, one.text) for pattern in says.values()):  # a phrase may have such words of its own
            said = one.text.lower().rstrip(".")
            assert any(said.endswith(words.lower()) for words in own), one


def test_phrasings_are_many_enough_that_none_is_worn_out():
    plain = Counter(one.events for one in BANK if one.n_events == 1 and not one.claim)
    assert sum(count >= 3 for count in plain.values()) > 0.95 * len(plain)
