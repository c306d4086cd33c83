"""mkaudio: folders of sound that nobody described become a captioned text-to-audio training set."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.pipeline.stream.open_stream import open_stream

__version__ = "0.1.0"
__all__ = ["__version__", "open_stream"]


def __getattr__(name: str) -> object:
    """Load the public functions when they are first asked for, so that `import mkaudio` costs nothing.

    Args:
        name: of an attribute that the package does not have yet.

    Raises:
        AttributeError: it has none of that name.
    """
    if name == "open_stream":
        from mkaudio.pipeline.stream.open_stream import open_stream

        return open_stream
    raise AttributeError(f"module 'mkaudio' has no attribute {name!r}")
