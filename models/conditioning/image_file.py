"""A picture from disk, as a network sees it. H x W pixels."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def read_image(path: Path) -> NDArray[np.uint8]:
    """Read a picture the right way up.

    Args:
        path: of a PNG, JPEG or whatever else Pillow reads.

    Returns:
        (H, W, 3) red, green, blue.

    Raises:
        ValueError: it is not there or is no whole picture, or Pillow is missing.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ValueError(f"{path}: pictures are read by Pillow, which is not installed: pip install pillow") from error
    try:
        with Image.open(path) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"), dtype=np.uint8)
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path}: cannot be read as a picture: {error}") from error
