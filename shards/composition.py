"""What a composition is made of: which sounds, from where to where, how loud; enough to make it again bit by bit.

Times are whole frames at the composition's rate, written in seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One sound in a composition.

    Args:
        origin: "clip" for the sound of the dataset, "event" for one of the event database.
        key: of the sample in its dataset, or of the event in its database.
        label: class of an event; "" for a clip.
        source_start_s: where in its own sound the part begins.
        start_s: when it begins in the composition.
        end_s: when it ends there.
        gain_db: its own gain; the composition's comes on top.
        snr_db: level of the clip less that of the event, both over their active frames; None where none was drawn.
        fade_in_s: length of its fade at the beginning.
        fade_out_s: length of its fade at the end.
        licence: of the sound.
        attribution: whom to credit.
    """

    origin: str
    key: str
    label: str
    source_start_s: float
    start_s: float
    end_s: float
    gain_db: float = 0.0
    snr_db: float | None = None
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    licence: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Composition:
    """The provenance of a composed sample.

    Args:
        seed: of the stream.
        epoch: of the stream.
        index: of the clip in its dataset.
        n_drawn: how many events were drawn: 0, 1 or 2.
        relation: of the parts in time, as a template states it; "X" for the clip alone.
        template: name of the set and number of the pattern in it; "" for the clip alone.
        slots: what was drawn for each slot of the template.
        fallback: why fewer events came than were drawn; "" where all came.
        prompt: the sentence.
        n_events: sound events that the sentence names; 0 where the clip's prompt does not say.
        sample_rate_hz: of the sound.
        channels: of the sound.
        bit_depth: to which it is quantised.
        n_frames: of the sound.
        gain_db: of the whole, at most 0.
        parts: in the order of time; the clip is one of them.
    """

    seed: int
    epoch: int
    index: int
    n_drawn: int
    relation: str
    template: str
    slots: tuple[tuple[str, str], ...]
    fallback: str
    prompt: str
    n_events: int
    sample_rate_hz: int
    channels: int
    bit_depth: int
    n_frames: int
    gain_db: float
    parts: tuple[Part, ...]

    @property
    def key(self) -> str:
        """Key of the clip that was composed upon."""
        return next(part.key for part in self.parts if part.origin == "clip")


def composition_path(epoch: int, index: int) -> str:
    """Return the path under which a composition stands in the plan of a dataset; paths sort as epoch and clip do.

    Args:
        epoch: of the stream, below 1,000,000.
        index: of the clip.

    >>> composition_path(2, 17)
    '000002/0000000017'
    """
    return f"{epoch:06d}/{index:010d}"


def joined(texts: Iterable[str]) -> str:
    """Return what a composition states where its parts state several things: each once, in the order of the parts.

    Args:
        texts: licences or attributions of the parts.

    >>> joined(["CC0-1.0", "", "CC-BY-4.0", "CC0-1.0"])
    'CC0-1.0; CC-BY-4.0'
    """
    return "; ".join(dict.fromkeys(text for text in texts if text))


_OF_THE_WHOLE = ("seed", "epoch", "index", "n_drawn", "relation", "template", "fallback", "gain_db")
"""What the manifest's column `composition` holds beside the slots; all else has columns of its own there."""


def composition_columns(composition: Composition | None) -> dict[str, Any]:
    """Return what a manifest row holds of a composition: the columns `parts` and `composition`.

    Args:
        composition: None for a recording.
    """
    if composition is None:
        return {"parts": None, "composition": None}
    slots = [{"name": name, "words": words} for name, words in composition.slots]
    of_the_whole = {name: getattr(composition, name) for name in _OF_THE_WHOLE}
    return {"parts": [asdict(part) for part in composition.parts], "composition": of_the_whole | {"slots": slots}}


def composition_of(row: Mapping[str, Any]) -> Composition | None:
    """Return the composition that a manifest row describes; None for a recording.

    Args:
        row: of the manifest.
    """
    if row["composition"] is None:
        return None
    return Composition(
        **{name: row["composition"][name] for name in _OF_THE_WHOLE},
        slots=tuple((slot["name"], slot["words"]) for slot in row["composition"]["slots"]),
        **{name: row[name] for name in ("prompt", "n_events", "sample_rate_hz", "channels", "bit_depth", "n_frames")},
        parts=tuple(Part(**part) for part in row["parts"]),
    )
