"""A dataset with a ledger worth choosing from: three stand-in experts with several captions a clip, ties among them."""

from dataclasses import dataclass

from distilling import run_distill, write_tone
from fakes import FakeEar, FakeScorer

from mkaudio.pipeline import Toolbox
from mkaudio.shards import Candidate

EXPERTS = ("tagger", "retriever", "labels")


class Proposer:
    def __init__(self, name):
        self.name = name

    def fingerprint(self):
        return "proposer-1"

    def propose(self, clips):
        return [list(self._captions(clip)) for clip in clips]

    def _captions(self, clip):
        number = round(clip.duration_s * 10)
        if self.name == "labels":
            if number % 3:
                yield Candidate("labels", "1", f"The name of {number}.", 1)
        elif number != 13:  # that clip has no captions of these, and none of the labels where 13 % 3 were 0
            yield Candidate(self.name, "1", f"What every expert says of {number}.", 2)
            for variant in range(2 if self.name == "tagger" else 3):
                yield Candidate(
                    self.name, "1", f"{self.name} {variant} on {number}.", variant + (self.name == "tagger")
                )


@dataclass(frozen=True)
class ChoirToolbox:
    scorer_name: str = "fake"

    def fingerprints(self):
        return {"scorer": "scorer-1", "order of experts": ",".join(EXPERTS)}

    def __call__(self):
        return Toolbox(FakeEar(), FakeScorer(), tuple(map(Proposer, EXPERTS)))


def choir(folder, mode="new", n=10, **settings):
    """Distil `n` tones of their own lengths into folder/out: a shard for every four clips."""
    for number in range(n):
        write_tone(folder / "in" / f"{number:02d}.wav", 200.0 + 70 * number, 0.5 + 0.1 * number)
    run_distill([folder / "in"], folder / "out", mode, factory=ChoirToolbox(), **settings)
    return folder / "out"
