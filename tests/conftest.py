"""What several tests need: the starter pack, fetched once into the user's cache."""

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session")
def starter() -> Path:
    from mkaudio.models.starter.fetch import fetch_starter

    return fetch_starter()


@pytest.fixture(scope="session")
def demo_sounds() -> Path:
    from mkaudio.models.starter.fetch import fetch_demo_sounds

    return fetch_demo_sounds()


@pytest.fixture(scope="session")
def second_ear() -> Path:
    from mkaudio.models.starter.fetch import fetch_second_ear

    return fetch_second_ear()


@pytest.fixture
def tones(tmp_path):
    """Ten tones of different length and pitch, one of them longer than two windows."""
    from distilling import write_tone

    folder = tmp_path / "tones"
    for number in range(10):
        write_tone(folder / f"{number}.wav", 200.0 + 90 * number, 1.0 + 0.1 * number)
    write_tone(folder / "long.wav", 300.0, 25.0)
    return folder


@pytest.fixture(scope="session")
def made_choir(tmp_path_factory):
    """Ten clips with a ledger worth choosing from."""
    from choosing import choir

    return choir(tmp_path_factory.mktemp("choir"))


@pytest.fixture
def choir_dataset(made_choir, tmp_path):
    """A copy of it that a test may change."""
    import shutil

    return shutil.copytree(made_choir, tmp_path / "choir")


@pytest.fixture(scope="session")
def noises(tmp_path_factory):
    """A dataset of 29 short noises in five shards, one of them empty: for what only reads."""
    from streaming import made_dataset

    return made_dataset(tmp_path_factory.mktemp("noises") / "out")


@pytest.fixture
def own_noises(noises, tmp_path):
    """A copy of it that a test may change."""
    import shutil

    return shutil.copytree(noises, tmp_path / "noises")


@pytest.fixture(scope="session")
def ray_session():
    """One Ray for all tests that do not start their own: it takes four seconds."""
    import ray

    from mkaudio.pipeline import Workers
    from mkaudio.pipeline.cluster import connected

    with connected(Workers(count=4)):
        yield ray


@pytest.fixture(scope="session")
def s3_store():
    """moto's S3, started once; a test that wants faults sets `fault` and the `s3` fixture takes it away again."""
    from s3 import Store

    store = Store()
    yield store
    store.stop()


@pytest.fixture
def s3(s3_store, monkeypatch):
    """A bucket of the test's own, which s3fs finds through the environment as on a user's machine."""
    from s3 import ENVIRONMENT

    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": s3_store.endpoint}.items():
        monkeypatch.setenv(name, value)
    s3_store.fault = None
    bucket = s3_store.bucket()
    bucket.store = s3_store
    bucket.requests.clear()
    yield bucket
    s3_store.fault = None
