"""Whole sweeps of faults take many minutes: they run where somebody asks for them by name (make faults)."""

import pytest
from distilling import digests, write_tone
from failing_disk import build, distil


def pytest_collection_modifyitems(config, items):
    if "faults" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("faults")]
        items[:] = [item for item in items if not item.get_closest_marker("faults")]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """The preloaded library that makes calls fail."""
    return build(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """Six short tones: two shards."""
    folder = tmp_path_factory.mktemp("few") / "in"
    for number in range(6):
        write_tone(folder / f"{number}.wav", 200.0 + 50 * number, 0.3 + 0.1 * number)
    return folder


@pytest.fixture(scope="session")
def unbroken(few, library, tmp_path_factory):
    """A run of `few` without a fault: its bytes, and the calls in which it changed the disk."""
    output = tmp_path_factory.mktemp("unbroken") / "out"
    ended = distil(few, output, library=library)
    assert ended.code == 0 and ended.calls, ended.said
    return digests(output), ended.calls
