"""Which models a run uses: names on the command line → a picklable factory, built once in each worker."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.pipeline import Expert, Toolbox
    from mkaudio.prompts import BankCaption

EXPERTS = ("tagger", "retriever", "labels")
DTYPES = ("float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class StarterToolbox:
    """The embedded default: YAMNet hears, the starter space scores, the named experts propose.

    Args:
        folder: of the starter pack.
        experts: names, in the order in which ties fall.
        caption_bank: the user's bank for the retriever; None takes the one generated from our phrases.
        device: for the models.
        dtype: of their forwards: float32, bfloat16 or float16.
        starter_head: file of a trained head for the scorer; None: it goes without.
    """

    folder: Path
    experts: tuple[str, ...] = EXPERTS
    caption_bank: Path | None = None
    device: str = "cpu"
    dtype: str = "float32"
    starter_head: Path | None = None

    @property
    def scorer_name(self) -> str:
        """What the dataset files scores and embeddings under."""
        from mkaudio.models.starter.fingerprints import scorer_name

        return scorer_name(self.starter_head)

    def fingerprints(self) -> dict[str, str]:
        """Return model → hash, without loading weights."""
        from mkaudio.models.starter.fingerprints import ear_fingerprint, scorer_fingerprint
        from mkaudio.pipeline.experts.retriever import bank_fingerprint
        from mkaudio.prompts import PHRASES_VERSION

        words = {"tagger": PHRASES_VERSION, "labels": PHRASES_VERSION, "retriever": bank_fingerprint(self._bank())}
        return {
            "ear": ear_fingerprint(self.folder),
            "scorer": f"{scorer_fingerprint(self.folder, self.starter_head)}-{PHRASES_VERSION}",
            "arithmetic": f"{self.dtype} on {self.device}",
            "order of experts": ",".join(self.experts),
            **{name: words[name] for name in self.experts},
        }

    def __call__(self) -> "Toolbox":
        """Load the models."""
        from mkaudio.models.starter.scorer import StarterScorer
        from mkaudio.models.starter.yamnet import YamnetEar
        from mkaudio.pipeline import Toolbox
        from mkaudio.pipeline.experts.labels import LabelsExpert
        from mkaudio.pipeline.experts.retriever import RetrieverExpert
        from mkaudio.pipeline.experts.tagger import TaggerExpert
        from mkaudio.prompts import load_phrases

        untrusted = frozenset(phrase.name for phrase in load_phrases().values() if phrase.blind)
        ear = YamnetEar(self.folder, self.device, untrusted=untrusted, dtype=self.dtype)
        scorer = StarterScorer(ear, self.folder, self.device, self.dtype, self.starter_head)
        makers: dict[str, Callable[[], Expert]] = {
            "tagger": lambda: TaggerExpert(ear.classes),
            "retriever": lambda: RetrieverExpert(self._bank(), scorer),
            "labels": LabelsExpert,
        }
        return Toolbox(ear, scorer, tuple(makers[name]() for name in self.experts))

    def _bank(self) -> "tuple[BankCaption, ...]":
        from mkaudio.prompts import generated_bank, read_bank

        return read_bank(self.caption_bank) if self.caption_bank else generated_bank()
