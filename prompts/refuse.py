"""Why a caption cannot be used, even mended: a closed list of codes, and the test of each."""

import re
from enum import StrEnum

from mkaudio.prompts.language import detect_language, is_english, language_tag
from mkaudio.prompts.units import UNIT
from mkaudio.prompts.words import words

MAX_WORDS = 60
"""CLAP's text towers read 77 tokens (`max_length=77` in LAION-CLAP's and CLIP's tokenizers), which is about 60 English
words at 1.3 tokens a word; what is behind them no scorer hears."""
MAX_CHARACTERS = 1000
"""No caption is so long, whatever it is dressed in: 60 words of 16. Mending takes time by the square of the length."""


class LintRefusal(StrEnum):
    """Why a candidate is refused; the value is the code in the ledger."""

    MOJIBAKE = "mojibake"
    NOT_ENGLISH = "not_english"
    NOTHING_LEFT = "nothing_left"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"
    STILL_LABEL = "still_label"
    STILL_CONFIDENCE = "still_confidence"
    NOT_SETTLED = "not_settled"


_SIGNATURES = re.compile(
    "[\ufffd\x80-\x84\x86-\x9f]|â€|ï»¿|ï¿½|[ÃÂ][\x80-\xbfƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Ã \\w|[ÐÑ][\x80-\xbf°µ¾±»]"
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_SAYS_NOTHING = words("says_nothing")
"""Words of which a name can be made that names no sound."""
_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+|(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}|[a-z]/[0-9a-z]+(?:/[0-9a-z_]+)*|"
    r"(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{11,}",
    re.IGNORECASE,
)
_CONFIDENCE = re.compile(
    rf"(?<![\d.,\w])(?:0?\.\d+|1\.0+)(?![\d.]*\s*{UNIT})(?![\w.]*\w)|\d\s*%|\bprobabilit|\bconfidence (?:score|level)",
    re.IGNORECASE,
)


def refusal_before(text: str, language: str) -> LintRefusal | None:
    """Return why a text is refused as it was proposed: what mending would hide.

    Args:
        text: as proposed.
        language: as stated; "" where nobody said.
    """
    if len(text) > MAX_CHARACTERS:
        return LintRefusal.TOO_LONG
    if _SIGNATURES.search(text) or _decodes_twice(text):
        return LintRefusal.MOJIBAKE
    tag = language_tag(language)
    if not any(one.isalnum() for one in text):
        return LintRefusal.NOTHING_LEFT
    if not is_english(tag) and (tag or detect_language(text)):
        return LintRefusal.NOT_ENGLISH
    return LintRefusal.NO_WORDS if _names_nothing(text.replace("_", " ")) else None


def refusal_after(text: str, language: str) -> LintRefusal | None:
    """Return why a mended text is refused.

    Args:
        text: mended.
        language: as stated; "" where nobody said.
    """
    if not any(one.isalnum() for one in text):
        return LintRefusal.NOTHING_LEFT
    if not is_english(language_tag(language)) and detect_language(text):
        return LintRefusal.NOT_ENGLISH
    if _names_nothing(text):
        return LintRefusal.NO_WORDS
    if not _WORD.search(text):
        return LintRefusal.TOO_SHORT
    if len(text.split()) > MAX_WORDS:
        return LintRefusal.TOO_LONG
    if re.search(r"\blabel(?:s|ed|led|ing)?\b", text, re.IGNORECASE):
        return LintRefusal.STILL_LABEL
    return LintRefusal.STILL_CONFIDENCE if _CONFIDENCE.search(text) else None


def _names_nothing(text: str) -> bool:
    """Say whether a text holds ids, numbers, extensions, and words of file names only; two-letter words do not count."""
    tokens = [token.strip(".,;:!?()[]\"'#") for token in text.split()]
    for token in tokens:
        parts = [part.lower() for part in re.split(r"[^\w/-]|(?<=[a-z])(?=\d)", token, flags=re.IGNORECASE) if part]
        if token.startswith("/m/") or _ID.fullmatch(token) or _is_video_id(token):
            continue
        found = [word for part in parts if not _ID.fullmatch(part) for word in re.findall(r"[^\W\d_]+", part)]
        if any(word not in _SAYS_NOTHING and (len(word) > 1) for word in found):
            return False
    return True


def _is_video_id(token: str) -> bool:
    """Say whether a token looks as YouTube's ids do: eleven characters that change case in the middle, twice at least."""
    return len(token) == 11 and len(re.findall("[a-z-][A-Z]", token)) > 1


def _decodes_twice(text: str) -> bool:
    """Say whether a run of letters beyond ASCII is UTF-8 that was read as Windows-1252."""
    for run in re.findall(r"[^\x00-\x7f]{4,}", text):
        try:
            run.encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False
