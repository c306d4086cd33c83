"""Which language a text is in: what was stated, brought to one form, or what its letters and function words say.

Right rather than eager: a short text in Latin letters, or a name, says nothing, and "" comes back.

>>> language_tag("Deutsch"), language_tag("en_us"), detect_language("Un chien aboie dans la rue"), detect_language("gong")
('de', 'en-US', 'fr', '')
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from mkaudio.prompts.find_phrase import find_phrase
from mkaudio.prompts.words import words

_NAMES = {
    "en": "eng english", "de": "deu ger german deutsch", "fr": "fra fre french français francais",
    "es": "spa spanish español espanol castellano", "it": "ita italian italiano", "pt": "por portuguese português portugues",
    "nl": "nld dut dutch nederlands", "sv": "swe swedish svenska", "da": "dan danish dansk", "no": "nor norwegian norsk",
    "fi": "fin finnish suomi", "pl": "pol polish polski", "cs": "ces cze czech čeština", "hu": "hun hungarian magyar",
    "ro": "ron rum romanian română", "tr": "tur turkish türkçe", "ru": "rus russian русский", "uk": "ukr ukrainian українська",
    "el": "ell gre greek ελληνικά", "he": "heb hebrew עברית iw", "ar": "ara arabic العربية", "hi": "hin hindi हिन्दी",
    "zh": "zho chi chinese mandarin cmn 中文 汉语", "ja": "jpn japanese 日本語", "ko": "kor korean 한국어",
    "vi": "vie vietnamese", "th": "tha thai ไทย", "id": "ind indonesian", "la": "lat latin",
}  # fmt: skip
_TAGS = {name: tag for tag, names in _NAMES.items() for name in names.split()}
_NOT_STATED = frozenset({
    "",
    "und",
    "mul",
    "mis",
    "zxx",
    "unknown",
    "none",
    "null",
    "nan",
    "n/a",
    "na",
    "other",
    "?",
    "-",
})

_SCRIPTS = {
    "CYRILLIC": "und-Cyrl", "GREEK": "el", "HEBREW": "he", "ARABIC": "und-Arab", "DEVANAGARI": "und-Deva", "THAI": "th",
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh",
}  # fmt: skip
"""First word of a letter's Unicode name → tag; several languages share the scripts whose tag begins with "und"."""

_FUNCTION_WORDS = {
    "fr": "le la les un une des du de et est dans avec sur qui que au aux en pendant elle cette près sous",
    "de": "der das ein eine einen einem einer und ist mit auf im von zu dem den des durch wird nicht für über aus während",
    "es": "el la los las un una unos de del y en con por para que se al está mientras sobre una",
    "it": "il lo la gli le un uno una di del della dei che nel nella è con sono mentre sul sulla",
    "pt": "os um uma de da dos das em no na com que não por para está enquanto ao uma",
    "nl": "de het een en van op zijn niet dat naar bij wordt terwijl uit aan voor met",
    "sv": "en ett och med på är som av det till från under",
}
_FOREIGN = {tag: frozenset(words.split()) for tag, words in _FUNCTION_WORDS.items()}
_INDEFINITE = frozenset({"ein", "eine", "einen", "un", "une", "una", "uma", "een"})
"""Articles with which captions begin and titles hardly ever do ("Der", "Los" and "La" begin names of bands)."""
_ENGLISH = words("english_markers")
"""English words of which some are foreign ones too: one of them is enough for doubt, and a text in doubt passes."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def language_tag(stated: str) -> str:
    """Return a stated language as a BCP-47 tag; "" where it states none, or several.

    Args:
        stated: a tag ("en", "eng", "en_US") or a name ("English", "Deutsch"); a name that we do not know stays as it is.
    """
    text = stated.strip()
    if text.lower() in _NOT_STATED or re.search(r"[,;|/+]", text):
        return ""
    first, *rest = re.split(r"[-_]", text)
    shown = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest]
    return "-".join([_TAGS.get(first.lower(), first.lower()), *shown])


def is_english(tag: str) -> bool:
    """Say whether a tag from `language_tag` is English; "" is not.

    Args:
        tag: normalised.
    """
    return tag.split("-")[0] == "en"


@lru_cache(maxsize=65_536)
def detect_language(text: str) -> str:
    """Return the tag of a text that is clearly not English; "" for English and wherever there is doubt.

    Most letters of another script decide alone. Latin text needs two foreign function words, or an indefinite article
    among three words, and not one English function word; capitalised words inside the text are names and do not count.

    Args:
        text: a label or caption.

    Returns:
        A BCP-47 tag; "und-Cyrl" and its like where a script has several languages, "und" where two are as likely.
    """
    if not text.isascii() and (script := _other_script(text)):
        return script
    found = _WORD.findall(unicodedata.normalize("NFC", text))
    if len(found) < 3:
        return ""
    running = [found[0].lower(), *(word for word in found[1:] if word[0].islower())]
    running = [word for number, word in enumerate(running) if word != running[number - 1] or number == 0]  # "la la la"
    if not _ENGLISH.isdisjoint(word.lower() for word in found):
        return ""
    hits = {tag: sum(word in own for word in running) for tag, own in _FOREIGN.items()}
    most = max(hits.values())
    if most < 2 and not (most and running[0] in _INDEFINITE and running[0] == found[0].lower()):
        return ""
    likely = [tag for tag, count in hits.items() if count == most]
    return likely[0] if len(likely) == 1 else "und"


def language_of_labels(labels: Sequence[str]) -> str:
    """Return the language of labels for which none was stated: of those that are clearly foreign, if none is English.

    Args:
        labels: of one sound.

    Returns:
        A tag; "" where no label is clearly foreign, or one of the others names a class of ours; "mul" where they disagree.
    """
    tags = {label: detect_language(label) for label in labels}
    found = set(filter(None, tags.values()))
    if not found or any(not tag and find_phrase(label) for label, tag in tags.items()):
        return ""
    return found.pop() if len(found) == 1 else "mul"


def _other_script(text: str) -> str:
    letters = [letter for letter in text if letter.isalpha()]
    scripts = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in letters)
    foreign = Counter[str]()
    for script, count in scripts.items():
        if script in _SCRIPTS:
            foreign[_SCRIPTS[script]] += count
    if 2 * sum(foreign.values()) <= len(letters):
        return ""
    return "ja" if foreign["ja"] else max(foreign, key=lambda tag: (foreign[tag], tag))
