"""Each mending of marks alone: what it takes, and what looks like it and stays."""

import pytest

from mkaudio.prompts import mend_marks


@pytest.mark.parametrize(("mend", "text", "mended"), [
    ("unicode", "“dog’s” caﬁe\u0301\u200b 🐶", "\"dog's\" cafié "), ("unicode", "loud — dog", "loud, dog"),
    ("unicode", "1–2", "1-2"),
    ("spaces", " a\r\n\tdog\u2003_barks_\x00 ", "a dog _barks_"), ("spaces", "dog_bark", "dog bark"),
    ("markup", "<i>dog</i> [bark](http://x.y)", "dog bark"), ("markup", "(a (b) c)", "(a (b) c)"),
    ("markup", "'tis a dog", "'tis a dog"),
    ("heading", "Tags: dog", "dog"), ("heading", "the predicted label is: dog", "dog"),
    ("heading", "The class is noisy", "The class is noisy"),
    ("heading", "A title: dog", "dog"), ("heading", "title music", "title music"),
    ("confidence", "dog [p=0.5]", "dog"), ("confidence", "dog, score 0.91", "dog"),
    ("confidence", "dog: 0.5 s", "dog: 0.5 s"),
    ("confidence", "70% of them clap", "70% of them clap"), ("confidence", "in 1.5 miles", "in 1.5 miles"),
    ("junk", "dog www.x.org -- ", "dog"), ("junk", "dog.mp3", "dog"), ("junk", "Boeing 747", "Boeing 747"),
    ("junk", "F# minor", "F# minor"),
    ("junk", "dog 007", "dog"), ("junk", "R&B song", "R&B song"),
])  # fmt: skip
def test_mending(mend, text, mended):
    assert getattr(mend_marks, f"mend_{mend}")(text) == mended
