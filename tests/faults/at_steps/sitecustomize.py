"""Put on PYTHONPATH by `killing.py`: every process of a run notes the commit steps it reaches, and dies at a chosen one.

Python imports a `sitecustomize` at its start; this one waits until `mkaudio.shards.steps` is imported.
"""

import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys

ORDERS = json.loads(os.environ.get("MKAUDIO_TEST_STEPS", "{}"))


def at_step(step, name):
    """Note the step; where it is the chosen one, and for the first time, kill whom the orders name."""
    with open(ORDERS["trace"], "a") as trace:
        trace.write(json.dumps([step, name]) + "\n")
    if [step, name] == ORDERS.get("die_at") and reached_often_enough():
        if ORDERS["whom"] == "group":
            os.killpg(os.getpgid(int(os.environ["MKAUDIO_TEST_DRIVER"])), signal.SIGKILL)
        os.kill(os.getpid() if ORDERS["whom"] == "self" else int(os.environ["MKAUDIO_TEST_DRIVER"]), signal.SIGKILL)
        if ORDERS["whom"] == "group":
            os.kill(os.getpid(), signal.SIGKILL)


def reached_often_enough():
    """Say whether this is the n-th time, over all processes, and nobody was there before."""
    with open(ORDERS["trace"]) as trace:
        times = sum(json.loads(line) == ORDERS["die_at"] for line in trace)
    return times == ORDERS["nth"]


class Patcher(importlib.abc.MetaPathFinder):
    """Patches one module when it is imported, and nothing else."""

    def find_spec(self, name, path, target=None):
        if name != "mkaudio.shards.steps":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        execute = spec.loader.exec_module

        def execute_and_patch(module):
            execute(module)
            module.at_step = at_step

        spec.loader.exec_module = execute_and_patch
        return spec


if ORDERS:
    sys.meta_path.insert(0, Patcher())
