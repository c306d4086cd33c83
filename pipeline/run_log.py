"""`log/`: when, where and how long a run was. The only part of a dataset that may differ between equal runs."""

import json
import platform
import time
from pathlib import Path

from mkaudio.pipeline.index_pass import library_versions
from mkaudio.pipeline.report import Summary
from mkaudio.shards import LOG_FOLDER, naming


def write_run_log(output: Path, mode: str, took_s: float, summary: Summary, verdicts: dict[str, str]) -> Path:
    """Write a file about a run that has ended.

    Args:
        output: folder of the dataset.
        mode: new, resume or append.
        took_s: from start to end.
        summary: of the whole dataset.
        verdicts: inputs that killed their worker → how.

    Returns:
        The file.
    """
    path = output / LOG_FOLDER / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{mode}.json"
    path.parent.mkdir(exist_ok=True)
    content = {
        "mode": mode,
        "took_s": round(took_s, 2),
        "host": platform.node(),
        "machine": platform.platform(),
        "libraries": library_versions(),
        "counts": summary.counts,
        "verdicts": verdicts,
    }
    with naming(path):
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return path
