"""In what precision a network's forward runs: float32, or autocast to a shorter type where that pays."""

from collections.abc import Mapping
from typing import Any

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
AUTO = "auto"
"""bfloat16 where the device computes in it, else float32: a processor that only emulates it is slower for it."""
_CPU_BFLOAT16 = ("avx512_bf16", "amx_bf16", "bf16")
"""What a processor's capabilities call it."""


def precision(device: torch.device, dtype: str) -> torch.autocast:
    """Return the context for a forward. Weights stay float32; what comes out may be of the shorter type.

    Args:
        device: where the network is.
        dtype: a name in `DTYPES`, or "auto".
    """
    chosen = resolved(device, dtype)
    return torch.autocast(device.type, DTYPES[chosen], enabled=chosen != "float32")


def resolved(device: torch.device, dtype: str) -> str:
    """Return the name of the type that "auto" means on a device; any other name as it is.

    Args:
        device: where the network is.
        dtype: a name in `DTYPES`, or "auto".
    """
    if dtype != AUTO:
        return dtype
    return "bfloat16" if _computes_bfloat16(device) else "float32"


def _computes_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        can: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # an older torch cannot tell
        return any(can.get(name) is True for name in _CPU_BFLOAT16)
    return False
