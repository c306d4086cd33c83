"""Words only: phrases, captions, banks. Pure functions of text; nothing heavy is loaded."""

from mkaudio.prompts.bank import BankCaption, generated_bank, read_bank
from mkaudio.prompts.caption import in_order, sentence, together
from mkaudio.prompts.event_phrase import PHRASES_VERSION, EventPhrase, ancestors, is_a, load_phrases
from mkaudio.prompts.find_phrase import find_phrase
from mkaudio.prompts.language import detect_language, is_english, language_of_labels, language_tag
from mkaudio.prompts.lint import Linted, Mending, lint
from mkaudio.prompts.noun_phrase import noun_phrase
from mkaudio.prompts.refuse import LintRefusal
from mkaudio.prompts.words import WORDS_VERSION

__all__ = [
    "PHRASES_VERSION", "WORDS_VERSION", "BankCaption", "EventPhrase", "LintRefusal", "Linted", "Mending", "ancestors",
    "detect_language", "find_phrase", "generated_bank", "in_order", "is_a", "is_english", "language_of_labels",
    "language_tag", "lint", "load_phrases", "noun_phrase", "read_bank", "sentence", "together",
]  # fmt: skip
