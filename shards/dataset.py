"""`dataset.json`: what made a dataset. Readable by a person, compared on resume, sealed against damage."""

from dataclasses import asdict, dataclass, field
from typing import Any

from mkaudio.shards.naming import DATASET_FILE, marker_file, plan_file
from mkaudio.shards.schema import SCHEMA_VERSION
from mkaudio.shards.sealed_json import read_sealed, sealed
from mkaudio.shards.storage import Storage


@dataclass(frozen=True, slots=True)
class Generation:
    """One sealed plan: the first run is generation 0, every `--append` adds one.

    Args:
        plan_sha256: of the plan's file.
        input_fingerprint: sha256 over path, size and time of every input.
        first_shard: number of its first shard.
        n_shards: how many it has.
        first_key: number of its first window.
        n_windows: how many it has.
        n_sources: inputs listed, refused ones and duplicates included.
        roots: name → identity of each input.
        libraries: versions of what may change a bit of the result.
    """

    plan_sha256: str
    input_fingerprint: str
    first_shard: int
    n_shards: int
    first_key: int
    n_windows: int
    n_sources: int
    roots: dict[str, str]
    libraries: dict[str, str]


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """The content of `dataset.json`.

    Args:
        config: everything the user chose that changes a byte.
        models: name → fingerprint of scorer, tagger and experts.
        scorer: name of the selecting scorer, the folder of its embeddings.
        generations: the plans, in order.
        counts: both sums, once the last shard is committed; empty before.
    """

    config: dict[str, Any]
    models: dict[str, str]
    scorer: str
    generations: tuple[Generation, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def n_shards(self) -> int:
        """Shards of all generations."""
        return sum(generation.n_shards for generation in self.generations)

    @property
    def roots(self) -> dict[str, str]:
        """Name → identity of the inputs of all generations."""
        return {name: identity for one in self.generations for name, identity in one.roots.items()}

    @property
    def is_composed(self) -> bool:
        """Whether `mkaudio reprogram` wrote it: what decides its sounds is stated with the models."""
        return "epochs" in self.models

    @property
    def next_key(self) -> int:
        """Number that the next generation's first window gets."""
        return sum(generation.n_windows for generation in self.generations)

    def generation_of(self, shard: int) -> int:
        """Return the generation that a shard belongs to.

        Args:
            shard: number of the shard, below `n_shards`.

        Raises:
            ValueError: there is no such shard.
        """
        for number, generation in enumerate(self.generations):
            if generation.first_shard <= shard < generation.first_shard + generation.n_shards:
                return number
        raise ValueError(f"shard {shard}: the dataset has {self.n_shards}")


def write_dataset_info(storage: Storage, info: DatasetInfo) -> None:
    """Write `dataset.json`, whole or not at all.

    Args:
        storage: of the dataset.
        info: the content.
    """
    storage.publish_bytes(sealed({"schema_version": SCHEMA_VERSION, **asdict(info)}), DATASET_FILE)


def read_dataset_info(storage: Storage) -> DatasetInfo:
    """Read `dataset.json`.

    Args:
        storage: of the dataset.

    Raises:
        ValueError: there is no dataset, or one of another schema version, or the file is damaged.
    """
    try:
        content = read_sealed(storage, DATASET_FILE)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ValueError(
            f"{storage.address} is not a mkaudio dataset: it has no {DATASET_FILE}; make one with mkaudio distill"
        ) from error
    version = content.pop("schema_version", None)
    if version != SCHEMA_VERSION:
        raise ValueError(
            f"{storage.address}/{DATASET_FILE}: schema version {version}; this mkaudio reads version {SCHEMA_VERSION}"
        )
    generations = tuple(Generation(**generation) for generation in content.pop("generations"))
    return DatasetInfo(**content, generations=generations)


def plan_files(info: DatasetInfo) -> list[str]:
    """Return the names of the sealed plans of a dataset, in order.

    Args:
        info: its description.
    """
    return [plan_file(number) for number in range(len(info.generations))]


def read_marker(storage: Storage, shard: int) -> dict[str, Any]:
    """Read a shard's commit marker.

    Args:
        storage: of the dataset.
        shard: number of the shard.

    Raises:
        ValueError: the shard is not committed, or its marker is damaged.
    """
    try:
        return read_sealed(storage, marker_file(shard))
    except FileNotFoundError as error:
        raise ValueError(
            f"{storage.address}/{marker_file(shard)}: missing: shard {shard} is not committed; "
            "finish the dataset with --resume"
        ) from error
