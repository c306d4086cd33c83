"""The version of the caption rules: a hash of the code that words captions and of the phrases, so none can be forgotten."""

import hashlib
from importlib import resources

from mkaudio.prompts.event_phrase import PHRASES_VERSION

RULES = ("caption", "draw", "event_phrase", "joining", "manner", "relation", "scene", "sound_event")
"""The modules whose code decides a caption."""


def _version() -> str:
    folder = resources.files("mkaudio.prompts")
    digest = hashlib.sha256(PHRASES_VERSION.encode())
    for name in RULES:
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]


CAPTION_VERSION = _version()
"""Start of the sha256 of phrases and rules: changes when any of them does."""
