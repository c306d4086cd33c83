"""A finished dataset to look at, made once."""

import pytest


@pytest.fixture(scope="session")
def audited(tmp_path_factory):
    """Six tones in two shards, their prompts by a stand-in; tests change nothing in it."""
    from distilling import run_distill, write_tone

    folder = tmp_path_factory.mktemp("audited")
    for number in range(6):
        write_tone(folder / "tones" / f"{number}.wav", 200.0 + 90 * number, 1.0 + 0.1 * number)
    run_distill([folder / "tones"], folder / "out")
    return folder / "out"
