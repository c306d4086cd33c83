"""A disk that fails at any write: one clear line, exit code 1, and --resume completes to the bytes of an unbroken run."""

import errno
import itertools
import os
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

import pytest
from distilling import digests
from failing_disk import Fault, distil

SAID = {errno.ENOSPC: "No space left on device", errno.EIO: "Input/output error"}
FAULTS = list(itertools.product(SAID, (False, True)))
AT_A_TIME = 2


def what_and_path(call):
    """(write, /path) of a line of the log."""
    return tuple(call.removesuffix(" FAULT").split(" ", 2)[1:])


def points(calls):
    """Numbers of the calls to fail: all but those in the midst of a row of writes to one file, of which one is taken."""
    chosen, before = [], 0
    for _, row in itertools.groupby(calls, what_and_path):
        length = len(list(row))
        chosen += [before + place for place in sorted({1, 2, length // 2, length} & set(range(1, length + 1)))]
        before += length
    return chosen


def is_clear(ended, failed, fault):
    """Exit code 1, and one line: what could not be written, or removed, what the system said, and what to do."""
    named = ended.said.removeprefix("mkaudio: ").partition(": ")[0]
    is_right = any(
        named == path or (what in {"unlink", "rmdir"} and path.startswith(f"{named}/")) for what, path in failed
    )
    said_enough = SAID[fault.code] in ended.said and "--resume" in ended.said
    one_line = ended.said.startswith("mkaudio: ") and ended.said.count("\n") == 1
    return ended.code == 1 and one_line and is_right and said_enough


def wrong(few, library, unbroken, output, fault):
    """Run on a failing disk, and again on a sound one; return what is not as promised, "" where all is."""
    ended = distil(few, output, library=library, fault=fault)
    failed = [what_and_path(call) for call in ended.calls if call.endswith(" FAULT")]
    told = f"{fault}: {ended.hit or 'nothing failed'}: exit code {ended.code}: {ended.said}"
    harmless = ended.code == 0 and {what for what, _ in failed} == {"mkdir"}  # of a folder that is there already
    came_too_late = not failed and ended.code == 0 and len(ended.calls) < fault.at  # runs differ by a call or two
    if not came_too_late and (not failed or not (harmless or is_clear(ended, failed, fault))):
        return told
    again = distil(few, output, *(["--resume"] if (output / ".tmp").is_dir() else []))
    same = again.code == 0 and digests(output) == unbroken[0]
    shutil.rmtree(output)
    return "" if same else f"{told} and then, on a sound disk, exit code {again.code}: {again.said}"


def sweep(few, library, unbroken, folder, faults):
    """Do `wrong` for each fault; return what was found."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        runs = [
            pool.submit(wrong, few, library, unbroken, folder / str(number), fault)
            for number, fault in enumerate(faults)
        ]
        return [found for run in runs if (found := run.result())]


@pytest.mark.parametrize(
    ("what", "path", "fault"),
    [
        pytest.param("write", ".tmp/staging/dataset.json-*", Fault(code=errno.ENOSPC), marks=pytest.mark.slow),
        ("open", ".tmp/staging/index-*/part.parquet", Fault(code=errno.EIO, lasting=True)),
        ("write", ".tmp/staging/shard-000001-*/shards/000001.tar", Fault(code=errno.ENOSPC, lasting=True)),
        pytest.param(
            "write",
            ".tmp/staging/shard-000000-*/manifest/000000.parquet",
            Fault(code=errno.EIO),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "fsync", ".tmp/staging/shard-000000-*/shards/000000.tar", Fault(code=errno.EIO), marks=pytest.mark.slow
        ),
        pytest.param("rename", "commits/000001.json", Fault(code=errno.ENOSPC), marks=pytest.mark.slow),
        ("unlink", ".tmp/staging/shard-000000-*/manifest", Fault(code=errno.EIO)),
    ],
)
def test_a_failed_call_is_one_clear_line_and_resume_completes(few, library, unbroken, tmp_path, what, path, fault):
    at = next(
        number
        for number, call in enumerate(unbroken[1], 1)
        if what_and_path(call)[0] == what and fnmatch(call, f"*/out/{path}")
    )
    assert wrong(few, library, unbroken, tmp_path / "out", Fault(at, fault.code, fault.lasting)) == ""


@pytest.mark.parametrize("how", ["kill", "killgroup"])
@pytest.mark.slow
def test_a_run_killed_within_a_write_is_resumed_to_the_same_bytes(few, library, unbroken, tmp_path, how):
    """The library kills as well as it fails; here in a worker, which is started again where the parent lives on."""
    at = next(number for number, call in enumerate(unbroken[1], 1) if "write" in call and "/manifest/" in call)
    ended = distil(few, tmp_path / "out", library=library, fault=Fault(at, how))
    assert ended.code == (0 if how == "kill" else -9) and " write " in ended.hit
    if how == "killgroup":
        assert distil(few, tmp_path / "out", "--resume").code == 0
    assert digests(tmp_path / "out") == unbroken[0]


@pytest.mark.slow
def test_some_calls_of_a_run_fail(few, library, unbroken, tmp_path):
    chosen = random.Random(14).sample(range(1, len(unbroken[1]) + 1), 20)
    faults = [Fault(at, *FAULTS[number % len(FAULTS)]) for number, at in enumerate(chosen)]
    assert sweep(few, library, unbroken, tmp_path, faults) == []


@pytest.mark.faults
@pytest.mark.parametrize(("code", "lasting"), FAULTS)
def test_every_call_of_a_run_fails(few, library, unbroken, tmp_path, code, lasting):
    """MKAUDIO_FAULTS=all takes every single call, which is hours."""
    every = os.environ.get("MKAUDIO_FAULTS") == "all"
    chosen = range(1, len(unbroken[1]) + 1) if every else points(unbroken[1])
    print(f"{len(unbroken[1])} calls change the disk; {len(chosen)} made to fail: {SAID[code]}, lasting: {lasting}")
    assert sweep(few, library, unbroken, tmp_path, [Fault(at, code, lasting) for at in chosen]) == []
