"""What is done about the caption bank before a run: say what was passed over, and read it once, with a bar."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.cli.toolbox import StarterToolbox


def prepare(factory: "StarterToolbox") -> None:
    """Make the vectors of the retriever's bank, unless they are kept from an earlier run.

    Workers have no bar, and one that reads captions for minutes would be taken for hung. So they are read here, in the
    arithmetic of a worker (one thread); a worker on a machine with another cache or processor reads for itself, and so do
    those on GPUs.

    Args:
        factory: of the run.
    """
    from mkaudio.cli.progress import watch
    from mkaudio.cli.toolbox import DIMENSIONS, user_bank
    from mkaudio.pipeline.bank_vectors import is_kept, keep_vectors
    from mkaudio.pipeline.task import Progress

    if "retriever" not in factory.experts:
        return
    if factory.caption_banks and (line := user_bank(factory.caption_banks, factory.caption_column).line()):
        print(line, file=sys.stderr)
    texts = [caption.text for caption in factory.bank()]
    path = factory.vectors_file()
    if factory.device != "cpu" or is_kept(path, (len(texts), DIMENSIONS)):
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with watch("reading the caption bank", len(texts), "captions") as report:
            keep_vectors(texts, factory.scorer(), path, lambda count: report(Progress(count)))
    except OSError as error:
        said = f"{path.parent}: {error.strerror}"
        print(
            f"mkaudio: cannot keep the vectors of the caption bank in {said}; each worker makes them", file=sys.stderr
        )
    finally:
        torch.set_num_threads(threads)
