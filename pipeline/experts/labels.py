"""The `labels` expert: what lay beside the sound, put into a sentence.

A label in another language is proposed as it stands, with its language, so that the ledger has it and lint refuses it.
"""

import re
from collections.abc import Sequence

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.prompts import (
    LINT_VERSION,
    PHRASES_VERSION,
    EventPhrase,
    detect_language,
    find_phrase,
    is_a,
    is_english,
    language_tag,
    noun_phrase,
    sentence,
)
from mkaudio.shards import Candidate

LABELS_VERSION = f"{PHRASES_VERSION}-{LINT_VERSION}-1"
"""What its sentences are made of; the last number counts changes of this file."""
_CAPTION_WORDS = 4
"""A label of at least so many words is a caption already, or nearly."""
_LIST_ENTRIES = 3
"""Of a list of labels no more are said: no sentence of ours names more events."""
_SPACES = re.compile(r"[\s_]+")
_BETWEEN = re.compile(r"\s*[,;|/]\s*")


class LabelsExpert:
    """Proposes a caption for each label of a clip."""

    name = "labels"

    def fingerprint(self) -> str:
        """Return the version of the words."""
        return LABELS_VERSION

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return a candidate for each label, in order.

        Args:
            clips: B clips.
        """
        return [self._of_clip(clip) for clip in clips]

    def _of_clip(self, clip: HeardClip) -> list[Candidate]:
        stated = language_tag(clip.language)
        tags = {label: stated or detect_language(label) for label in clip.labels}
        if clip.file_words:
            tags.setdefault(clip.file_words, "en")
        found: dict[str, Candidate] = {}
        for label, tag in tags.items():
            foreign = tag != "" and not is_english(tag)
            text, n_events = (label, 0) if foreign else caption_of_label(label)
            if text:
                found.setdefault(text, Candidate(self.name, self.fingerprint(), text, n_events, tag))
        return list(found.values())


def caption_of_label(label: str) -> tuple[str, int]:
    """Return a label as a sentence, and how many events it names; 0 where nobody knows.

    What names classes becomes their clauses, what is a noun phrase "The sound of ...", all else stays as it stands.

    Args:
        label: a class name, tag, title, caption, or several in a list.

    >>> caption_of_label("dog_bark"), caption_of_label("metal gate 2"), caption_of_label("dog, bark; rain")
    (('A dog barks.', 1), ('The sound of a metal gate.', 1), ('A dog barks and rain falls.', 2))
    >>> caption_of_label("A man walks his dog through wet leaves")
    ('A man walks his dog through wet leaves.', 0)
    """
    words = _SPACES.sub(" ", label).strip(" .,;:-")
    if not any(letter.isalpha() for letter in words):
        return label.strip(), 0
    entries = [entry for entry in dict.fromkeys(_BETWEEN.split(words)) if entry]
    if any(len(entry.split()) >= _CAPTION_WORDS for entry in entries):
        return sentence(words), 0
    whole = find_phrase(words)
    classes = [whole] if whole else _lowest([phrase for entry in entries if (phrase := find_phrase(entry))])
    if classes:
        return sentence(_listed([phrase.clauses[0] for phrase in classes])), len(classes)
    nouns = [noun_phrase(entry) for entry in entries[:_LIST_ENTRIES]]
    return (sentence(f"the sound of {_listed(nouns)}"), len(nouns)) if all(nouns) else (sentence(words), 0)


def _lowest(phrases: list[EventPhrase]) -> list[EventPhrase]:
    """Return the first classes, each once, without those that lie above others of them: "dog, bark" is a bark."""
    names = list(dict.fromkeys(phrase.name for phrase in phrases))
    lowest = [name for name in names if not any(other != name and is_a(other, name) for other in names)]
    return [next(one for one in phrases if one.name == name) for name in lowest[:_LIST_ENTRIES]]


def _listed(texts: list[str]) -> str:
    if len(texts) < 3:
        return " and ".join(texts)
    return f"{', '.join(texts[:-1])}, and {texts[-1]}"
