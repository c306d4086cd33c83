"""A template, a caption and events → one English sentence or two, the same for the same seed; each slot has a draw of its own.

>>> from mkaudio.prompts.template import parse_template
>>> dog = EventWords("Bark", "a dog barking", ("a dog barks",))
>>> weave(parse_template("{X}, followed by {A.noun}.", "X before A"), "Rain falls.", [dog], seed=1).text
'Rain falls, followed by a dog barking.'
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mkaudio.prompts.article import mend_articles
from mkaudio.prompts.caption_form import Kind, read_caption
from mkaudio.prompts.caption_words import caption_words
from mkaudio.prompts.draw import draw
from mkaudio.prompts.event_words import EventWords
from mkaudio.prompts.template import Piece, Template
from mkaudio.prompts.template_check import AGREEING

_BACKGROUND = re.compile(r" in the background\b|\bbackground (?=\w)")
_NOT_QUIET = caption_words("not_quiet")
_STOPPED = re.compile(r"[.!?][\"')]?$")
_FIRST = re.compile(r" ?([^\W\d_]+)(?![\w'-])")
_SOMETHING = re.compile(r"^something\b(?!.* else\b)")


@dataclass(frozen=True, slots=True)
class Woven:
    """A sentence, and what filled the slots.

    Args:
        text: the sentence.
        slots: (name, words) in the order of the text.
    """

    text: str
    slots: tuple[tuple[str, str], ...]


def weave(template: Template, caption: str, events: Sequence[EventWords], seed: int) -> Woven:
    """Fill a template. What comes out passes lint unchanged where the caption does.

    Args:
        template: one that takes the caption.
        caption: X.
        events: A, and B where the template has it.
        seed: of the composition.

    Raises:
        ValueError: the template takes other captions, or another number of events.
    """
    reading = read_caption(caption)
    if reading.form.kind not in template.takes:
        takes = ", ".join(sorted(template.takes))
        raise ValueError(
            f"template {template.name!r} takes captions of kind {takes}; found {caption!r}; choose by for_caption"
        )
    if len(events) != template.layout.n_events:
        raise ValueError(
            f"template {template.name!r} needs {template.layout.n_events} events; found {len(events)}; give as many"
        )
    words, uses = dict(template.words), dict[str, int]()
    said, slots = "", list[tuple[str, str]]()
    for piece in template.pieces:
        if not piece.slot:
            said = _joined(said, piece.text)
            continue
        part = piece.slot[0]
        if piece.slot in words:
            uses[piece.slot] = use = uses.get(piece.slot, 0) + 1
            filled = draw(words[piece.slot], seed, f"word {piece.slot} {use}")
        elif part == "X":
            filled = reading.own if piece.capital and piece.slot == "X" else reading.inside
        else:
            filled = _of_event(template, piece, events["AB".index(part)], seed)
            if piece.slot in {part, f"{part}.noun"} and _SOMETHING.match(filled) and _something_before(slots, part):
                filled = f"something else{filled[9:]}"
        slots.append((piece.slot, filled))
        said = said + _capital(filled, bool(said)) if piece.capital else _joined(said, filled)
    text = said if not words else mend_articles(said)
    return Woven(text, tuple(slots))


def example_of(template: Template) -> str:
    """Return a template filled with plain words: rain falls, a dog barks, a door slams shut.

    Args:
        template: of any set.
    """
    caption = next(caption for kind, caption in _STOCK.items() if kind in template.takes)
    return weave(template, caption, [_DOG, _DOOR][: template.layout.n_events], seed=0).text


_STOCK = {
    Kind.CLAUSE: "Rain falls.",
    Kind.PROGRESSIVE: "Rain is falling.",
    Kind.NOUN: "The sound of rain on a roof.",
    Kind.SEVERAL: "Rain falls while birds sing.",
    Kind.SENTENCES: "Rain falls. Birds sing.",
}
_DOG = EventWords("Bark", "a dog barking", ("a dog barks",))
_DOOR = EventWords("Slam", "a door slamming", ("a door slams shut",))


def _of_event(template: Template, piece: Piece, words: EventWords, seed: int) -> str:
    """Return the words of an event's slot: they hang on the event, the template and the seed alone."""
    part, _, more = piece.slot.partition(".")
    if more in AGREEING:
        return AGREEING[more] if words.plural else more
    quiet = template.layout.laid == (part, "under")
    if more:
        return _without_background(words.noun) if quiet else words.noun
    return draw(_clauses(words.clauses, piece.plain, quiet), seed, f"words of {part}")


@lru_cache(maxsize=16_384)
def _clauses(clauses: tuple[str, ...], plain: bool, quiet: bool) -> tuple[str, ...]:
    if plain:
        clauses = tuple(clause for clause in clauses if {"is", "are"}.isdisjoint(clause.split())) or clauses
    if quiet:
        clauses = tuple(clause for clause in clauses if _NOT_QUIET.isdisjoint(clause.split())) or clauses
        clauses = tuple(_without_background(clause) for clause in clauses)
    return clauses


@lru_cache(maxsize=16_384)
def _without_background(words: str) -> str:
    """Return words that do not speak of a background themselves, for a sentence that does."""
    return _BACKGROUND.sub("", words) or words


def _something_before(slots: list[tuple[str, str]], part: str) -> bool:
    """Say whether X, or A before B, is "something" already; B never decides on A's words."""
    seen = {"X"} | ({"A"} if part == "B" else set())
    return any(slot[0] in seen and filled[:9].lower() == "something" for slot, filled in slots if slot[0] in "ABX")


def _joined(said: str, more: str) -> str:
    """Return words with more behind them: no stop behind a stop, no word twice ("drifts along along with a banjo")."""
    if more[:1] == "." and _STOPPED.search(said):
        return said + more[1:]
    last, first = said.rpartition(" ")[2] or said[:-1].rpartition(" ")[2], _FIRST.match(more)
    if first and first[1].lower() == last.lower() and (more[:1] == " " or said[-1:] == " "):
        if last == "while":  # "for a while while"
            return f"{said} as{more[first.end() :]}"
        return said.rstrip() + more[first.end() :]
    return said + more


def _capital(words: str, within: bool) -> str:
    """Return words as a sentence begins: at the very beginning a word such as "iPhone" stays."""
    number = next((place for place, letter in enumerate(words) if letter.isalnum()), 0)
    first = re.match(r"[^\W\d_]+", words[number:])
    if not within and first and first[0][0].islower() and any(letter.isupper() for letter in first[0]):
        return words
    return words[:number] + words[number : number + 1].upper() + words[number + 1 :]
