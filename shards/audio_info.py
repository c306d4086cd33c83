"""What a sound file's header says, checked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """A sound file that looks whole.

    Args:
        container: WAV, RF64, W64, AIFF, AU, CAF, FLAC, OGG, OPUS, MP3, ADTS, MP4, MATROSKA, AVI, ASF, or libsndfile's name.
        decoder: "soundfile" or "pyav".
        sample_rate_hz: of the source.
        channels: of the source.
        n_frames: at the source's rate; exact for lossless containers, within `LOSSY_SLACK_FRAMES` for others.
        bit_depth: what FLAC has to hold: 24 where the source has more than 16 bits, else 16.
    """

    container: str
    decoder: str
    sample_rate_hz: int
    channels: int
    n_frames: int
    bit_depth: int


LOSSLESS = frozenset({"WAV", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC"})
"""Containers of which every promised frame must arrive."""

LOSSY_SLACK_FRAMES = 4096
"""Frames that a lossy file may fall short of its header: priming, padding and rounding of up to three codec frames of
1,152 (MP3) or two of 2,048 (HE-AAC)."""
