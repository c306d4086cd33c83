"""Words only: phrases, captions, banks. Pure functions of text; nothing heavy is loaded."""

from mkaudio.prompts.bank import BankCaption, bank_fingerprint
from mkaudio.prompts.bank_files import captions_of_file, cells_of_row, columns_with_captions
from mkaudio.prompts.bank_text import kept_captions
from mkaudio.prompts.caption import Caption, in_order, sentence, together
from mkaudio.prompts.caption_form import CaptionForm, form_of, may_be_cut
from mkaudio.prompts.caption_version import CAPTION_VERSION
from mkaudio.prompts.draw import draw, uniform
from mkaudio.prompts.event_phrase import PHRASES_VERSION, EventPhrase, ancestors, is_a, load_phrases, lowest
from mkaudio.prompts.event_words import EventWords
from mkaudio.prompts.find_phrase import find_phrase
from mkaudio.prompts.generated_bank import generated_bank
from mkaudio.prompts.joining import split_events
from mkaudio.prompts.language import detect_language, is_english, language_of_labels, language_tag
from mkaudio.prompts.layout import Layout
from mkaudio.prompts.lint import Linted, Mending, lint
from mkaudio.prompts.lint_version import LINT_VERSION
from mkaudio.prompts.named_classes import claims_number, named_classes
from mkaudio.prompts.named_event import NamedEvent, event_of_class, named_events
from mkaudio.prompts.noun_phrase import noun_phrase
from mkaudio.prompts.refuse import LintRefusal
from mkaudio.prompts.scene import scene_captions, single_caption
from mkaudio.prompts.sound_event import SURE, SoundEvent, are_alike, gather, may_be_one, tellable
from mkaudio.prompts.template import Template
from mkaudio.prompts.template_set import TemplateSet, load_templates, template_set_names
from mkaudio.prompts.weave import Woven, example_of, weave

__all__ = [
    "CAPTION_VERSION", "LINT_VERSION", "PHRASES_VERSION", "SURE", "BankCaption", "Caption", "CaptionForm", "EventPhrase",
    "EventWords", "Layout", "LintRefusal", "Linted", "Mending", "NamedEvent", "SoundEvent", "Template", "TemplateSet", "Woven",
    "ancestors", "are_alike", "bank_fingerprint", "captions_of_file", "cells_of_row", "claims_number", "columns_with_captions",
    "detect_language", "draw", "event_of_class", "example_of", "find_phrase", "form_of", "gather", "generated_bank", "in_order",
    "is_a", "is_english", "kept_captions", "language_of_labels", "language_tag", "lint", "load_phrases", "load_templates",
    "lowest", "may_be_cut", "may_be_one", "named_classes", "named_events", "noun_phrase", "scene_captions", "sentence",
    "single_caption", "split_events", "tellable", "template_set_names", "together", "uniform", "weave",
]  # fmt: skip
