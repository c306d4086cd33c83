"""How Hugging Face `datasets` is told what a sample is: without it, it wants to decode the sound and needs torchcodec."""

from typing import TYPE_CHECKING

import pyarrow as pa

from mkaudio.shards.schema import MANIFEST
from mkaudio.shards.writer import JSON_FIELDS

if TYPE_CHECKING:
    import datasets


def hugging_face_features() -> "datasets.Features":
    """Return `features` for `datasets.load_dataset("webdataset", data_files=..., features=...)`; the sound stays FLAC bytes.

    The package `datasets` must be installed.
    """
    import datasets

    text = datasets.Value("string")
    fields = {name: datasets.Value(_type_of(name)) for name in JSON_FIELDS}
    return datasets.Features({
        "__key__": text,
        "__url__": text,
        "flac": datasets.Value("binary"),
        "json": fields,
        "txt": text,
    })


def _type_of(field: str) -> str:
    kind = MANIFEST.field(field).type
    if pa.types.is_integer(kind):
        return "int64"
    return "float64" if pa.types.is_floating(kind) else "string"
