"""Whether words are a clause ("a dog barks") or a noun phrase ("a dog barking"); neither where that is not sure.

>>> [(is_clause(text), is_noun(text)) for text in ("a dog barks", "a dog barking", "dogs in yard")]
[(True, False), (False, True), (False, False)]
"""

import re
from functools import cache
from itertools import pairwise

from mkaudio.prompts.caption_words import caption_words
from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.manner import BRIEFLY, LONG, MANY_TIMES, TWICE
from mkaudio.prompts.modifiers import load_modifiers
from mkaudio.prompts.noun_phrase import noun_phrase

_AUXILIARIES = caption_words("auxiliaries")
_RELATIVES = re.compile(r"\b(?:that|which|who|whose|whom|where|what|how|why|whether)\b")
_NOT_BEFORE_VERBS = caption_words("no_verb_behind")
_PLURALS = caption_words("plurals")
_DETERMINERS = caption_words("determiners")
_NO_PARTICIPLES = caption_words("no_participles")


def is_clause(text: str) -> bool:
    """Say whether a text is a clause for sure: a subject, and a verb in the present that we know.

    Args:
        text: in lower case or not, without a stop.
    """
    low = text.lower()
    if is_own_clause(low):
        return True
    said = low.split()
    if _is_own_noun(low) or _RELATIVES.search(low) or len(said) < 2:
        return False
    if said[0] in {"it", "there"}:
        return said[1] in {"is", "are"}
    singular, plural = _verbs()
    if not _AUXILIARIES.isdisjoint(said[1:]):
        return True
    for before, word in pairwise(said):
        if before in _NOT_BEFORE_VERBS or before.endswith("'s"):
            continue
        several = before in _PLURALS or (before.endswith("s") and not before.endswith(("ss", "us")))
        if word in singular or (several and word in plural):
            return True
    return False


def is_noun(text: str) -> bool:
    """Say whether a text is a noun phrase for sure, that may stand behind "followed by".

    Args:
        text: in lower case or not, without a stop.
    """
    low = text.lower()
    if _is_own_noun(low):
        return True
    said = low.split()
    if (
        len(said) < 2
        or said[0] not in _DETERMINERS
        or _RELATIVES.search(low)
        or _AUXILIARIES & set(said)
        or is_clause(low)
    ):
        return False
    for before, word, after in zip(said, said[1:], [*said[2:], ""], strict=False):
        in_s = word.endswith("s") and not word.endswith(("ss", "'s", "us"))
        if in_s and before not in _NOT_BEFORE_VERBS and not after.endswith("ing"):
            return False  # "a dog yelps": perhaps a verb that we do not know
    participle = any(len(word) > 4 and word.endswith("ing") and word not in _NO_PARTICIPLES for word in said)
    return participle or " of " in low or noun_phrase(low) == low


def is_going(text: str) -> bool:
    """Say whether a clause tells what is going on: "a dog is barking", which reads badly beside "before".

    Args:
        text: a clause.
    """
    return not {"is", "are"}.isdisjoint(text.lower().split())


def is_own_clause(text: str) -> bool:
    """Say whether a clause is one of our phrases', with or without how often, how long or where.

    Args:
        text: a clause; one event, whatever joints are in it.
    """
    low = text.lower()
    return low in _clauses() or any(
        low.endswith(f" {more}") and low[: -len(more) - 1] in _clauses() for more in _modifiers()
    )


def _is_own_noun(low: str) -> bool:
    return low.removeprefix("the sound of ") in _nouns()


@cache
def _clauses() -> frozenset[str]:
    phrases = load_phrases().values()
    return frozenset(text.lower() for one in phrases for text in (*one.clauses, one.repeats, one.lasts) if text)


@cache
def _nouns() -> frozenset[str]:
    return frozenset(one.noun.lower() for one in load_phrases().values())


@cache
def _modifiers() -> tuple[str, ...]:
    by_kind = (more for kind in load_modifiers().values() for claim in kind.values() for more in claim)
    return tuple(sorted({*MANY_TIMES, *TWICE, *LONG, *BRIEFLY, *by_kind}))


@cache
def _verbs() -> tuple[frozenset[str], frozenset[str]]:
    """Verbs of the third person, and those of the plural: what stands in our clauses behind the subject of the noun."""
    singular, plural = set(caption_words("verbs")), set[str]()
    for phrase in load_phrases().values():
        subject = re.match(r"(.+?) \w+ing\b", phrase.noun)
        for clause in phrase.clauses:
            behind = re.match(rf"(?:{re.escape(subject[1]) if subject else 'someone'}|someone|something) (\w+)", clause)
            if behind and behind[1] not in _AUXILIARIES:
                (plural if phrase.plural and not behind[1].endswith("s") else singular).add(behind[1])
    singular = {verb for verb in singular if verb.endswith("s")}
    for verb in singular:
        plural |= {verb[:-1], re.sub("ies$", "y", verb), re.sub("es$", "", verb)}
    return frozenset(singular), frozenset(plural - singular)
