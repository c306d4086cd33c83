import numpy as np
from static_twin import clips_in, samples_of

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.pipeline.experts.reprogrammed import ReprogrammedExpert
from mkaudio.pipeline.linting import lint_all
from mkaudio.pipeline.timeline import Timeline


def heard(composition):
    none = np.zeros(0, np.float32)
    return HeardClip(1.0, {}, none, none, Timeline((), 0.0, 0.0), none, labels=("dog",), composition=composition)


def test_it_says_what_was_composed_and_nothing_of_a_recording(tmp_path):
    made = samples_of(clips_in(tmp_path / "clips", (3,), prompt="a dog  barks (0.83)"), tmp_path).made(4).composition
    found, nothing = ReprogrammedExpert("v1").propose([heard(made), heard(None)])
    (candidate,) = found
    assert (candidate.text, candidate.n_events, candidate.version) == (made.prompt, made.n_events, "v1")
    assert nothing == []


def test_lint_leaves_its_sentences_as_the_stream_gives_them(tmp_path):
    made = (
        samples_of(clips_in(tmp_path / "clips", (1,), prompt="Label: a owl hoots (0.83)"), tmp_path).made(0).composition
    )
    expert = ReprogrammedExpert("v1")
    ((candidate,),) = expert.propose([heard(made)])
    assert expert.is_linted and lint_all([candidate], {expert.name}) == [candidate] != lint_all([candidate])
