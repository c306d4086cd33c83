"""What is wrong with a caption's words and stops: doubled words and articles, case, spacing of marks, the full stop.

Each function takes a text and returns it mended; a text with nothing to mend comes back equal.
"""

import re
from functools import cache

from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.words import words

_FUNCTION = words("never_twice")
"""Words that are never meant twice. "had had", "that that" and "in in" of "came in in" are: the first two are kept."""
_ECHOES = words("echoes")
"""Sounds and words that English does say twice; a word without vowels ("brr", "shh") may be as well."""
_REPEATED = re.compile(r"\b([^\W\d_]+(?:'[^\W\d_]+)?)(?:\s+\1)+(?!\w|['-]\w)", re.IGNORECASE)
_TWO_ARTICLES = re.compile(
    r"(?:(?<![\w.'])an?|(?:^|(?<=[.!?\"'(] )|(?<=^[\"'(]))An?|\b[Tt]he)((?:\s+(?:an?|the)(?![\w'-]|\.\w))+)"
)
_ACRONYMS = words("acronyms")
_ROMAN = re.compile(r"[IVX]+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ABBREVIATION = re.compile(r"(?:\b(?:vs|etc|approx|mr|mrs|ms|dr|st|no|ca|feat|ft)|\.\w|\b\w)$", re.IGNORECASE)
_SHOUTING_SHARE = 0.6
_SHOUTING_LETTERS = 5
"""A text of so many letters, more than the share in capitals, is shouted: "BMW engine" is not, "DOG BARKS" is."""


def mend_doubled(text: str) -> str:
    """Return a text without words that stand there twice in a row and should not.

    Args:
        text: a caption. "choo choo" stays, as do names ("Duran Duran") and "had had".
    """

    def once(match: re.Match[str]) -> str:
        first, low = match[1], match[1].lower()
        if low not in _FUNCTION:
            name = all(word.istitle() for word in match[0].split()) and not is_common(first)
            if low in _ECHOES or name or not re.search("[aeiouyà-ü]", low):
                return match[0]
        return first

    return _REPEATED.sub(once, text)


def mend_two_articles(text: str) -> str:
    """Return a text in which of "a the" and the like one article is left: "the" where it is among them, else the last.

    Args:
        text: a caption.
    """

    def one(match: re.Match[str]) -> str:
        said = match[0].split()
        article = "the" if "the" in (word.lower() for word in said) else said[-1]
        return article.capitalize() if said[0][0].isupper() else article

    return _TWO_ARTICLES.sub(one, text)


def mend_punctuation(text: str) -> str:
    """Return a text with marks where they belong: none before which a space stands, none doubled.

    Args:
        text: a caption.
    """
    text = re.sub(r"(?:^|\s)\.(?=[^\W\d]|\d+\.\d)", " ", text).strip()
    text = re.sub(r"\s*\.{2,}\s*(?=\S)", lambda match: _after_dots(text, match), text)
    text = re.sub(r"\s+([,;:!?]|\.(?!\w))", r"\1", re.sub(r"[\s/-]+(?=[!?]+$)", "", text))
    text = re.sub(r"([!?])[!?.,;:]+", r"\1", re.sub(r"[,;:]+([.!?])|\.+([!?])", r"\1\2", text))
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", re.sub(r"\.[,;:]+(?=\s*$)", ".", text))
    text = re.sub(r"\.{2,}$", ".", text)
    return re.sub(r"([,;])(?=[^\W\d_])", r"\1 ", text)


def _after_dots(text: str, match: re.Match[str]) -> str:
    return ". " if text[match.end()].isupper() else ", "


def mend_case(text: str) -> str:
    """Return a text in sentence case: shouting and Capitals Everywhere are lowered, names and acronyms stay.

    Args:
        text: a caption.
    """
    found = _WORD.findall(text)
    letters = [letter for word in found if not _stays_upper(word) for letter in word]
    upper = sum(letter.isupper() for letter in letters)
    if len(letters) >= _SHOUTING_LETTERS and upper > _SHOUTING_SHARE * len(letters):
        text = _WORD.sub(lambda match: match[0] if _stays_upper(match[0]) else match[0].lower(), text)
    elif len(found) > 1 and all(word[0].isupper() for word in found):
        text = _WORD.sub(
            lambda match: match[0].lower() if match[0].istitle() and is_common(match[0]) else match[0], text
        )
    text = re.sub(r"(?<![\w'.-])i(?=$|\s|'(?:m|ll|d|ve)\b)(?!\s+(?:sole|due)\b)", "I", text)
    text = re.sub(r"^[\W_]*[^\W\d_]", lambda match: _capital(text, match), text)
    return re.sub(r"[.!?][\"')]*\s+[\"'(]?[^\W\d_]", lambda match: _new_sentence(text, match), text)


def _stays_upper(word: str) -> bool:
    return word in _ACRONYMS or word == "I" or bool(_ROMAN.fullmatch(word))


def _capital(text: str, match: re.Match[str]) -> str:
    rest = _WORD.match(text, match.end() - 1)
    mixed = rest is not None and any(letter.isupper() for letter in rest[0][1:]) and not rest[0].isupper()
    return match[0] if mixed or text[: match.end() - 1][-1:] == "-" else match[0].upper()


def _new_sentence(text: str, match: re.Match[str]) -> str:
    return match[0] if match[0][0] == "." and _ABBREVIATION.search(text[: match.start()]) else match[0].upper()


def mend_stop(text: str) -> str:
    """Return a text that ends in one full stop, exclamation or question mark.

    Args:
        text: a caption.
    """
    text = text.rstrip()
    return text if not text or re.search(r"[.!?][\"')]?$", text) else f"{text}."


@cache
def _common() -> frozenset[str]:
    phrases = load_phrases().values()
    texts = (text for phrase in phrases for text in (phrase.noun, *phrase.clauses))
    return frozenset(word for text in texts for word in _WORD.findall(text) if word.islower()) | _FUNCTION


def is_common(word: str) -> bool:
    """Say whether a word is an ordinary one: it stands in lower case in our phrases.

    Args:
        word: in any case.
    """
    return word.lower() in _common()
