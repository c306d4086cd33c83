"""What `mkaudio generate` is given: prompts or a picture, and perhaps a sound to begin with. Checked before torch is loaded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mkaudio.cli.prompts_file import read_prompts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_S = 60.0
_STRENGTH = 0.3
"""Of a change where none is given. Source: Make-An-Audio's release."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall sound.

    Args:
        texts: the prompts; for a picture its name, and it is the only one.
        picture: frames of a video, or one picture; empty where texts are prompts.
    """

    texts: list[str]
    picture: list[Path]


@dataclass(frozen=True, slots=True)
class Given:
    """A sound to begin with.

    Args:
        path: its file.
        strength: of the change.
        anew_s: the span that alone is made anew; an end of infinity is the sound's; None: all of it.
    """

    path: Path
    strength: float
    anew_s: tuple[float, float] | None


def asked_for(prompts: Sequence[str], prompts_file: Path | None, pictures: Sequence[Path]) -> Asked:
    """Put together what shall sound.

    Args:
        prompts: from the command line.
        prompts_file: more of them; they come behind.
        pictures: in place of prompts.

    Returns:
        The prompts, each in one line.

    Raises:
        ValueError: there is nothing, or an empty prompt, or prompts and a picture.
    """
    texts = [" ".join(prompt.split()) for prompt in prompts]
    if "" in texts:
        raise ValueError(f"prompt {texts.index('') + 1} is empty: say what shall sound")
    if prompts_file is not None:
        texts += read_prompts(prompts_file)
    if pictures and texts:
        raise ValueError("--image stands in place of prompts: give one or the other")
    if not pictures and not texts:
        raise ValueError('nothing shall sound: give a prompt, "a dog barks"; or --prompts FILE, or --image FILE')
    for path in pictures:
        if not path.is_file():
            raise ValueError(f"--image {path}: no such file")
    return Asked(texts or [pictures[0].stem], list(pictures))


def given_of(path: Path | None, strength: float | None, inpaint: str | None, duration_s: float | None) -> Given | None:
    """Put together what a sound to begin with is used for.

    Args:
        path: its file, or none.
        strength: of the change; None for the usual one.
        inpaint: "A:B" in seconds; one of them may be left away.
        duration_s: of what is made, for its check.

    Returns:
        The sound; None where there is none.

    Raises:
        ValueError: a number is out of range, or something is given that needs a sound.
    """
    if duration_s is not None and not 0 < duration_s <= MOST_S:
        raise ValueError(f"--duration-s {duration_s:g}: above 0, at most {MOST_S:g}")
    if path is None:
        lonely = "--strength" if strength is not None else "--inpaint" if inpaint is not None else ""
        if lonely:
            raise ValueError(f"{lonely} is about a sound: give one with --init-audio")
        return None
    if not path.is_file():
        raise ValueError(f"--init-audio {path}: no such file")
    if strength is not None and not 0 <= strength <= 1:
        raise ValueError(f"--strength {strength:g}: from 0 (the sound as it is) to 1 (nothing of it)")
    anew_s = None if inpaint is None else _span(inpaint)
    usual = _STRENGTH if anew_s is None else 1.0
    return Given(path, usual if strength is None else strength, anew_s)


def read_given(given: Given, rate_hz: int, duration_s: float | None) -> "NDArray[np.float32]":
    """Read the sound to begin with, mixed to mono.

    Args:
        given: what it is.
        rate_hz: of the checkpoint.
        duration_s: how much of it is wanted; None: all.

    Returns:
        (T,).

    Raises:
        ValueError: it is no sound, or longer than what can be made.
    """
    from mkaudio.models.sound_file import read_mono
    from mkaudio.shards import Refusal

    try:
        waveform = read_mono(given.path, rate_hz, MOST_S + 1 if duration_s is None else duration_s)
    except Refusal as refusal:
        raise ValueError(f"--init-audio {given.path}: {refusal}") from refusal
    if len(waveform) > MOST_S * rate_hz:
        raise ValueError(f"--init-audio {given.path}: longer than {MOST_S:g} s; give --duration-s for its beginning")
    if given.anew_s is not None:
        made_s = duration_s or len(waveform) / rate_hz
        last_s = made_s if math.isinf(given.anew_s[1]) else given.anew_s[1]
        if last_s > made_s or given.anew_s[0] >= last_s:
            raise ValueError(
                f"--inpaint {given.anew_s[0]:g}:{last_s:g}: {given.path} lasts {made_s:.2f} s; a longer --duration-s makes "
                "it longer"
            )
    return waveform


def _span(text: str) -> tuple[float, float]:
    """Return begin and end of "A:B".

    Raises:
        ValueError: it is no span.
    """
    begin, colon, end = text.partition(":")
    try:
        span = float(begin or 0), float(end or math.inf)
    except ValueError:
        span = (0.0, 0.0)
    if not colon or not 0 <= span[0] < span[1]:
        raise ValueError(f"--inpaint {text}: give seconds as A:B, 2:3.5")
    return span
