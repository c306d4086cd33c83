"""Before any work: is every machine of the cluster fit for it? A bad one is named and left out.

Runs on each machine: the models' hashes, the libraries' versions, the inputs, the output, the room on disk.
"""

import platform
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mkaudio.pipeline.config import differences
from mkaudio.pipeline.index_pass import library_versions
from mkaudio.pipeline.sources import Input, Source
from mkaudio.pipeline.task import ToolboxFactory
from mkaudio.shards import TEMPORARY_FOLDER, LocalStorage, Refusal, Storage

FOLDER = f"{TEMPORARY_FOLDER}/preflight"
_LEAST_ROOM_BYTES = 256 << 20
"""About half a shard of 512 ten-second clips at 44.1 kHz."""
_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Check:
    """What a machine must agree with.

    Args:
        factory: of the models.
        models: model → hash, as the driver has them.
        libraries: library → version, as the driver has them.
        sources: root name → what opens its inputs.
        samples: root name → an input of it that the driver can open.
        storage: of the dataset.
        token: a file that the driver wrote into the dataset's temporary folder.
    """

    factory: ToolboxFactory
    models: dict[str, str]
    libraries: dict[str, str]
    sources: Mapping[str, Source]
    samples: Mapping[str, Input]
    storage: Storage
    token: str


@dataclass(frozen=True, slots=True)
class NodeReport:
    """What a machine found.

    Args:
        host: its name.
        problems: why it is of no use; empty where it is fit.
        sees_output: whether it sees what the driver wrote.
        answer: the file that it wrote into the output, "" where it could not.
    """

    host: str
    problems: tuple[str, ...]
    sees_output: bool = True
    answer: str = ""


def make_check(factory: ToolboxFactory, sources: Sequence[Source], storage: Storage) -> Check:
    """Write down what the driver has, and leave a token in the output.

    Args:
        factory: of the models.
        sources: the inputs.
        storage: of the dataset.
    """
    token = f"{FOLDER}/{uuid.uuid4().hex}"
    storage.publish_bytes(token.encode(), token)
    by_root = {source.root_name: source for source in sources}
    samples = {name: sample for name, source in by_root.items() if (sample := _readable(source)) is not None}
    return Check(factory, factory.fingerprints(), library_versions(), by_root, samples, storage, token)


def _readable(source: Source) -> Input | None:
    """Return an early input that opens here; what no machine can open says nothing about a machine."""
    for item in islice(source.inputs(), _LOOKED_AT):
        if item.refusal is None and _problem_of(source, item) is None:
            return item
    return None


def _problem_of(source: Source, item: Input) -> str | None:
    try:
        source.open(item).close()
    except Refusal as refusal:
        return str(refusal)
    except OSError as error:
        return error.strerror or str(error)
    return None


def look_around(check: Check) -> NodeReport:
    """Look at this machine with the driver's eyes.

    Args:
        check: what the driver has.
    """
    problems = [f"library {line}" for line in differences(check.libraries, library_versions(), "on the driver", "here")]
    try:
        problems += [
            f"model {line}" for line in differences(check.models, check.factory.fingerprints(), "on the driver", "here")
        ]
    except (ValueError, OSError) as error:
        problems.append(f"models: {error}")
    for name, item in check.samples.items():
        if (problem := _problem_of(check.sources[name], item)) is not None:
            problems.append(f"input {name}/{item.path} cannot be read: {problem}")
    answer, sees_output = "", True
    try:
        sees_output = check.storage.state(check.token) is not None
        if sees_output:
            answer = f"{check.token}-{uuid.uuid4().hex}"
            check.storage.publish_bytes(answer.encode(), answer)
        else:
            problems.append(f"output {check.storage.address} is another folder here than on the driver")
    except OSError as error:
        problems.append(f"output {check.storage.address} cannot be written: {error.strerror or error}")
        answer = ""
    storage = check.storage
    room_at = storage.root if isinstance(storage, LocalStorage) and sees_output else Path(tempfile.gettempdir())
    free = shutil.disk_usage(room_at).free
    if free < _LEAST_ROOM_BYTES:
        problems.append(f"{room_at}: {free / 1e6:.0f} MB free, a shard in work may need {_LEAST_ROOM_BYTES / 1e6:.0f}")
    return NodeReport(platform.node(), tuple(problems), sees_output, answer)


def judge(reports: Mapping[str, NodeReport], check: Check) -> dict[str, NodeReport]:
    """Return the machines that cannot be used, and take the tokens away.

    Args:
        reports: id of the machine → what it found.
        check: what was asked.

    Raises:
        ValueError: no machine can be used, or the output is a folder of the driver's own.
    """
    bad = {}
    for node, report in reports.items():
        if report.answer and check.storage.state(report.answer) is None:
            report = NodeReport(
                report.host, (*report.problems, "what it wrote into the output is not seen here"), False
            )
        if report.problems:
            bad[node] = report
    for name in check.storage.names(FOLDER):
        check.storage.remove(name)
    others = [report for report in reports.values() if not report.sees_output]
    if others and len(others) >= len(reports) - 1:
        raise ValueError(
            f"{check.storage.address} is a folder of this machine alone: {_hosts(others)} cannot see what is written into "
            "it. Name an --output that all of them share: a network file system, or an object store (s3://bucket/folder)"
        )
    if len(bad) == len(reports):
        first = next(iter(bad.values()))
        raise ValueError(f"no machine of the cluster can be used; {first.host}: " + "; ".join(first.problems))
    return bad


def _hosts(reports: Iterable[NodeReport]) -> str:
    return ", ".join(sorted({report.host for report in reports}))
