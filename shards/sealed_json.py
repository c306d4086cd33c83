"""JSON files that know when they were damaged: a canonical text with its own sha256 inside."""

import hashlib
import json
from typing import Any

from mkaudio.shards.storage import Storage

_SEAL = "sha256_of_the_rest"


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)


def sealed(content: dict[str, Any]) -> bytes:
    """Return the bytes of a sealed JSON file.

    Args:
        content: what it says; keys are sorted, so equal contents give equal bytes.
    """
    seal = hashlib.sha256(_canonical(content).encode()).hexdigest()
    return (_canonical({**content, _SEAL: seal}) + "\n").encode()


def read_sealed(storage: Storage, name: str) -> dict[str, Any]:
    """Read a sealed JSON file.

    Args:
        storage: where it lies.
        name: the file.

    Returns:
        Its content, without the seal; a missing one is a `FileNotFoundError`.

    Raises:
        ValueError: it is not JSON, or not what was written.
    """
    where = f"{storage.address}/{name}"
    with storage.open(name) as handle:
        data = handle.read()
    try:
        content = json.loads(data)
        content.pop(_SEAL)
        rewritten = sealed(content)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f"{where}: damaged: not a sealed JSON file ({error})") from error
    if rewritten != data:
        raise ValueError(f"{where}: damaged: its content does not have the sha256 that it states")
    return dict(content)
