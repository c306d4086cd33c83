"""The version of the lint: a hash of the code that mends and refuses and of its word lists, so that none can be forgotten."""

import hashlib
from importlib import resources

RULES = ("article", "language", "lint", "mend_marks", "mend_words", "noun_phrase", "refuse", "units", "words")
"""The modules whose code decides what becomes of a caption or of a label."""


def _version() -> str:
    folder = resources.files("mkaudio.prompts")
    digest = hashlib.sha256((folder / "phrases" / "words.toml").read_bytes())
    for name in RULES:
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]


LINT_VERSION = _version()
"""Start of the sha256 of lists and rules: changes when any of them does."""
