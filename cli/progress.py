"""Progress bars on a terminal; silence in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from mkaudio.pipeline.task import Progress

_SECONDS_AN_HOUR = 3600


@contextmanager
def watch(what: str, total: int | None, unit: str) -> "Iterator[Callable[[Progress], None]]":
    """Show a bar with rate, hours of sound and refusals.

    Args:
        what: what is done.
        total: number of items; None while they are still being listed, and the bar counts only.
        unit: what an item is.

    Yields:
        What takes reports.
    """
    hours, refused = 0.0, 0
    with tqdm(total=total, desc=what, unit=f" {unit}", file=sys.stderr, disable=None, dynamic_ncols=True) as bar:

        def report(progress: "Progress") -> None:
            nonlocal hours, refused
            hours += progress.audio_s / _SECONDS_AN_HOUR
            refused += progress.refused
            if hours:
                bar.set_postfix_str(f"{hours:.2f} h, {refused} refused", refresh=False)
            elif refused:
                bar.set_postfix_str(f"{refused} refused", refresh=False)
            bar.update(progress.items)

        yield report
