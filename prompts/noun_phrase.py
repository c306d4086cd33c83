"""Label words → a noun phrase with its article: "metal gate 2" → "a metal gate"; "" where none can be made for sure.

>>> [noun_phrase(words) for words in ("metal gate 2", "footsteps on grass", "Old Engine", "rain", "dig cracky", "man plays guitar")]
['a metal gate', 'footsteps on grass', 'an old engine', 'rain', '', '']
"""

import re
from functools import cache

from mkaudio.prompts.article import mend_articles
from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.mend_words import is_common

_NOUNS = frozenset(
    "alarm animal arrow axe ball bag balloon bat battery beak bed bee bell bicycle bike bird blade board boat bolt bomb book boot"
    " bottle bow bowl box branch brake bridge broom bubble bucket bullet bus button cable camera can candle cannon car card cart"
    " cash castle cave chain chair chest child chime church city clock cloud club coin computer cow crate cricket croud crowd cup"
    " curtain desk device dice dish dog door drawer drill drone drum duck elevator engine explosion factory fan farm faucet fence"
    " field flag flail flute fly footstep forest fountain frog game gate gear ghost girl glove goblin guard guitar gun gunshot"
    " hammer hand harbour harbor harp hat hawk helicopter helmet hoof horn horse hose house industry insect jar jet jungle key"
    " keyboard kettle kitchen knife lamp latch leaf lever lid light lighter lion lock loop machine magnet man market match meteor"
    " meter microwave mill mine missile monkey monster motor motorbike mouse mower net note oven owl page paper party pen phone"
    " piano pig pipe plane plate plug pool printer pump radio railway rat river road robot rocket rooster rope saw school scream"
    " screw scythe sea seagull sheep shield ship shoe shop shovel shutter siren skateboard snake spear spell spider spring squirrel"
    " station stick stone stove stream street string switch sword synth synthesizer table tank tap tape telephone toilet tool toy"
    " tractor traffic train tree trolley truck trumpet tunnel turbine typewriter valve van village violin voice wagon wall"
    " warrior washer watch waterfall wave weapon wheel whip whistle window wing wolf woman workshop zipper zoo".split()
)
_MASS = frozenset(
    "air ambience applause cattle chatter clapping equipment fire furniture gas glass grass gravel hail ice laughter lava leather"
    " machinery metal mud music noise oil paper plastic rain sand silence snow speech static steam thunder traffic water weather"
    " wind wood fabric cloth ambiance percussion feedback".split()
)
_PLURALS = frozenset({
    "people",
    "children",
    "men",
    "women",
    "mice",
    "geese",
    "feet",
    "teeth",
    "wolves",
    "leaves",
    "scissors",
    "knives",
})
_SUFFIX = re.compile(
    r"\w{2,}(?:tion|phone|board|ball|bell|horn|gun|drum|bird|step|door|mill|ship|craft|copter|cycle|ator|machine)"
)
_DETERMINER = re.compile(r"(?:a|an|the|some|my|his|her|their|its|two|three|four|five|several|many|few|both)$")
_PLACE = frozenset("on in of at with from through over under by near behind into against".split())
_ENDS_IN_S = frozenset(
    "bus gas glass brass bass sports grass bass press cross boss chess class cactus circus walrus".split()
)
_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
_NO_ADJECTIVE = frozenset("and or but not then while is are was it he she they this that to for as who".split())


def noun_phrase(label: str) -> str:
    """Return label words as a noun phrase; "" where they are none for sure: its last word is no noun that we know.

    Args:
        label: up to a few words in English; numbers behind them are takes, and go.
    """
    words = re.sub(r"(?:[\s_#-]*\(?\d+\)?|(?<=[a-z]{3})\d+|\s+v\d+)+$", "", label.strip()).split()
    if not words or not all(_WORD.fullmatch(word) for word in words):
        return ""
    phrase = _phrase([_plain(word, number) for number, word in enumerate(words)])
    return mend_articles(phrase) if phrase else ""


def _phrase(words: list[str]) -> str:
    place = next((number for number, word in enumerate(words) if word in _PLACE), None)
    if place is not None:
        what, where = _phrase(words[:place]), _phrase(words[place + 1 :])
        return f"{what} {words[place]} {where}" if what and where else ""
    if not words or any(word in _NO_ADJECTIVE or _is_verb(word, number) for number, word in enumerate(words[:-1])):
        return ""
    *before, head = words
    if len(head) > 5 and head.endswith("ing") and head not in _nouns():
        return head if not before else f"{whose} {head}" if (whose := _phrase(before)) else ""
    if not _is_noun(head):
        return ""
    if (before and _DETERMINER.match(before[0])) or head in _MASS or _is_plural(head):
        return " ".join(words)
    return f"a {' '.join(words)}"


def _plain(word: str, number: int) -> str:
    lowered = word.istitle() and (number == 0 or is_common(word) or _is_noun(word.lower()))
    return word.lower() if lowered or (word.isupper() and len(word) > 3) else word


def _is_verb(word: str, number: int) -> bool:
    """Say whether a word before the last may be a verb: "plays" of "man plays guitar", "chased" of "dog chased car"."""
    ends_in_s = word.endswith("s") and not word.endswith("ss") and word not in _ENDS_IN_S
    return ends_in_s or (number > 0 and word.endswith("ed"))


def _is_noun(word: str) -> bool:
    return word in _nouns() or word in _MASS or _is_plural(word) or bool(_SUFFIX.fullmatch(word))


def _is_plural(word: str) -> bool:
    if word in _PLURALS:
        return True
    singulars = (re.sub(pattern, put, word) for pattern, put in (("s$", ""), ("es$", ""), ("ies$", "y"), ("ves$", "f")))
    known = any(one != word and (one in _nouns() or _SUFFIX.fullmatch(one)) for one in singulars)
    return word.endswith("s") and not word.endswith(("ss", "us")) and known


@cache
def _nouns() -> frozenset[str]:
    """Our own, and those that do something in the phrases: the word before the participle in "an electric guitar playing"."""
    doing = (re.search(r"\ban? (?:[a-z-]+ )*?([a-z-]+) \w+ing\b", phrase.noun) for phrase in load_phrases().values())
    return _NOUNS | {match[1] for match in doing if match and match[1] not in ("or", "and")} - _MASS
