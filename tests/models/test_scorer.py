import numpy as np
import pytest

from mkaudio.models.starter.minilm import MiniLM
from mkaudio.models.starter.scorer import StarterScorer
from mkaudio.models.starter.yamnet import YamnetEar

BARKS = [
    "A dog barks.",
    "A recording of a dog barking.",
    "A dog is barking in the distance.",
    "Somewhere, a dog barks loudly.",
]
OTHERS = ["Rain falls.", "Bark", "", "A dog barks, and then a car passes by."]


@pytest.fixture(scope="module")
def scorer(starter):
    return StarterScorer(YamnetEar(starter, speeds=(1.0,)), starter)


def test_a_text_has_the_same_bits_beside_any_others(scorer):
    texts = [*BARKS, *OTHERS]
    together = scorer.embed_text(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    for number, text in enumerate(texts):
        assert np.array_equal(scorer.embed_text([text])[0], together[number])
    assert scorer.embed_text([]).shape == (0, 384)


@pytest.mark.slow
def test_a_text_is_drawn_to_the_classes_that_it_speaks_of(scorer, starter):
    """Against the formula in float64."""
    minilm, classes = MiniLM(starter / "minilm"), YamnetEar(starter).classes
    names = minilm.embed(list(classes)).astype(np.float64)
    centre = names.mean(axis=0)
    units = (names - centre) / np.linalg.norm(names - centre, axis=1, keepdims=True)
    for text, found in zip(BARKS, scorer.embed_text(BARKS), strict=True):
        own = minilm.embed([text])[0] - centre
        own /= np.linalg.norm(own)
        weights = np.exp(40 * units @ own)
        drawn = weights @ units / weights.sum()
        wanted = 0.6 * own + 0.4 * drawn / np.linalg.norm(drawn)
        assert np.allclose(found, wanted / np.linalg.norm(wanted), atol=2e-5)
        assert found @ units[classes.index("Bark")] > own @ units[classes.index("Bark")]


@pytest.mark.slow
def test_wordings_of_one_event_come_nearer_to_one_another(scorer, starter):
    own = MiniLM(starter / "minilm").embed(BARKS) - scorer._centre
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    found = scorer.embed_text(BARKS)
    apart = np.triu_indices(len(BARKS), 1)
    assert ((found @ found.T)[apart] > (own @ own.T)[apart]).all()
