"""A cluster of three machines on this one, and one of them removed in mid-run: nothing is lost, the bytes are the same."""

import os
import subprocess
import sys
import textwrap

import pytest
from distilling import digests, run_distill, write_tone

RUN = """
    import sys, threading, time
    sys.path[:0] = {paths!r}
    from pathlib import Path
    import ray
    from ray.cluster_utils import Cluster
    from distilling import run_distill
    from fakes import FakeToolbox
    from mkaudio.pipeline import Workers

    cluster = Cluster(initialize_head=True, head_node_args=dict(num_cpus=1, object_store_memory=80 << 20))
    others = [cluster.add_node(num_cpus=1, object_store_memory=80 << 20) for _ in range(2)]
    cluster.wait_for_nodes()
    output, said, removed = Path({output!r}), [], []

    def remove_one():
        while len(list(output.glob("commits/*.json"))) < 3:
            time.sleep(0.05)
        cluster.remove_node(others[0], allow_graceful=False)
        removed.append(len(list(output.glob("commits/*.json"))))

    remover = threading.Thread(target=remove_one)
    remover.start()
    factory = FakeToolbox(pause_s=0.5)
    workers = Workers(address=cluster.address)
    summary = run_distill([Path({source!r})], output, factory=factory, ray=workers, say=said.append)
    remover.join()
    print("removed when", removed[0], "shards were committed;", summary.lines()[1])
    print("said:", said)
    assert any("lost" in line for line in said), said
    assert summary.windows_close and summary.sources_close
"""


@pytest.mark.slow
def test_a_machine_removed_in_mid_run(tmp_path):
    for number in range(48):
        write_tone(tmp_path / "in" / f"{number:02d}.wav", 200.0 + 13 * number, 0.4)
    run_distill([tmp_path / "in"], tmp_path / "local")
    paths = [path for path in sys.path if path]
    script = textwrap.dedent(RUN.format(paths=paths, output=str(tmp_path / "out"), source=str(tmp_path / "in")))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "RAY_AUTH_MODE": "disabled"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    print(done.stdout[done.stdout.find("removed when") :])
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "out") == digests(tmp_path / "local")
