"""Bytes on disk: what a dataset is. Knows nothing of how it was made."""

from mkaudio.shards.audio_codec import decode_flac, decode_flac_part, dequantise, encode_flac, quantise
from mkaudio.shards.audio_info import AudioInfo
from mkaudio.shards.audio_reader import AudioReader
from mkaudio.shards.clip import Candidate, Clip, Event, Verdict
from mkaudio.shards.commit import commit_shard, committed, sha256_of, sha256_of_stream, uncommit_shard
from mkaudio.shards.composition import Composition, Part, composition_of, composition_path, joined
from mkaudio.shards.dataset import (
    DatasetInfo,
    Generation,
    plan_files,
    read_dataset_info,
    read_marker,
    write_dataset_info,
)
from mkaudio.shards.disk import naming
from mkaudio.shards.event_schema import EVENT_TABLE, EVENTS_FILE, EventsInfo, read_events_info
from mkaudio.shards.event_store import EventStore, StoredEvent
from mkaudio.shards.event_writer import check_room, write_events
from mkaudio.shards.heard import HEARD, heard_in, heard_line, total_heard
from mkaudio.shards.hugging_face import hugging_face_features
from mkaudio.shards.local_storage import LocalStorage
from mkaudio.shards.lock import locked
from mkaudio.shards.naming import (
    DATASET_FILE,
    DEFAULT_SELECTION,
    LOG_FOLDER,
    TEMPORARY_FOLDER,
    key_of,
    plan_file,
    selection_file,
    selection_marker,
    shard_files,
    shard_name,
)
from mkaudio.shards.open_storage import open_storage
from mkaudio.shards.probe import can_be_stored, probe
from mkaudio.shards.reader import DatasetReader, Sample
from mkaudio.shards.reasons import FILTERED, Reason, Refusal
from mkaudio.shards.repair import Repair, repair
from mkaudio.shards.schema import (
    CANDIDATES,
    MANIFEST,
    PLAN,
    QUARANTINE,
    SELECTION,
    read_stored,
    read_table,
    tables_of,
    write_table,
)
from mkaudio.shards.sealed_json import read_sealed, sealed
from mkaudio.shards.selections import (
    check_selection,
    check_selection_name,
    commit_selection,
    ledger_of,
    read_selection,
    selection_names,
    stated_selection,
)
from mkaudio.shards.storage import FileState, Storage
from mkaudio.shards.verify import verify
from mkaudio.shards.verify_compositions import wrong_provenance
from mkaudio.shards.verify_description import read_description
from mkaudio.shards.verify_events import check_events
from mkaudio.shards.verify_problem import Problem, Remedy
from mkaudio.shards.writer import ShardWriter

__all__ = [
    "CANDIDATES",
    "DATASET_FILE",
    "DEFAULT_SELECTION",
    "EVENTS_FILE",
    "EVENT_TABLE",
    "FILTERED",
    "HEARD",
    "LOG_FOLDER",
    "MANIFEST",
    "PLAN",
    "QUARANTINE",
    "SELECTION",
    "TEMPORARY_FOLDER",
    "AudioInfo",
    "AudioReader",
    "Candidate",
    "Clip",
    "Composition",
    "DatasetInfo",
    "DatasetReader",
    "Event",
    "EventStore",
    "EventsInfo",
    "FileState",
    "Generation",
    "LocalStorage",
    "Part",
    "Problem",
    "Reason",
    "Refusal",
    "Remedy",
    "Repair",
    "Sample",
    "ShardWriter",
    "Storage",
    "StoredEvent",
    "Verdict",
    "can_be_stored",
    "check_events",
    "check_room",
    "check_selection",
    "check_selection_name",
    "commit_selection",
    "commit_shard",
    "committed",
    "composition_of",
    "composition_path",
    "decode_flac",
    "decode_flac_part",
    "dequantise",
    "encode_flac",
    "heard_in",
    "heard_line",
    "hugging_face_features",
    "joined",
    "key_of",
    "ledger_of",
    "locked",
    "naming",
    "open_storage",
    "plan_file",
    "plan_files",
    "probe",
    "quantise",
    "read_dataset_info",
    "read_description",
    "read_events_info",
    "read_marker",
    "read_sealed",
    "read_selection",
    "read_stored",
    "read_table",
    "repair",
    "sealed",
    "selection_file",
    "selection_marker",
    "selection_names",
    "sha256_of",
    "sha256_of_stream",
    "shard_files",
    "shard_name",
    "stated_selection",
    "tables_of",
    "total_heard",
    "uncommit_shard",
    "verify",
    "write_dataset_info",
    "write_events",
    "write_table",
    "wrong_provenance",
]  # fmt: skip
