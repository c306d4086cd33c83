"""Words only: phrases, captions, banks. Pure functions of text; nothing heavy is loaded."""

from mkaudio.prompts.bank import BankCaption, bank_fingerprint
from mkaudio.prompts.bank_files import captions_of_file, cells_of_row, columns_with_captions
from mkaudio.prompts.bank_text import kept_captions
from mkaudio.prompts.caption import in_order, sentence, together
from mkaudio.prompts.event_phrase import PHRASES_VERSION, EventPhrase, ancestors, is_a, load_phrases
from mkaudio.prompts.find_phrase import find_phrase
from mkaudio.prompts.generated_bank import generated_bank

__all__ = [
    "PHRASES_VERSION", "BankCaption", "EventPhrase", "ancestors", "bank_fingerprint", "captions_of_file", "cells_of_row",
    "columns_with_captions", "find_phrase", "generated_bank", "in_order", "is_a", "kept_captions", "load_phrases",
    "sentence", "together",
]  # fmt: skip
