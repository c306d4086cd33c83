"""Runs of `mkaudio distill` in a process of its own, on a disk that fails when it is told to. Tests only.

The command line is the real one; only the models are stand-ins. `failing_writes.c` says what counts as a call.
"""

import errno
import os
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SETTINGS = ("--engine", "local", "--samples-per-shard", "4", "--batch-size", "3")
"""Several shards of a few tones, as in `distilling.run_distill`."""
_COMMAND = """
import sys
sys.path[:0] = {paths!r}
from fakes import FakeToolbox
from mkaudio.cli import distill, main
distill._factory = lambda *_: FakeToolbox()
main.main()
"""


def build(folder: Path) -> Path:
    """Compile the library that makes calls fail; without a C compiler the tests are skipped."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("faults of the disk are made by a preloaded C library: they need Linux and a C compiler (cc)")
    library = folder / "failing_writes.so"
    source = Path(__file__).with_name("failing_writes.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"], check=True)
    return library


@dataclass(frozen=True)
class Fault:
    """The k-th call that changes the output fails: `code` is an errno, "kill" or "killgroup"."""

    at: int = 0
    code: int | str = errno.ENOSPC
    lasting: bool = False


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit code, what it said, and the calls that it made, each "number what path"."""

    code: int
    said: str
    calls: list[str]

    @property
    def hit(self) -> str:
        """The first call that failed; "" where none did."""
        return next((call for call in self.calls if call.endswith(" FAULT")), "")


def command(*arguments: object) -> list[str]:
    """The command line with stand-in models."""
    code = _COMMAND.format(paths=[path for path in sys.path if path])
    return [sys.executable, "-c", code, *map(str, arguments)]


def distil(source: Path, output: Path, *more: str, library: Path | None = None, fault: Fault | None = None) -> Ended:
    """Run `mkaudio distill` to its end, with a fault in the output folder where a library is given."""
    environment = {key: value for key, value in os.environ.items() if key != "MKAUDIO_DEBUG"}
    notes = Path(f"{output}.calls")
    if library:
        fault = fault or Fault()
        counter = Path(f"{output}.counter")
        counter.write_bytes(struct.pack("q", 0))
        notes.write_text("")
        environment |= {
            "LD_PRELOAD": str(library), "FAULT_UNDER": str(output.resolve()), "FAULT_COUNTER": str(counter),
            "FAULT_AT": str(fault.at), "FAULT_ERRNO": str(fault.code), "FAULT_LASTING": str(int(fault.lasting)),
            "FAULT_LOG": str(notes),
        }  # fmt: skip
    line = command("distill", "--input", source, "--output", output, *SETTINGS, *more)
    ended = subprocess.run(line, capture_output=True, text=True, check=False, env=environment, start_new_session=True)
    return Ended(ended.returncode, ended.stderr, notes.read_text().splitlines() if library else [])
