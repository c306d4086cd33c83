"""What kind of text a caption is, so that a template takes only captions that stand well in it.

>>> [str(form_of(text).kind) for text in ("A dog barks.", "A dog is barking.", "Dog barking.", "A dog barks, then rain falls.")]
['clause', 'progressive', 'noun', 'several']
>>> str(form_of("Yard, dogs").kind)
'sentences'
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mkaudio.prompts.caption_claims import Claim, claims_of, fits
from mkaudio.prompts.caption_words import caption_words
from mkaudio.prompts.finite import is_clause, is_going, is_noun, is_own_clause
from mkaudio.prompts.layout import Layout
from mkaudio.prompts.mend_words import is_common
from mkaudio.prompts.noun_phrase import noun_phrase
from mkaudio.prompts.words import words

_JOINT = re.compile(
    r", (?:and then|and finally|followed by|then|and|while|with|but|as) |"
    r" (?:while|before|after|as|when|until|then|followed by|and|once|because|since|but|during|with|so) "
)
_ORDER = re.compile(r"^First,? (?=.*,? (?:then|finally) )")
_FINALLY = re.compile(r",? and finally |, finally ")
_LONG = re.compile(r"\bfor (?:(?:a|quite|some|very|long) )+(?:time|while)\b", re.IGNORECASE)
"""Unlike what goes on "the whole time", it may have something before it and behind."""
_PLAIN = re.compile(r"[\w' ,-]+")
_NAMES, _OPENERS, _HANGING = caption_words("names"), caption_words("openers"), caption_words("hanging")


class Kind(StrEnum):
    """Of a caption as a text; the values stand in template files as `takes`."""

    CLAUSE = "clause"
    """One event told in the plain present: "A dog barks." """
    PROGRESSIVE = "progressive"
    """One event that is going on: "A dog is barking." """
    NOUN = "noun"
    """A noun phrase: "A dog barking", "The sound of rain on a roof." """
    SEVERAL = "several"
    """Several events in one sentence: whatever is added to it would be read as part of it."""
    SENTENCES = "sentences"
    """Anything else: stays as it is, in sentences of its own."""


@dataclass(frozen=True, slots=True)
class CaptionForm:
    """The form of a caption.

    Args:
        kind: of its text.
        claims: what it claims of the whole clip.
    """

    kind: Kind
    claims: tuple[Claim, ...] = ()

    def allows(self, layout: Layout) -> bool:
        """Say whether the caption stays true in a layout.

        Args:
            layout: of its clip and events in time.
        """
        return fits(self.claims, layout)


@dataclass(frozen=True, slots=True)
class Reading:
    """A caption as templates use it.

    Args:
        form: of the caption.
        own: its words as a sentence of their own, without the full stop.
        inside: its words inside a sentence.
    """

    form: CaptionForm
    own: str
    inside: str


def form_of(caption: str) -> CaptionForm:
    """Return the form of a caption; the result is cached.

    Args:
        caption: as it stands in the dataset.
    """
    return read_caption(caption).form


def allows(caption: str, layout: Layout) -> bool:
    """Say whether a caption stays true where events are laid around its clip: nothing comes before "the whole time".

    Args:
        caption: as it stands in the dataset.
        layout: of clip and events in time.
    """
    return form_of(caption).allows(layout)


def may_be_cut(caption: str) -> bool:
    """Say whether a caption stays true where a piece of its clip is cut away in which nothing of it begins or ends.

    Args:
        caption: as it stands in the dataset.

    >>> may_be_cut("A dog barks."), may_be_cut("A car drives by, fading away."), may_be_cut("A dog barks for a long time.")
    (True, False, False)
    """
    of_its_length = {Claim.WHOLE, Claim.BEGINS, Claim.ENDS}
    return of_its_length.isdisjoint(form_of(caption).claims) and not _LONG.search(caption)


@lru_cache(maxsize=65_536)
def read_caption(caption: str) -> Reading:
    """Return a caption as templates use it: "First" and "finally" of its own order gone, since more may come before and behind.

    Args:
        caption: as it stands in the dataset.
    """
    text = caption.strip()
    bare = text.removesuffix(".")
    if _PLAIN.fullmatch(bare):
        unordered = _FINALLY.sub(", and then ", _ORDER.sub("", bare))
        if (inside := _inside(unordered)) is not None:
            kind, said = _kind(inside)
            if kind is not Kind.SENTENCES:
                own = said[:1].upper() + said[1:] if kind is Kind.NOUN or unordered != bare else bare
                return Reading(CaptionForm(kind, claims_of(unordered)), own, said)
    return Reading(CaptionForm(Kind.SENTENCES, claims_of(text)), bare, bare)


def _kind(inside: str) -> tuple[Kind, str]:
    """Return the kind of a plain text, and its words; a noun that lacks its article gets it."""
    before_comma, comma, _ = inside.partition(",")
    parts = _JOINT.split(inside)
    joined = len(parts) > 1 or (comma and is_clause(before_comma))
    if is_own_clause(inside) or (not joined and is_clause(inside)):
        return (Kind.PROGRESSIVE if is_going(inside) else Kind.CLAUSE), inside
    if not comma and is_noun(inside):
        return Kind.NOUN, inside
    if joined:
        return (Kind.SEVERAL if is_clause(before_comma if comma else parts[0]) else Kind.SENTENCES), inside
    if not comma and (with_article := noun_phrase(inside)):
        return Kind.NOUN, with_article
    return Kind.SENTENCES, inside


def _inside(bare: str) -> str | None:
    """Return a text as it stands inside a sentence; None where nobody can say whether its first word is a name."""
    found = re.match(r"[^\W\d_]+(?:'[^\W\d_]+)*", bare)
    if not found:
        return None
    first = found[0]
    if first == "I" or first.startswith("I'") or first.lower() in _HANGING:
        return None
    if first in _NAMES or (len(first) > 1 and first.isupper()):
        return bare
    known = (
        first.lower() in _OPENERS
        or is_common(first)
        or bool(noun_phrase(first.lower()))
        or first.lower() in words("mass_nouns")
    )
    return first.lower() + bare[len(first) :] if known or first.islower() else None
