"""Words only: phrases, captions, banks. Pure functions of text; nothing heavy is loaded."""

from mkaudio.prompts.bank import BankCaption, generated_bank, read_bank
from mkaudio.prompts.caption import in_order, sentence, together
from mkaudio.prompts.event_phrase import PHRASES_VERSION, EventPhrase, ancestors, is_a, load_phrases
from mkaudio.prompts.find_phrase import find_phrase

__all__ = [
    "PHRASES_VERSION", "BankCaption", "EventPhrase", "ancestors", "find_phrase", "generated_bank", "in_order", "is_a",
    "load_phrases", "read_bank", "sentence", "together",
]  # fmt: skip
