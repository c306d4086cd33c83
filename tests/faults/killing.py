"""A distillation in a process of its own that is killed at a step or at a time, and gone on with until it is done."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DRIVER = """
    import os, sys
    os.environ["MKAUDIO_TEST_DRIVER"] = str(os.getpid())
    sys.path[:0] = {paths!r}
    from pathlib import Path
    from distilling import run_distill
    from fakes import FakeToolbox
    from mkaudio.pipeline import Workers
    run_distill([Path({source!r})], Path({output!r}), mode={mode!r}, factory=FakeToolbox(pause_s={pause_s}, heard={heard!r}),
                ray=Workers(count={ray}) if {ray} else None)
"""
CLI = """
    import os, sys
    os.environ["MKAUDIO_TEST_DRIVER"] = str(os.getpid())
    sys.path[:0] = {paths!r}
    from mkaudio.cli.main import main
    sys.argv = ["mkaudio", "distill", "--input", {source!r}, "--output", {output!r}, "--no-file-names", "--engine", "ray",
                "--workers", "{ray}", "--samples-per-shard", "3"] + ["--resume"] * ({mode!r} == "resume")
    main()
"""


@dataclass
class Kill:
    """Whom to kill, and when: at the n-th time that a step is reached, or after some seconds."""

    whom: str
    step: tuple[str, str] | None = None
    nth: int = 1
    after_s: float = 0.0


@dataclass
class Ended:
    """What became of a killed and resumed run: runs needed, and clips that went through the models in all of them."""

    runs: int
    clips_heard: int


def distil_killed(work, source, output, kill, code=DRIVER, ray=0, pause_s=0.0):
    """Run until killed, then --resume until done; return how that went. `work` is a new folder for notes."""
    work.mkdir()
    heard = work / "heard"
    heard.touch()
    mode = "new"
    for run in range(1, 12):
        orders = {"trace": str(work / f"trace-{run}")}
        Path(orders["trace"]).touch()
        if run == 1 and kill is not None and kill.step:
            orders |= {"die_at": kill.step, "nth": kill.nth, "whom": kill.whom}
        script = textwrap.dedent(code).format(
            paths=[path for path in sys.path if path], source=str(source), output=str(output), mode=mode, ray=ray,
            pause_s=pause_s, heard=str(heard),
        )  # fmt: skip
        environment = {**os.environ, "MKAUDIO_TEST_STEPS": json.dumps(orders)}
        environment["PYTHONPATH"] = os.pathsep.join([str(HERE / "at_steps"), *(path for path in sys.path if path)])
        log = (work / f"log-{run}").open("w")
        process = subprocess.Popen([sys.executable, "-c", script], env=environment, start_new_session=True, stderr=log)
        code_of = wait(process, kill if run == 1 else None)
        if code_of == 0:
            return Ended(run, heard.read_text().count("\n"))
        assert code_of == -signal.SIGKILL, (work / f"log-{run}").read_text()
        mode = "resume" if (output / "dataset.json").exists() else "new"
    raise AssertionError("never finished")


def wait(process, kill):
    if kill is None or kill.step:
        return process.wait(timeout=300)
    try:
        return process.wait(timeout=kill.after_s)
    except subprocess.TimeoutExpired:
        if kill.whom == "group":
            os.killpg(process.pid, signal.SIGKILL)
        elif kill.whom == "driver":
            os.kill(process.pid, signal.SIGKILL)
        else:
            for child in workers_of(process.pid):
                os.kill(child, signal.SIGKILL)
        return process.wait(timeout=300)


def workers_of(pid):
    """Every process below a process that runs our worker."""
    found, below = [], [pid]
    while below:
        parent = below.pop()
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
                if int(fields[1]) == parent:
                    below.append(int(status.parent.name))
                    if b"mkaudio.pipeline.worker" in (status.parent / "cmdline").read_bytes():
                        found.append(below[-1])
            except (OSError, ValueError, IndexError):
                continue
    return found


def trace_of(work):
    """The steps of an unbroken run, in order, each with how often it had been reached."""
    seen, steps = Counter(), []
    for line in (work / "trace-1").read_text().splitlines():
        step = tuple(json.loads(line))
        seen[step] += 1
        steps.append((step, seen[step]))
    return steps


def settle(seconds=0.7):
    """Give orphans of a killed driver the time in which they notice."""
    time.sleep(seconds)
