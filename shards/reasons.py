"""The closed list of reasons for which an input, or a window of one, is not in a dataset.

`Reason` is what the `reason` column of `quarantine/*.parquet` may hold. A refused input could not be used;
a filtered window could, and was left out by a filter. Adding a reason means adding it here and a test that meets it.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why something is in quarantine; the value is the code on disk."""

    # the index pass: the file itself
    MISSING = "missing"
    BROKEN_SYMLINK = "broken_symlink"
    SYMLINK_LOOP = "symlink_loop"
    NOT_A_FILE = "not_a_file"
    UNREADABLE = "unreadable"
    EMPTY_FILE = "empty_file"
    UNSAFE_NAME = "unsafe_name"
    # what its bytes say
    NOT_AUDIO = "not_audio"
    TRUNCATED = "truncated"
    NO_FRAMES = "no_frames"
    BAD_RATE = "bad_rate"
    TOO_MANY_CHANNELS = "too_many_channels"
    # between plan and read
    VANISHED = "vanished"
    CHANGED = "changed"
    # what decoding found
    DECODE_ERROR = "decode_error"
    NOT_FINITE = "not_finite"
    ALL_SILENT = "all_silent"
    # what reading it did to a worker
    KILLED_WORKER = "killed_worker"
    TIMED_OUT = "timed_out"
    # filters: usable, and left out
    SILENT_WINDOW = "silent_window"
    SHORT_TAIL = "short_tail"
    TOO_SHORT = "too_short"
    CLIPPED = "clipped"
    NARROW_BAND = "narrow_band"
    SPEECH = "speech"
    NO_SPEECH = "no_speech"
    MUSIC = "music"
    NO_MUSIC = "no_music"
    LESS_ACTIVE = "less_active"


FILTERED = frozenset({
    Reason.SILENT_WINDOW, Reason.SHORT_TAIL, Reason.TOO_SHORT, Reason.CLIPPED, Reason.NARROW_BAND, Reason.SPEECH,
    Reason.NO_SPEECH, Reason.MUSIC, Reason.NO_MUSIC, Reason.LESS_ACTIVE,
})  # fmt: skip
"""Reasons that count as filtered; every other one counts as refused."""


class Refusal(Exception):  # noqa: N818 - it is a verdict on an input, not a fault of ours
    """An input, or a window of it, that cannot be used.

    Args:
        reason: the code that goes to quarantine.
        message: what was found and what the user can do, one line.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.message}"
