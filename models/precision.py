"""In what precision a network's forward runs: float32, or autocast to a shorter type where that pays."""

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def precision(device: torch.device, dtype: str) -> torch.autocast:
    """Return the context for a forward. Weights stay float32; what comes out may be of the shorter type.

    Args:
        device: where the network is.
        dtype: a name in `DTYPES`.
    """
    return torch.autocast(device.type, DTYPES[dtype], enabled=dtype != "float32")
