"""a or an: by the sound with which the next word begins, not by its letter.

>>> [mend_articles(f"a {word}") for word in ("hour", "unicorn", "MP3", "8-bit tune", "one-off")]
['an hour', 'a unicorn', 'an MP3', 'an 8-bit tune', 'a one-off']
"""

import re

from mkaudio.prompts.words import words

_ARTICLE = re.compile(r"(?<![\w.'-])([Aa]n?) (?=([\"'(]?)(\w(?:[\w.'-]*\w)?))")
_VOWEL_LETTER_NAMES = frozenset("aefhilmnorsx")
"""Letters whose names begin with a vowel: an F, an MP3; but a U, a B52."""
_SILENT_H = re.compile(r"hour(?!i)|honest|hono(?!l)|heir")
_SAID_YOU_OR_WON = re.compile(
    r"u$|u-|eu|ewe|one(?![irg])|once|ouija|u(?:ni(?!n|m|d(?!ir)|ss)|nanim|s[aeu](?!rp)|surp|t[eio]|bi|k[eru]|r[aeiou]|fo|vu|gan|sb)"
)
"""Spelled with a vowel, spoken with a consonant: European, unicorn, user, utensil, ukulele, urine, one-way."""
_SAID_WITH_VOWEL = re.compile(r"x-|[aeio]|u|y[^aeiou-]")
_EITHER = re.compile(r"herb")
"""Words that take "a" in one country and "an" in another stay as they are."""
_SAID_AS_WORDS = frozenset({
    "NASA",
    "NATO",
    "LASER",
    "RADAR",
    "SONAR",
    "RAM",
    "ROM",
    "LAN",
    "SIM",
    "FIFA",
    "SCUBA",
    "SWAT",
})
_NO_NOUN = words("no_noun_follows")
"""After these, "a" is the letter, or something is amiss that is not the article."""


def begins_with_vowel_sound(word: str) -> bool | None:
    """Say whether "an" goes before a word; None where both do.

    Args:
        word: the next word, as it is written.
    """
    low = word.lower()
    if word[0].isdigit():
        number = re.match(r"\d+", word.replace(",", ""))
        digits = number[0] if number else ""
        return digits[0] == "8" or (digits[:2] in ("11", "18") and len(digits) in (2, 4, 5, 8))
    letters = re.match(r"[A-Z][A-Z0-9.&]+s?(?![a-z])|[A-Za-z](?=$|-[A-Z]|[.'])|[A-Za-z]{1,3}(?=\d)", word)
    if letters and letters[0] not in _SAID_AS_WORDS and not (letters[0].islower() and re.search("[aeiou]", low[:3])):
        return low[0] in _VOWEL_LETTER_NAMES
    if _EITHER.match(low):
        return None
    if _SILENT_H.match(low):
        return True
    return not _SAID_YOU_OR_WON.match(low) and bool(_SAID_WITH_VOWEL.match(low))


def mend_articles(text: str) -> str:
    """Return a text in which every article fits the word behind it.

    Args:
        text: a caption; an "A" inside it is a letter ("in A minor") and stays.
    """

    def right(match: re.Match[str]) -> str:
        article, _, word = match.groups()
        inside = match.start() > 0 and not re.search(r"[.!?\"'(]\s*$", text[: match.start()])
        if (article[0] == "A" and inside) or word.lower() in _NO_NOUN:
            return match[0]
        vowel = begins_with_vowel_sound(word)
        return match[0] if vowel is None else f"{article[0]}{'n' if vowel else ''} "

    return _ARTICLE.sub(right, text)
