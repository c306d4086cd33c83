import re

from mkaudio.prompts import caption_words
from mkaudio.prompts.caption_words import caption_words as words_of


def test_every_list_is_sorted_used_and_has_no_word_twice():
    source = (caption_words._LISTS).read_text("utf-8")
    for name, text in re.findall(r'^(\w+) = """\n(.*?)\n"""', source, re.MULTILINE | re.DOTALL):
        said = text.split()
        assert said == sorted(set(said)) and words_of(name) == frozenset(said), name
