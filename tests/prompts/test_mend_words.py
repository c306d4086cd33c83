"""Each mending of words alone: what it takes, and what looks like it and stays."""

import pytest

from mkaudio.prompts import mend_words


@pytest.mark.parametrize(("mend", "text", "mended"), [
    ("doubled", "The the dog dog", "The dog"), ("doubled", "brr brr quack quack", "brr brr quack quack"),
    ("doubled", "in in of of", "in of"), ("doubled", "the dog's dog's bone", "the dog's bone"),
    ("doubled", "do door", "do door"),
    ("two_articles", "a the an owl", "the owl"), ("two_articles", "A an owl", "An owl"),
    ("two_articles", "plan A the best", "plan A the best"),
    ("punctuation", "dog ,cat;; owl .", "dog, cat; owl."), ("punctuation", "what?!?", "what?"),
    ("punctuation", "at .5 s", "at .5 s"),
    ("case", "MP3 PLAYER ON TV", "MP3 player on TV"), ("case", "BMW engine", "BMW engine"),
    ("case", "Dog In Paris", "Dog in Paris"),
    ("case", "i think i'm late", "I think I'm late"), ("case", "he stops. then go vs. me", "He stops. Then go vs. me"),
    ("stop", "dog", "dog."), ("stop", 'says "no!"', 'says "no!"'), ("stop", "", ""),
])  # fmt: skip
def test_mending(mend, text, mended):
    assert getattr(mend_words, f"mend_{mend}")(text) == mended
