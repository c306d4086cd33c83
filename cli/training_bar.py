"""What a person sees of a training: a bar with loss, sounds a second and time left, and a line for each validation."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from mkaudio.models.training.progress import Progress

_VAL = "val_"


@contextmanager
def training_bar(what: str, max_steps: int) -> "Iterator[Progress]":
    """Show a bar on a terminal; validations are lines, in a pipe as well.

    Args:
        what: is trained.
        max_steps: when it ends.

    Yields:
        What takes the loop's reports.
    """
    with tqdm(total=max_steps, desc=what, unit=" steps", file=sys.stderr, disable=None, dynamic_ncols=True) as bar:
        begun = False

        def report(step: int, numbers: Mapping[str, float]) -> None:
            nonlocal begun
            if not begun:
                bar.initial, begun = step, True  # a training that goes on is no faster for what it did before
            if "loss" in numbers:
                said = [f"loss {numbers['loss']:.4g}"]
                said += [f"l1 {numbers['l1']:.3f}"] if "l1" in numbers else []
                bar.set_postfix_str(
                    ", ".join([*said, f"{numbers.get('samples_per_s', 0):.1f} sounds/s"]), refresh=False
                )
            judged = {name.removeprefix(_VAL): number for name, number in numbers.items() if name.startswith(_VAL)}
            if judged:
                words = ", ".join(f"{name.replace('_', ' ')} {number:.4f}" for name, number in judged.items())
                tqdm.write(f"step {step:,}, held-out sounds: {words}", file=sys.stdout)
                sys.stdout.flush()
            bar.update(step - bar.n)

        yield report
