"""`mkaudio reprogram --rebuild`: a sample again from its provenance alone, compared bit by bit where it is there."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.pipeline.stream import Opened
    from mkaudio.shards import Composition


def rebuild_sample(opened: "Opened", what: str, output: str | None) -> None:
    """Make a sample again, and write it as a WAV file into the working directory.

    Args:
        opened: the clips, and the events.
        what: a key of the dataset in `output`, or the JSON file of a preview.
        output: the written dataset.

    Raises:
        ValueError: there is no such sample, it is no composition, or it was made of other sounds.
        RuntimeError: what comes out is not what is stored.
    """
    import numpy as np

    from mkaudio.pipeline.reprogram.compose import Composed
    from mkaudio.pipeline.reprogram.wav import read_samples, wav_bytes
    from mkaudio.shards import decode_flac, quantise

    if what.endswith(".json"):
        composition = _of_file(Path(what))
        beside = Path(what).with_suffix(".wav")
        stored = read_samples(beside.read_bytes(), composition.bit_depth) if beside.exists() else None
    else:
        if output is None:
            raise ValueError(
                f"--rebuild {what}: say which dataset has that key with --output STATIC, or give a preview's .json"
            )
        composition, flac = _of_dataset(opened, output, what)
        stored = quantise(decode_flac(flac)[0], composition.bit_depth)
    samples = opened.samples.rebuilt(composition)
    path = Path(f"{Path(what).stem}-rebuilt.wav")
    path.write_bytes(wav_bytes(Composed(samples, composition)))
    print(composition.prompt)
    for part in composition.parts:
        print(
            f"  {part.start_s:7.3f} to {part.end_s:7.3f} s  {part.gain_db:+7.2f} dB  {part.origin} {part.key}  {part.label}"
        )
    if stored is None:
        print(f"{path}: written; there is no stored sound beside the provenance to compare it with")
        return
    if not np.array_equal(samples, stored):
        raise RuntimeError(
            f"{path}: not what is stored; was it made of these very events, and with these versions of the libraries?"
        )
    print(f"{path}: identical to what is stored, {samples.shape[1]:,} frames, bit by bit")


def _of_dataset(opened: "Opened", dataset: str, key: str) -> "tuple[Composition, bytes]":
    from mkaudio.pipeline.config import differences
    from mkaudio.shards import DatasetReader, composition_of, open_storage, read_dataset_info

    models, now = read_dataset_info(open_storage(dataset)).models, opened.in_words()
    sounds = [name for name in ("clips", "events") if name in models]
    if differs := differences({name: models[name] for name in sounds}, {name: now[name] for name in sounds}):
        raise ValueError(f"--rebuild {key}: {dataset} was made of other sounds: {'; '.join(differs)}")
    try:
        sample = DatasetReader(dataset).sample(key)
    except KeyError as error:
        raise ValueError(f"--rebuild {key}: {error.args[0]}") from error
    composition = composition_of(sample.row)
    if composition is None:
        raise ValueError(f"--rebuild {key}: it is a recording in {dataset}, not a composition")
    return composition, sample.flac


def _of_file(path: Path) -> "Composition":
    from mkaudio.shards import Composition, Part, wrong_provenance

    try:
        content = json.loads(path.read_text("utf-8"))
        parts = tuple(Part(**part) for part in content.pop("parts"))
        slots = tuple((name, words) for name, words in content.pop("slots"))
        composition = Composition(**content, parts=parts, slots=slots)
        if wrong := next(wrong_provenance(composition), ""):
            raise ValueError(wrong)
        return composition
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"--rebuild {path}: not the provenance of a sample: {error}") from error
