"""What a caption claims of its whole clip, and in which layouts the claim would no longer be true.

>>> [str(claim) for claim in claims_of("A cricket chirps continuously.")]
['whole']
>>> [fits(claims_of("A cricket chirps continuously."), layout) for layout in (Layout.X_A, Layout.A_OVER_X)]
[False, True]
"""

import re
from enum import StrEnum

from mkaudio.prompts.layout import Layout

ROOM_WORDS, ROOM_CHARACTERS = 30, 500
"""A longer caption gets no event: a template adds up to 30 words with its events, and lint refuses more than 60."""


class Claim(StrEnum):
    """What is claimed of the clip as a whole."""

    WHOLE = "whole"
    """It goes on from the beginning to the end, or for a stated time: nothing comes before or behind it."""
    ALONE = "alone"
    """Nothing else is heard."""
    BARE = "bare"
    """Nothing is heard at the same time."""
    BEGINS = "begins"
    """The clip begins with it."""
    ENDS = "ends"
    """The clip ends with it."""
    BACKGROUND = "background"
    """Something is in the background; a second background would be one too many."""
    LOUD = "loud"
    """It is loud or near, which no background is."""
    LONG = "long"
    """It has no room for more words."""


_SAID = {
    Claim.WHOLE: (
        r"the (?:whole|entire|full) (?:time|clip|recording|length|duration)|all the time|all along|throughout|the entirety",
        r"(?:continu(?:ous|al)|constant|incessant|endless|ceaseless|perpetual|uninterrupted)(?:ly)?|non-?stop|on and on",
        r"without (?:a |any )?(?:pauses?|breaks?|interruptions?|stopping|pausing|end)|never (?:stops?|ends?|pauses?)",
        r"(?:from )?(?:start to (?:finish|end)|beginning to end)",
        r"(?:\d+|two|three|four|five|six|ten|twenty|thirty|sixty|several|many|a few)[ -](?:second|minute|hour|sec|min)s?",
    ),
    Claim.ALONE: (
        r"nothing (?:else|more)|no (?:other|background|further|additional)|no one else|silen(?:ce|t|tly)|only|alone",
        r"by (?:itself|himself|herself|themselves)|sole(?:ly)?|exclusively|otherwise|apart from that",
        r"without (?:any )?(?:other|background|noise)",
    ),
    Claim.BARE: (
        r"without (?:any )?(?:instruments?|music|accompaniment)|a cappella|unaccompanied|isolated|solo|in a quiet \w+",
    ),
    Claim.BEGINS: (
        r"at first|at the (?:very )?(?:start|beginning|outset)|in the beginning|to (?:begin|start) with|initially",
        r"(?:start|begin|open)(?:s|ing|ning)? (?:off |out )?(?:with|by)|first|earlier|prior",
    ),
    Claim.ENDS: (
        r"at the (?:very )?(?:end|close)|in the end|finally|eventually|lastly|at last|last|to finish",
        r"(?:end|finish|clos|conclud)(?:s|es|ing|e)? (?:with|in|by|off)|(?:comes?|coming) to an end",
        r"(?:then|and|until) (?:it |they )?(?:stops?|ends?)|(?:stops?|ends?)(?: suddenly| abruptly)?(?=\W*$)",
        r"(?:fad(?:es?|ing)|dies|dying) (?:out|away|down)",
    ),
    Claim.BACKGROUND: (r"background|backdrop",),
    Claim.LOUD: (r"loud(?:ly|er|est)?|close by|nearby|close-up|up close|deafening(?:ly)?|foreground",),
}
_PATTERNS = {
    claim: re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE) for claim, words in _SAID.items()
}


def claims_of(text: str) -> tuple[Claim, ...]:
    """Return what a caption claims of the whole clip.

    Args:
        text: a caption.
    """
    found = [claim for claim, pattern in _PATTERNS.items() if pattern.search(text)]
    long = len(text.split()) > ROOM_WORDS or len(text) > ROOM_CHARACTERS
    return (*found, Claim.LONG) if long else tuple(found)


def fits(claims: tuple[Claim, ...], layout: Layout) -> bool:
    """Say whether claims stay true where events are laid around a clip.

    Args:
        claims: of its caption.
        layout: of clip and events in time.
    """
    if layout is Layout.ALONE:
        return True
    turn = layout.in_turn
    broken = {
        Claim.LONG: True,
        Claim.ALONE: True,
        Claim.BARE: layout.laid is not None,
        Claim.WHOLE: turn != ("X",),
        Claim.BEGINS: turn[0] != "X",
        Claim.ENDS: turn[-1] != "X",
        Claim.BACKGROUND: "under" in layout.value,
        Claim.LOUD: layout.laid is not None and layout.laid[1] == "above",
    }
    return not any(broken[claim] for claim in claims)
