"""The work of `mkaudio generate`: sounds made, ranked and written, and what is said of them."""

import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from mkaudio.cli.generate_inputs import Asked, Given, read_given
from mkaudio.cli.generate_models import Models, Settings, check_models, load_models
from mkaudio.cli.generated_files import GeneratedFiles, Table
from mkaudio.cli.printable import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mkaudio.models.generation.candidates import Candidate, Scorer
    from mkaudio.models.generation.given_sound import GivenSound

Facts = dict[str, str | int | float]


def run_generate(asked: Asked, given: Given | None, settings: Settings, files: GeneratedFiles) -> None:
    """Make sounds and write them.

    Args:
        asked: what shall sound.
        given: what it begins with.
        settings: how.
        files: where to.
    """
    ranking, pictures = _ranking(settings), _pictures(asked)
    check_models(settings)
    from mkaudio.models.generation.candidates import candidates
    from mkaudio.models.generation.drawn import draw_sound

    forwards = math.ceil(round((given.strength if given else 1.0) * settings.steps, 6))
    n_sounds = len(asked.texts) * settings.n_candidates
    total = math.ceil(n_sounds / settings.batch_size) * forwards
    with tqdm(total=total, desc="generate", unit=" steps", file=sys.stderr, disable=None, dynamic_ncols=True) as bar:

        def step() -> None:
            bar.update()

        models = load_models(settings, step)
        if not pictures:
            _note_cut(asked.texts, models)
        begin, n_samples, facts = _begin(given, settings, models)

        def make(rows: Sequence[int], seeds: Sequence[int]) -> "NDArray[np.float32]":
            if pictures:
                return models.generator.from_pictures([pictures] * len(rows), seeds, n_samples, begin)
            return models.generator.from_texts([asked.texts[row] for row in rows], seeds, n_samples, begin)

        scorer = ranking(models.ldm.vae.mel.sample_rate_hz, models.device) if ranking else None
        began = time.monotonic()
        made = candidates(make, asked.texts, settings.seed, settings.n_candidates, settings.batch_size, scorer)
        table = None
        for text, found in zip(asked.texts, made, strict=True):
            files.folder.mkdir(parents=True, exist_ok=True)
            table = table or (None if files.is_file else Table(files.folder))
            kept = found if settings.keep_candidates else found[:1]
            _write(text, kept, models.ldm.vae.mel.sample_rate_hz, facts, files, table)
            for path, one in _places(text, kept, files) if settings.draw else ():
                draw_sound(files.picture(path), f"{text}  (seed {one.seed})", one.sound, models.ldm.vae.mel)
            bar.write("\n".join(_lines(text, files, found)), file=sys.stdout)
        each_s = (time.monotonic() - began) / n_sounds
    print(
        f"{n_sounds} of {facts['duration_s']:.2f} s, {each_s:.1f} s each; {settings.steps} steps of {settings.sampler}, "
        f"guidance {settings.guidance:g}, checkpoint {models.ldm.fingerprint} of step {models.ldm.step:,}"
    )


def _ranking(settings: Settings) -> "Callable[[int, str], Scorer] | None":
    """Return what loads the scorer; None where there is nothing to choose from.

    Raises:
        ValueError: there is none.
    """
    if settings.n_candidates == 1:
        return None
    from mkaudio.cli.starter_ranking import starter_ranking
    from mkaudio.models.starter.fetch import starter_ready

    if not starter_ready():
        raise ValueError("candidates are ranked by the starter pack, which is not there: mkaudio fetch starter")
    return starter_ranking


def _pictures(asked: Asked) -> "list[NDArray[np.uint8]]":
    """Read the frames (H, W, 3): a file that is no picture is named before a model is loaded."""
    if not asked.picture:
        return []
    from mkaudio.models.conditioning.image_file import read_image

    return [read_image(path) for path in asked.picture]


def _begin(given: Given | None, settings: Settings, models: Models) -> "tuple[GivenSound | None, int, Facts]":
    """Return the sound to begin with, how many samples are made, and what the tags say of all."""
    from mkaudio.models.generation.given_sound import GivenSound

    rate_hz, window_s = models.ldm.vae.mel.sample_rate_hz, models.window_s
    begin, facts, duration_s = None, models.facts(settings), settings.duration_s or window_s
    if given is not None:
        waveform = read_given(given, rate_hz, settings.duration_s)
        duration_s = settings.duration_s or len(waveform) / rate_hz
        span = None if given.anew_s is None else (given.anew_s[0], min(given.anew_s[1], duration_s))
        begin = GivenSound(waveform, given.strength, span)
        facts |= {"init_audio": given.path.name, "strength": given.strength}
        facts |= {} if span is None else {"inpaint": f"{span[0]:g}:{span[1]:g}"}
    n_samples = max(round(duration_s * rate_hz), 1)
    if n_samples > round(window_s * rate_hz):
        line = (
            f"note: {n_samples / rate_hz:g} s is longer than any sound of the training, {window_s:g} s: it may wander"
        )
        print(line, file=sys.stderr)
    return begin, n_samples, {"duration_s": n_samples / rate_hz, **facts}


def _note_cut(texts: Sequence[str], models: Models) -> None:
    """Say which prompts are longer than what is read of them."""
    for text in dict.fromkeys(texts):
        read, has = models.conditioner.tokens_read(text)
        if read < has:
            print(f"note: {printable(text)}: {read} of its {has} tokens are read, the rest is cut", file=sys.stderr)


def _write(
    text: str,
    kept: "Sequence[Candidate]",
    rate_hz: int,
    facts: Mapping[str, str | int | float],
    files: GeneratedFiles,
    table: Table | None,
) -> None:
    """Write the sounds of a prompt, the best first, and a row of the table for each."""
    from mkaudio.models.generation.sound_out import write_sound

    for path, one in _places(text, kept, files):
        said = {"seed": one.seed, "score": "" if one.score is None else round(one.score, 4), **facts}
        write_sound(path, one.sound, rate_hz, text, said)
        if table is not None:
            table.add({"file": path.name, "prompt": text, "candidate": one.number, **said})


def _places(text: str, kept: "Sequence[Candidate]", files: GeneratedFiles) -> "list[tuple[Path, Candidate]]":
    """Return the file of each sound of a prompt, that of the best first."""
    best = files.best(text, kept[0].seed)
    return [(best, kept[0]), *((files.other(best, one.number, one.seed), one) for one in kept[1:])]


def _lines(text: str, files: GeneratedFiles, found: "Sequence[Candidate]") -> list[str]:
    """Say what was written for a prompt, and how all its candidates were scored, the best first."""
    lines = [f"{files.best(text, found[0].seed)}  {printable(text)}  (seed {found[0].seed})"]
    if len(found) > 1:
        lines += [f"  candidate {one.number}  seed {one.seed}  score {one.score:.4f}" for one in found]
    return lines
