"""Which models a run uses: names on the command line → a picklable factory, built once in each worker."""

import functools
import platform
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.models.starter.scorer import StarterScorer
    from mkaudio.models.starter.yamnet import YamnetEar
    from mkaudio.pipeline import Expert, Toolbox
    from mkaudio.pipeline.banks import UserBank
    from mkaudio.prompts import BankCaption

EXPERTS = ("tagger", "retriever", "labels")
DIMENSIONS = 384
"""Of the starter space (models/starter/scorer.py, which is not imported before something must be read)."""
DTYPES = ("float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class StarterToolbox:
    """The embedded default: YAMNet hears, the starter space scores, the named experts propose.

    Args:
        folder: of the starter pack.
        experts: names, in the order in which ties fall.
        caption_banks: the user's banks for the retriever; none takes the one generated from our phrases.
        caption_column: column of their captions; None finds it.
        device: for the models.
        dtype: of their forwards: float32, bfloat16 or float16.
        clap: one of the scorers in models/starter/speeds.py.
        starter_head: file of a trained head for the scorer; None: it goes without.
    """

    folder: Path
    experts: tuple[str, ...] = EXPERTS
    caption_banks: tuple[Path, ...] = ()
    caption_column: str | None = None
    device: str = "cpu"
    dtype: str = "float32"
    clap: str = "starter"
    starter_head: Path | None = None

    @property
    def scorer_name(self) -> str:
        """What the dataset files scores and embeddings under: a space with a head is another one."""
        return f"{self.clap}+head" if self.starter_head else self.clap

    def fingerprints(self) -> dict[str, str]:
        """Return model → hash, without loading weights."""
        from mkaudio.models.starter.fingerprints import ear_fingerprint, scorer_fingerprint
        from mkaudio.models.starter.speeds import SPEEDS
        from mkaudio.pipeline.experts.labels import LABELS_VERSION
        from mkaudio.pipeline.experts.retriever import retriever_fingerprint
        from mkaudio.prompts import CAPTION_VERSION, LINT_VERSION, PHRASES_VERSION

        words = {"tagger": CAPTION_VERSION, "labels": LABELS_VERSION}
        if "retriever" in self.experts:
            words["retriever"] = retriever_fingerprint(self.bank())
        speeds = SPEEDS[self.clap]
        return {
            "ear": ear_fingerprint(self.folder, speeds),
            "scorer": f"{scorer_fingerprint(self.folder, speeds, self.starter_head)}-{PHRASES_VERSION}",
            "arithmetic": f"{self.dtype} on {self.device}",
            "lint": LINT_VERSION,
            "order of experts": ",".join(self.experts),
            **{name: words[name] for name in self.experts},
        }

    def __call__(self) -> "Toolbox":
        """Load the models."""
        from mkaudio.pipeline import Toolbox
        from mkaudio.pipeline.experts.labels import LabelsExpert
        from mkaudio.pipeline.experts.tagger import TaggerExpert

        ear = self._ear()
        scorer = self._scorer(ear)
        makers: dict[str, Callable[[], Expert]] = {
            "tagger": lambda: TaggerExpert(ear.classes),
            "retriever": lambda: self._retriever(scorer),
            "labels": LabelsExpert,
        }
        return Toolbox(ear, scorer, tuple(makers[name]() for name in self.experts))

    def bank(self) -> "tuple[BankCaption, ...]":
        """Return the retriever's captions."""
        from mkaudio.prompts import generated_bank

        return user_bank(self.caption_banks, self.caption_column).captions if self.caption_banks else generated_bank()

    def vectors_file(self) -> Path:
        """Return where the bank's vectors are kept. Named without loading weights."""
        from mkaudio.models.starter.fingerprints import text_fingerprint
        from mkaudio.pipeline.bank_vectors import kept_file

        read_by = f"{text_fingerprint(self.folder)} {self.dtype} on {self.device} {_libraries()} {_processor()}"
        texts = [caption.text for caption in self.bank()]
        return kept_file(self.folder.parent / "bank-vectors", texts, read_by, DIMENSIONS)

    def scorer(self) -> "StarterScorer":
        """Load the scorer alone."""
        return self._scorer(self._ear())

    def _scorer(self, ear: "YamnetEar") -> "StarterScorer":
        from mkaudio.models.starter.scorer import StarterScorer

        return StarterScorer(ear, self.folder, self.device, self.dtype, self.starter_head, self.scorer_name)

    def _ear(self) -> "YamnetEar":
        from mkaudio.models.starter.speeds import SPEEDS
        from mkaudio.models.starter.yamnet import YamnetEar
        from mkaudio.prompts import load_phrases

        untrusted = frozenset(phrase.name for phrase in load_phrases().values() if phrase.blind)
        return YamnetEar(self.folder, self.device, untrusted=untrusted, dtype=self.dtype, speeds=SPEEDS[self.clap])

    def _retriever(self, scorer: "StarterScorer") -> "Expert":
        from mkaudio.pipeline.bank_vectors import bank_vectors
        from mkaudio.pipeline.experts.retriever import RetrieverExpert

        bank = self.bank()
        return RetrieverExpert(bank, bank_vectors([one.text for one in bank], scorer, self.vectors_file()))


@functools.lru_cache(maxsize=2)
def user_bank(paths: tuple[Path, ...], column: str | None) -> "UserBank":
    """Read the user's banks once in a process.

    Args:
        paths: files and folders.
        column: of the captions.
    """
    from mkaudio.pipeline.banks import read_banks

    return read_banks(paths, column)


def _libraries() -> str:
    """Name what computes, without importing it."""
    return " ".join(f"{name} {metadata.version(name)}" for name in ("torch", "transformers", "tokenizers", "numpy"))


def _processor() -> str:
    """Name the processor: on another kind the last bits of a vector differ, and machines may share the cache's disk."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
        return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return platform.processor()
