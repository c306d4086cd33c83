"""The starter's scorer as what ranks sounds by how well they fit a text. T samples."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def starter_ranking(
    sample_rate_hz: int, device: str = "cpu"
) -> "Callable[[Sequence[NDArray[np.float32]], str], list[float]]":
    """Load the scorer.

    Args:
        sample_rate_hz: of the sounds that it will be given.
        device: where it runs.

    Returns:
        (sounds (T,), text) → the cosine of each sound and the text in the starter's space.
    """
    import soxr

    from mkaudio.cli.toolbox import StarterToolbox
    from mkaudio.models.starter.fetch import starter_folder

    scorer = StarterToolbox(starter_folder(), device=device).scorer()

    def scores(sounds: "Sequence[NDArray[np.float32]]", text: str) -> list[float]:
        heard = [soxr.resample(sound, sample_rate_hz, scorer.sample_rate_hz, quality="HQ") for sound in sounds]
        found: list[float] = (scorer.embed_audio(heard) @ scorer.embed_text([text])[0]).tolist()
        return found

    return scores
