"""What a store is asked for: requests and bytes of probing, decoding and listing, counted by moto.

PYTHONPATH=.:tests python tests/benchmarks/remote_requests.py
"""

import io
import os
import re
import tarfile
import time

import numpy as np
import soundfile
from s3 import ENVIRONMENT, Store

from mkaudio.pipeline.sources import open_sources
from mkaudio.shards import AudioReader, probe

MINUTES = {"WAV": 10, "FLAC": 12, "MP3": 35}
RATE_HZ = 44_100


def sound(container, seconds):
    data, rng = io.BytesIO(), np.random.default_rng(0)
    options = {"subtype": "PCM_16"} if container != "MP3" else {"bitrate_mode": "CONSTANT", "compression_level": 0.0}
    with soundfile.SoundFile(data, "w", RATE_HZ, 2, format=container, **options) as file:
        for _ in range(round(seconds / 10)):
            file.write(0.2 * rng.standard_normal((10 * RATE_HZ, 2)).astype(np.float32))
    return data.getvalue()


def say(what, bucket, began, sizes):
    spans = [re.fullmatch(r"bytes=(\d+)-(\d+)", span) for _, _, span in bucket.requests]
    fetched = sum(int(span[2]) - int(span[1]) + 1 for span in spans if span)
    methods = [f"{sum(m == method for m, _, _ in bucket.requests)} {method}" for method in ("HEAD", "GET")]
    print(
        f"{what:34} {sizes / 1e6:7.1f} MB: {', '.join(methods)}, {fetched / 1e6:7.1f} MB, {time.monotonic() - began:.2f} s"
    )
    bucket.requests.clear()


def main():
    store = Store()
    os.environ |= {**ENVIRONMENT, "AWS_ENDPOINT_URL": store.endpoint}
    bucket = store.bucket()
    short = sound("WAV", 10)
    data = {f"{name.lower()}/long.{name.lower()}": sound(name, 60 * minutes) for name, minutes in MINUTES.items()}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for number in range(60):
            for ending, content in ((".wav", short), (".txt", b"A sound.")):
                info = tarfile.TarInfo(f"{number:03d}{ending}")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    data |= {"short/a.wav": short, "tar/x.tar": packed.getvalue()}
    for key, content in data.items():
        bucket.put(key, content)
    for folder in ("short", "wav", "flac", "mp3", "tar"):
        bucket.requests.clear()
        began, size = time.monotonic(), next(len(content) for key, content in data.items() if key.startswith(folder))
        (source,) = open_sources([bucket.address(folder)])
        item = next(iter(source.inputs()))
        say(f"{folder}: begin and list", bucket, began, size)
        began = time.monotonic()
        with source.open(item) as handle:
            info = probe(handle)
            say(f"{folder}: open and probe", bucket, began, size)
        began = time.monotonic()
        with source.open(item) as handle, AudioReader(handle, info) as reader:
            for start in range(0, info.n_frames - 10 * RATE_HZ, 10 * RATE_HZ):
                reader.read(start, 10 * RATE_HZ)
        say(f"{folder}: open and decode it all", bucket, began, size)
    store.stop()


if __name__ == "__main__":
    main()
