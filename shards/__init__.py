"""Bytes on disk: what a dataset is. Knows nothing of how it was made."""

from mkaudio.shards.audio_codec import decode_flac, dequantise, encode_flac, quantise
from mkaudio.shards.audio_info import AudioInfo
from mkaudio.shards.audio_reader import AudioReader
from mkaudio.shards.clip import Candidate, Clip, Event, Verdict
from mkaudio.shards.commit import commit_shard, is_committed, publish_file, sha256_of
from mkaudio.shards.dataset import (
    DatasetInfo,
    Generation,
    plan_files,
    read_dataset_info,
    read_marker,
    write_dataset_info,
)
from mkaudio.shards.hugging_face import hugging_face_features
from mkaudio.shards.naming import DATASET_FILE, LOG_FOLDER, TEMPORARY_FOLDER, key_of, plan_file, shard_files, shard_name
from mkaudio.shards.probe import can_be_stored, probe
from mkaudio.shards.reader import DatasetReader, Sample
from mkaudio.shards.reasons import FILTERED, Reason, Refusal
from mkaudio.shards.repair import Repair, repair
from mkaudio.shards.schema import CANDIDATES, MANIFEST, PLAN, QUARANTINE, SELECTION, read_table, write_table
from mkaudio.shards.sealed_json import read_sealed, sync_folder, write_sealed
from mkaudio.shards.staging import fresh_folder, remove_folder, staging_folder
from mkaudio.shards.verify import verify
from mkaudio.shards.verify_description import read_description
from mkaudio.shards.verify_problem import Problem, Remedy
from mkaudio.shards.writer import ShardWriter

__all__ = [
    "CANDIDATES", "DATASET_FILE", "FILTERED", "LOG_FOLDER", "MANIFEST", "PLAN", "QUARANTINE", "SELECTION",
    "TEMPORARY_FOLDER", "AudioInfo", "AudioReader", "Candidate", "Clip", "DatasetInfo", "DatasetReader", "Event",
    "Generation", "Problem", "Reason", "Refusal", "Remedy", "Repair", "Sample", "ShardWriter", "Verdict",
    "can_be_stored", "commit_shard", "decode_flac", "dequantise", "encode_flac", "fresh_folder",
    "hugging_face_features", "is_committed", "key_of", "plan_file", "plan_files", "probe", "publish_file", "quantise",
    "read_dataset_info", "read_description", "read_marker", "read_sealed", "read_table", "remove_folder", "repair",
    "sha256_of", "shard_files", "shard_name", "staging_folder", "sync_folder", "verify", "write_dataset_info",
    "write_sealed", "write_table",
]  # fmt: skip
