"""`import mkaudio` is light, and has what the readme says."""

import subprocess
import sys

import pytest

import mkaudio


def test_importing_it_loads_nothing():
    code = "import sys, mkaudio; print([name for name in ('numpy', 'torch', 'pyarrow', 'soundfile') if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_open_stream_is_there_when_it_is_asked_for():
    from mkaudio.pipeline.stream import open_stream

    assert mkaudio.open_stream is open_stream and "open_stream" in mkaudio.__all__
    with pytest.raises(AttributeError, match="no attribute 'open_streams'"):
        mkaudio.open_streams  # noqa: B018
