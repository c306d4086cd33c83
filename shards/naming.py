"""Names on disk: keys, shards, and the files that one shard owns."""

KEY_DIGITS = 10
SHARD_DIGITS = 6

DATASET_FILE = "dataset.json"
PLAN_FOLDER = "plan"
COMMITS_FOLDER = "commits"
TEMPORARY_FOLDER = ".tmp"
LOG_FOLDER = "log"
SELECTIONS_FOLDER = "selections"
DEFAULT_SELECTION = "default"
MEMBERS = ("flac", "json", "txt")
"""Extensions of a sample's members, in the order in which they lie in the tar."""


def key_of(number: int) -> str:
    """Return the key of the window with this number in the dataset.

    >>> key_of(42)
    '0000000042'
    """
    return f"{number:0{KEY_DIGITS}d}"


def shard_name(shard: int) -> str:
    """Return the stem of every file of a shard.

    >>> shard_name(7)
    '000007'
    """
    return f"{shard:0{SHARD_DIGITS}d}"


def plan_file(generation: int) -> str:
    """Return the plan of a generation, relative to the dataset."""
    return f"{PLAN_FOLDER}/{shard_name(generation)}.parquet"


def marker_file(shard: int) -> str:
    """Return the commit marker of a shard, relative to the dataset."""
    return f"{COMMITS_FOLDER}/{shard_name(shard)}.json"


def selection_file(name: str, shard: int) -> str:
    """Return a selection's rows of a shard, relative to the dataset."""
    return f"{SELECTIONS_FOLDER}/{name}/{shard_name(shard)}.parquet"


def selection_marker(name: str) -> str:
    """Return the marker of a selection, relative to the dataset. `default` has none: it belongs to its shards."""
    return f"{SELECTIONS_FOLDER}/{name}/selection.json"


def shard_files(shard: int, scorer: str) -> dict[str, str]:
    """Return what a shard consists of: table name → file relative to the dataset.

    Args:
        shard: number of the shard.
        scorer: the scorer's name, which is the folder of its embeddings.

    Returns:
        The files in the order in which commit makes them real.

    >>> shard_files(3, "starter")["embeddings"]
    'embeddings/starter/000003.parquet'
    """
    name = shard_name(shard)
    return {
        "shards": f"shards/{name}.tar",
        "manifest": f"manifest/{name}.parquet",
        "candidates": f"candidates/{name}.parquet",
        "embeddings": f"embeddings/{scorer}/{name}.parquet",
        "quarantine": f"quarantine/{name}.parquet",
        "selection": selection_file(DEFAULT_SELECTION, shard),
    }
