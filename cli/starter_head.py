"""`mkaudio starter-head`: trains a head for the starter's scorer on your labelled sounds."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def starter_head(
    input: Annotated[
        Path, typer.Option("--input", "-i", help="Folder with labels.csv: path, set, split (train or val), label.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the head and its card.")] = Path(
        "runs/starter-head"
    ),
    cache: Annotated[Path | None, typer.Option(help="Folder of the models; default as for mkaudio fetch.")] = None,
) -> None:
    """Train a head on the sets of split train; minutes on a CPU. Its card says how well it does on split val.

    Example: mkaudio starter-head --input sounds/ --output runs/starter-head
    """  # noqa: DOC501 - what main() turns into exit codes
    from tqdm import tqdm

    from mkaudio.models.starter.fetch import starter_folder, starter_ready
    from mkaudio.models.starter.labelled import read_labels

    if not starter_ready(cache):
        raise ValueError("the starter pack is not there: mkaudio fetch starter")
    read_labels(input)  # a wrong folder is named before torch is loaded
    import torch

    from mkaudio.models.starter.train_head import CARD_FILE, HEAD_FILE, train_head
    from mkaudio.models.starter.yamnet import YamnetEar
    from mkaudio.prompts import load_phrases

    torch.set_num_threads(1)  # as in the workers: the same bits
    pack = starter_folder(cache)
    untrusted = frozenset(phrase.name for phrase in load_phrases().values() if phrase.blind)
    ear = YamnetEar(pack, untrusted=untrusted)
    with tqdm(desc="hearing", unit=" sounds", file=sys.stderr, disable=None, dynamic_ncols=True) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        _, card = train_head(input, pack, ear, output, report)
    print(card)
    print(f"{output / HEAD_FILE}: use it with mkaudio distill --starter-head; its card is {output / CARD_FILE}")
