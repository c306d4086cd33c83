"""Distil a whole folder of labelled sounds twice: do the sums close, do four readers agree, are the bytes the same?

    python tests/benchmarks/whole_set.py SOUNDS

SOUNDS holds labels.csv. Prints the sums, the number of samples that pandas, DuckDB, webdataset and Hugging Face datasets find,
and how many files differ between the two runs.
"""

import argparse
import glob
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas as pd

from mkaudio.shards import hugging_face_features

MKAUDIO = [sys.executable, "-c", "from mkaudio.cli.main import main; main()"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    sounds = parser.parse_args().sounds
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        outputs = [Path(folder) / name for name in ("one", "two")]
        for output in outputs:
            subprocess.run([*MKAUDIO, "distill", "--input", sounds / "labels.csv", "--output", output], check=True)
        subprocess.run([*MKAUDIO, "verify", outputs[0]], check=True)
        one, two = (digests(output) for output in outputs)
        print(f"{len(one)} files, {len(one.items() ^ two.items())} differ between the runs")
        for reader, count in counts(outputs[0], Path(folder) / "cache").items():
            print(f"{reader:12} {count} samples")


def digests(output):
    return {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in output.rglob("*")
        if path.is_file() and path.relative_to(output).parts[0] not in {".tmp", "log"}
    }


def counts(output, cache):
    import datasets
    import webdataset

    shards = sorted(glob.glob(f"{output}/shards/*.tar"))
    urls = f"{output}/shards/{{000000..{len(shards) - 1:06d}}}.tar"
    features = hugging_face_features()
    hugging_face = datasets.load_dataset(
        "webdataset", data_files=shards, split="train", streaming=True, features=features, cache_dir=str(cache)
    )
    return {
        "manifest": len(pd.read_parquet(output / "manifest")),
        "DuckDB": duckdb.sql(f"select count(*) from '{output}/manifest/*.parquet'").fetchall()[0][0],
        "webdataset": sum(1 for _ in webdataset.WebDataset(urls, shardshuffle=False)),
        "datasets": sum(1 for _ in hugging_face),
    }


if __name__ == "__main__":
    main()
