"""Labelled sounds become a head and its card; val is never learnt from; the scorer takes the head over."""

import csv
import shutil

import numpy as np
import pytest

from mkaudio.cli.toolbox import StarterToolbox
from mkaudio.models.sound_file import read_mono
from mkaudio.models.starter import head_training
from mkaudio.models.starter.head import load_head
from mkaudio.models.starter.scorer import StarterScorer
from mkaudio.models.starter.train_head import CARD_FILE, HEAD_FILE, train_head
from mkaudio.models.starter.yamnet import YamnetEar
from mkaudio.prompts import load_phrases

PLACES = {
    "train": {"one": ("cat", "cow", "duck"), "two": ("frog", "owl")},
    "val": {"three": ("pig", "rooster")},
}

pytestmark = pytest.mark.slow  # it hears, trains and distils


def write_list(folder, wrong_val=False):
    with (folder / "labels.csv").open("w", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(["path", "set", "split", "label"])
        for split, packages in PLACES.items():
            for package, names in packages.items():
                for name in names:
                    label = f"a violin {name}" if wrong_val and split == "val" else name
                    table.writerow([f"{name}.mp3", package, split, label])


@pytest.fixture(scope="module")
def trained(starter, demo_sounds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    for name in (name for packages in PLACES.values() for names in packages.values() for name in names):
        shutil.copy(demo_sounds / f"{name}.mp3", folder)
    blind = frozenset(phrase.name for phrase in load_phrases().values() if phrase.blind)  # as in a run
    ear, patch = YamnetEar(starter, untrusted=blind), pytest.MonkeyPatch()
    patch.setattr(head_training, "ALPHAS", (2.0,))
    patch.setattr(head_training, "LABEL_SHARES", (0.6,))
    patch.setattr(head_training, "STRENGTHS", (0.7, 3.0))
    written = {}
    for wrong_val in (True, False):
        write_list(folder, wrong_val)
        head, card = train_head(folder, starter, ear, folder / "out", lambda *_: None)
        written[wrong_val] = ((folder / "out" / HEAD_FILE).read_bytes(), head, card)
    patch.undo()
    return folder, ear, written


def test_val_is_not_learnt_from(trained):
    *_, written = trained
    assert written[True][0] == written[False][0] and written[True][2] != written[False][2]
    assert written[False][1].facts.trained_on == {"one": 3, "two": 2}


def test_the_card_stands_beside_it(trained):
    folder, _, written = trained
    card = (folder / "out" / CARD_FILE).read_text()
    assert card == written[False][2]
    assert "5 labelled sounds" in card and "On 2 sounds and 2 labels" in card and "(three)" in card


def test_the_scorer_with_a_head(trained, starter):
    folder, ear, _ = trained
    path = folder / "out" / HEAD_FILE
    bare, headed = StarterScorer(ear, starter), StarterToolbox(starter, starter_head=path)().scorer
    assert (bare.name, headed.name) == ("starter", "starter+head")
    assert bare.fingerprint() != headed.fingerprint()
    clips = [read_mono(folder / f"{name}.mp3", 16_000, 10) for name in ("cat", "pig")]
    vectors = headed.embed_audio(clips)
    embeddings = np.stack([one.embeddings.mean(axis=0) for one in ear.listen(clips)])
    wanted = bare.embed_audio(clips) + load_head(path, starter).residual(embeddings)
    assert np.allclose(vectors, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-6)
    assert np.array_equal(vectors[1:], headed.embed_audio(clips[1:]))
    cat = bare.embed_text(["cat"])[0]
    assert np.array_equal(cat, headed.embed_text(["cat"])[0])
    assert vectors[0] @ cat > bare.embed_audio(clips)[0] @ cat + 0.02  # it was trained on this very sound


def test_a_run_with_a_head_is_another_run(trained, starter):
    folder, *_ = trained
    bare, headed = StarterToolbox(starter), StarterToolbox(starter, starter_head=folder / "out" / HEAD_FILE)
    assert (bare.scorer_name, headed.scorer_name) == ("starter", "starter+head")
    differ = {name for name, value in bare.fingerprints().items() if headed.fingerprints()[name] != value}
    assert differ == {"scorer"}


def test_a_split_that_is_empty_is_named(trained, starter, tmp_path):
    folder, ear, _ = trained
    lines = (folder / "labels.csv").read_text().splitlines()
    shutil.copy(folder / "cat.mp3", tmp_path)
    (tmp_path / "labels.csv").write_text("\n".join(lines[:2]) + "\n")
    with pytest.raises(ValueError, match="of split val"):
        train_head(tmp_path, starter, ear, tmp_path / "out", lambda *_: None)
