"""Texts through a frozen network, so that the bits of one depend on that text alone. R rows, L tokens a row.

On a processor each text runs alone and at its own length, on another device in batches of 16 rows padded to the full
length: the shape of a forward never depends on what else is asked for. Batches of free size change last bits.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

ROWS_ON_A_GPU = 16
"""There a forward of one short text costs what one of many costs: it is the launches that are waited for."""


def rows_on(device: torch.device) -> int:
    """Return how many texts a forward takes there."""
    return 1 if device.type == "cpu" else ROWS_ON_A_GPU


def run_texts(
    run: Callable[[Tensor, Tensor], Tensor],
    tokens: Sequence[Sequence[int]],
    n_tokens: int,
    pad_token: int,
    device: torch.device,
    n_rows: int | None = None,
) -> Iterator[Tensor]:
    """Run texts without gradients and in float32, also where the caller's code runs under autocast.

    Args:
        run: (token ids (R, L) int64, mask (R, L) int64, 1 for tokens of the text) -> (R, …).
        tokens: of each text, 1 to `n_tokens`.
        n_tokens: what rows are padded to, where there are several.
        pad_token: stands behind the text, masked.
        device: where `run` runs.
        n_rows: R; by default that of `rows_on`.

    Yields:
        What `run` gave for each text, in their order.
    """
    n_rows = n_rows or rows_on(device)
    for start in range(0, len(tokens), n_rows):
        group = tokens[start : start + n_rows]
        length = len(group[0]) if n_rows == 1 else n_tokens
        rows = [*group, *[group[0]] * (n_rows - len(group))]
        ids = torch.tensor([[*row, *[pad_token] * (length - len(row))] for row in rows], device=device)
        mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows], device=device)
        with torch.no_grad(), torch.autocast(device.type, enabled=False):
            yield from run(ids, mask)[: len(group)]
