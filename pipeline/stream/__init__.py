"""The stream: composed samples in batches, the same for any number of ranks and workers, resumable at any step."""

from mkaudio.pipeline.stream.build_catalog import open_catalog
from mkaudio.pipeline.stream.catalog import Catalog
from mkaudio.pipeline.stream.open_stream import open_stream
from mkaudio.pipeline.stream.opened import Opened, open_samples
from mkaudio.pipeline.stream.sample_error import SampleError
from mkaudio.pipeline.stream.samples import Samples, StreamSample
from mkaudio.pipeline.stream.stream import Batch, Stream

__all__ = [
    "Batch",
    "Catalog",
    "Opened",
    "SampleError",
    "Samples",
    "Stream",
    "StreamSample",
    "open_catalog",
    "open_samples",
    "open_stream",
]  # fmt: skip
