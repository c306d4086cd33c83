"""Lint in the flow: refused candidates stay in the ledger, are never scored, never chosen; nothing is lost."""

from dataclasses import dataclass

import pandas as pd
from distilling import run_distill, write_tone
from fakes import FakeEar, FakeScorer, FakeToolbox

from mkaudio.pipeline import Toolbox
from mkaudio.pipeline.experts.labels import LabelsExpert
from mkaudio.pipeline.linting import REFUSED, in_place, lint_all
from mkaudio.shards import Candidate, DatasetReader, Verdict, verify


class StrictScorer(FakeScorer):
    """Scores English sentences, and nothing else."""

    def embed_text(self, texts):
        assert all(text[0].isupper() and text.endswith(".") and "Hund" not in text for text in texts), texts
        return super().embed_text(texts)


@dataclass(frozen=True)
class LabelsToolbox(FakeToolbox):
    def __call__(self):
        return Toolbox(FakeEar(), StrictScorer(), (LabelsExpert(), LabelsExpert()))


def test_mended_and_refused_each_in_its_place():
    proposed = [Candidate("a", "1", "a dog"), Candidate("a", "1", "12"), Candidate("a", "1", "A cat.", 1)]
    linted = lint_all(proposed)
    assert [type(one) for one in linted] == [Candidate, Verdict, Candidate]
    assert (linted[0].text, linted[0].proposed) == ("A dog.", "a dog") and linted[2] is proposed[2]
    assert linted[1] == Verdict(proposed[1], None, None, REFUSED, "no_words")
    chosen = [Verdict(one, 0.5, rank, "x", "y") for rank, one in enumerate((linted[0], linted[2]))]
    assert in_place(linted, chosen) == (chosen[0], linted[1], chosen[1])


def test_captions_of_an_expert_whose_are_linted_stay_to_the_letter():
    proposed = [Candidate("a", "1", "a dog"), Candidate("b", "1", "a  dog"), Candidate("b", "1", "12")]
    linted = lint_all(proposed, {"b"})
    assert linted[0].text == "A dog." and linted[1:] == proposed[1:]


def test_through_the_whole_flow(tmp_path):
    rows = {
        "a.wav": ("", "wind (0.83) in  the trees of a forest"), "b.wav": ("de", "Hund"), "c.wav": ("", "Ein Hund bellt"),
        "d.wav": ("", ""), "e.wav": ("", "Ein Hund bellt;dog"),
    }  # fmt: skip
    for number, name in enumerate(rows):
        write_tone(tmp_path / name, 300.0 + 40 * number)
    lines = [f"{name},{language},{label}" for name, (language, label) in rows.items()]
    (tmp_path / "list.csv").write_text("\n".join(["path,language,label", *lines]) + "\n")
    run_distill([tmp_path / "list.csv"], tmp_path / "out", factory=LabelsToolbox(), file_names=False)
    assert list(verify(tmp_path / "out")) == []
    manifest = pd.read_parquet(tmp_path / "out" / "manifest").set_index("source_path")
    assert manifest.prompt.to_dict() == {
        "a.wav": "Wind in the trees of a forest.", "b.wav": "", "c.wav": "", "d.wav": "", "e.wav": "A dog barks.",
    }  # fmt: skip
    assert manifest.language.to_dict() == {"a.wav": "", "b.wav": "de", "c.wav": "de", "d.wav": "", "e.wav": ""}
    assert [list(labels) for labels in manifest.labels[["b.wav", "c.wav"]]] == [["Hund"], ["Ein Hund bellt"]]
    ledger = pd.read_parquet(tmp_path / "out" / "candidates").merge(manifest.reset_index()[["key", "source_path"]])
    first = ledger[ledger.source_path == "a.wav"]
    assert list(first.text.unique()) == ["Wind in the trees of a forest."] and list(first.reason) == [
        "best_score",
        "same_text",
    ]
    assert first.proposed.iloc[0] == "Wind (0.83) in the trees of a forest." and list(first.mendings.iloc[0]) == [
        "confidence"
    ]
    refused = ledger[ledger.decision == "refused"]
    assert list(refused.source_path) == ["b.wav", "b.wav", "c.wav", "c.wav", "e.wav", "e.wav"]
    assert refused.score.isna().all() and refused["rank"].isna().all() and set(refused.reason) == {"not_english"}
    assert (refused.text == refused.proposed).all() and (refused.mendings.map(len) == 0).all()
    assert [sample.prompt for sample in DatasetReader(tmp_path / "out")].count("") == 3
