import numpy as np

from mkaudio.pipeline.scoring import cosine_scores, score_percentiles
from mkaudio.pipeline.selection import choose
from mkaudio.shards import Candidate


def unit(*values):
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_a_score_does_not_depend_on_the_texts_beside_it():
    rng = np.random.default_rng(0)
    audio = unit(*rng.normal(size=384))
    texts = np.stack([unit(*rng.normal(size=384)) for _ in range(37)])
    together = cosine_scores(audio, texts)
    assert together == [cosine_scores(audio, text[None])[0] for text in texts]
    assert np.allclose(together, texts @ audio, atol=6e-5)


def test_percentile_counts_mismatched_sources_only():
    audio = np.stack([unit(1, 0), unit(1, 0), unit(0, 1), unit(1, 1)])
    prompts = np.stack([unit(1, 0), np.zeros(2, np.float32), unit(0, 1), unit(1, 0)])
    found = score_percentiles(audio, prompts, ["a", "a", "b", "c"])
    assert found == [1.0, None, 1.0, round(1 / 3, 4)]


def test_percentile_is_unknown_where_nothing_is_mismatched():
    one = np.stack([unit(1, 0)])
    assert score_percentiles(one, one, ["a"]) == [None]
    assert score_percentiles(np.zeros((0,)), np.zeros((0,)), []) == []


def candidate(text, expert="tagger"):
    return Candidate(expert, "1", text)


def test_ties_fall_to_expert_order_and_equal_texts_to_the_first():
    candidates = [candidate("A dog barks."), candidate("A cat meows."), candidate("A dog barks.", "labels")]
    verdicts = choose(candidates, [0.5, 0.5, 0.5])
    assert [verdict.rank for verdict in verdicts] == [0, 1, 2]
    assert [verdict.reason for verdict in verdicts] == ["best_score", "lower_score", "same_text"]


def test_the_best_score_wins_wherever_it_stands():
    verdicts = choose([candidate("a"), candidate("b"), candidate("c")], [0.1, 0.2, 0.3])
    assert [(verdict.rank, verdict.decision) for verdict in verdicts] == [(2, "lost"), (1, "lost"), (0, "kept")]
