"""Where generated sounds go: one file, or a folder with files named by prompt and seed, and a table of them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape
from pathlib import Path

FORMATS = (".wav", ".flac")
TABLE = "prompts.csv"
_OTHER_SOUNDS = (".mp3", ".ogg", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".wma")
_LONGEST_NAME = 40
"""Characters of the prompt in a name: a name of 255 bytes holds them in any script."""


@dataclass(frozen=True, slots=True)
class GeneratedFiles:
    """Names of the files of a run of `mkaudio generate`.

    Args:
        target: the file of the one prompt, or the folder of several.
        is_file: which of both.
    """

    target: Path
    is_file: bool

    @classmethod
    def at(
        cls, output: Path | None, n_prompts: int, overwrite: bool, drawn: bool = False, all_kept: bool = False
    ) -> "GeneratedFiles":
        """Decide by the name that is given, and see that nothing is lost.

        Args:
            output: where to; None: ./generated.wav, or for several prompts ./generated.
            n_prompts: how many there are.
            overwrite: what is there may go.
            drawn: a picture is written beside each sound.
            all_kept: the other candidates are written beside the best.

        Raises:
            ValueError: the name is of no sound file that is written, cannot hold several, or is taken.
        """
        target = output or Path("generated.wav" if n_prompts == 1 else "generated")
        ending = target.suffix.lower()
        if ending in _OTHER_SOUNDS:
            raise ValueError(f"--output {target}: written are {' and '.join(FORMATS)} files")
        is_file = ending in FORMATS
        if is_file and n_prompts > 1:
            raise ValueError(f"--output {target}: {n_prompts} prompts do not go into one file; name a folder")
        if is_file and target.is_dir():
            raise ValueError(f"--output {target}: is a folder; name a file, or a folder without the ending {ending}")
        if not is_file and target.exists() and not target.is_dir():
            raise ValueError(f"--output {target}: is a file; name a .wav or .flac file, or a folder")
        files = cls(target, is_file)
        written = [target, *([files.picture(target)] if drawn else [])]
        written += sorted(target.parent.glob(f"{escape(target.stem)}.candidate-*")) if all_kept else []
        taken = [one for one in written if one.exists()] if is_file else [*target.iterdir()] if target.is_dir() else []
        if taken and not overwrite:
            found = f"{taken[0]}: exists" if is_file else f"{target}: not empty"
            raise ValueError(f"--output {found}; name another, or give --overwrite")
        return files

    @property
    def folder(self) -> Path:
        """Where all files lie."""
        return self.target.parent if self.is_file else self.target

    def best(self, prompt: str, seed: int) -> Path:
        """Return the file of a prompt's best candidate.

        Args:
            prompt: the text.
            seed: of the candidate.
        """
        return self.target if self.is_file else self.target / f"{name_of(prompt)}.{seed}.wav"

    def other(self, best: Path, candidate: int, seed: int) -> Path:
        """Return the file of another candidate, beside the best.

        Args:
            best: that one's file.
            candidate: its number.
            seed: of the candidate.
        """
        stem = best.stem if self.is_file else best.stem.rpartition(".")[0]
        return best.with_name(f"{stem}.candidate-{candidate}.{seed}{best.suffix}")

    def picture(self, sound: Path) -> Path:
        """Return the picture of a sound.

        Args:
            sound: its file.
        """
        return sound.with_suffix(".png")


class Table:
    """`prompts.csv`, a row for each sound as it is made; it is whole at any time.

    Args:
        folder: where to.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / TABLE
        self._begun = False

    def add(self, row: Mapping[str, object]) -> None:
        """Add a row.

        Args:
            row: column to cell; the same columns in each.
        """
        with self._path.open("a" if self._begun else "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(row))
            if not self._begun:
                writer.writeheader()
                self._begun = True
            writer.writerow(row)


def name_of(prompt: str) -> str:
    """Return a prompt as part of a file's name.

    Args:
        prompt: any text.

    >>> name_of("A dog barks, then: rain!")
    'a-dog-barks-then-rain'
    """
    words = "".join(one if one.isalnum() else " " for one in prompt.lower()).split()
    return "-".join(words)[:_LONGEST_NAME].rstrip("-") or "sound"
