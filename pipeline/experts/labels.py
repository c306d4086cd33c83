"""The `labels` expert: what lay beside the sound, put into a sentence. Labels in another language are not proposed."""

import re
from collections.abc import Sequence

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.prompts import PHRASES_VERSION, find_phrase, sentence
from mkaudio.shards import Candidate

_ENGLISH = ("", "en", "eng", "english")
_CAPTION_WORDS = 4
"""A label of at least so many words is a caption already, or nearly."""
_SPACES = re.compile(r"[\s_]+")


class LabelsExpert:
    """Proposes a caption for each label of a clip."""

    name = "labels"

    def fingerprint(self) -> str:
        """Return the version of the words."""
        return PHRASES_VERSION

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return a candidate for each label, in order.

        Args:
            clips: B clips.
        """
        return [self._of_clip(clip) for clip in clips]

    def _of_clip(self, clip: HeardClip) -> list[Candidate]:
        language = clip.language.lower().replace("_", "-").split("-")[0]
        if language not in _ENGLISH:
            return []
        texts = {caption_of_label(label): None for label in clip.labels}
        return [Candidate(self.name, self.fingerprint(), text, 1) for text in texts if text]


def caption_of_label(label: str) -> str:
    """Return a label as a sentence: its class's clause where it names one, else the label as it stands.

    Args:
        label: a class name, tag, title or caption.

    >>> caption_of_label("dog_bark")
    'A dog barks.'
    >>> caption_of_label("A man walks his dog through wet leaves")
    'A man walks his dog through wet leaves.'
    """
    words = _SPACES.sub(" ", label).strip(" .,;:-")
    if len(words.split()) < _CAPTION_WORDS and (phrase := find_phrase(words)):
        return sentence(phrase.clauses[0])
    return sentence(words) if any(letter.isalpha() for letter in words) else ""
