"""Why a clip gives no event: a closed list, counted and printed."""

from enum import StrEnum


class LeftOut(StrEnum):
    """Reasons, in the order in which they are looked at."""

    UNREADABLE = "unreadable"
    NO_NAME = "no_name"
    UNSURE = "unsure"
    SEVERAL_LABELS = "several_labels"
    NO_CLASS = "no_class"
    SPEECH = "speech"
    MUSIC = "music"
    SEVERAL_EVENTS = "several_events"
    CONTRADICTED = "contradicted"
    SILENT = "silent"
    TOO_QUIET = "too_quiet"
    CLIPPED = "clipped"
    TOO_SHORT = "too_short"
    NOISY = "noisy"
    CUT_OFF = "cut_off"
    DUPLICATE = "duplicate"
    ENOUGH = "enough"

    @property
    def meaning(self) -> str:
        """What it says to a person."""
        return _MEANINGS[self]


_MEANINGS = {
    LeftOut.UNREADABLE: "cannot be read as sound",
    LeftOut.NO_NAME: "no label names a sound, and no ear has heard it",
    LeftOut.UNSURE: "no label names a sound, and the ear is sure of none",
    LeftOut.SEVERAL_LABELS: "the labels name several sounds",
    LeftOut.NO_CLASS: "its label is no class, and --classes-only",
    LeftOut.SPEECH: "speech beside what is named",
    LeftOut.MUSIC: "music beside what is named",
    LeftOut.SEVERAL_EVENTS: "other sounds beside what is named",
    LeftOut.CONTRADICTED: "the ear is sure that it is something else than the label says",
    LeftOut.SILENT: "nothing sounds where the event should be",
    LeftOut.TOO_QUIET: "so quiet that noise would come with it",
    LeftOut.CLIPPED: "crests cut off at full scale",
    LeftOut.TOO_SHORT: "sounds for less than --min-s",
    LeftOut.NOISY: "a background goes on where the event does not",
    LeftOut.CUT_OFF: "goes on beyond the clip: only a short piece of it is there",
    LeftOut.DUPLICATE: "the same sound is there already",
    LeftOut.ENOUGH: "more of its class than --max-per-class or --balance takes",
}
