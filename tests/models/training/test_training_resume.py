"""A training that goes on is the one that was begun: what differs is named with both values."""

from dataclasses import replace
from pathlib import Path

import pytest
from training_fakes import FakeTask, config_of, opened

from mkaudio.models.training.batches import Streams
from mkaudio.models.training.checkpoint import Checkpoint
from mkaudio.models.training.config import FREE_ON_RESUME
from mkaudio.models.training.resume import check_held_out, check_same, facts_of

CONFIG = config_of()


def begun(task=None, config=CONFIG):
    import json

    facts = json.loads(json.dumps(facts_of(task or FakeTask(), config, opened()(0, 1), {})))
    return Checkpoint(Path("run/checkpoints/1"), 1, facts, {})


def test_the_same_goes_on():
    check_same(begun(), FakeTask(), CONFIG)


FREE = {
    "max_steps": 99, "max_minutes": 3.0, "accumulate": 2, "compile": True, "log_every": 9, "validate_every": 9,
    "validate_batches": 9, "show_every": 9, "checkpoint_every": 9, "keep_checkpoints": 9,
}  # fmt: skip


def test_what_may_differ_may():
    assert FREE.keys() == FREE_ON_RESUME
    check_same(begun(), FakeTask(), replace(CONFIG, **FREE))


@pytest.mark.parametrize(("name", "value", "said"), [
    ("batch_size", 16, "batch_size was 8, is 16"), ("learning_rate", 0.5, "learning_rate was 0.01, is 0.5"),
    ("seed", 1, "seed was 0, is 1"), ("betas", (0.5, 0.9), r"betas was \[0.9, 0.999\], is \[0.5, 0.9\]"),
    ("decay", "cosine", "decay was 'constant', is 'cosine'"), ("precision", "bfloat16", "precision was 'float32', is 'bfloat16'"),
    ("ema_decay", 0.1, "ema_decay was 0.9, is 0.1"), ("warm_up_steps", 0, "warm_up_steps was 3, is 0"),
    ("weight_decay", 0.0, "weight_decay was 0.01, is 0.0"), ("clip_norm", 0.0, "clip_norm was 1.0, is 0.0"),
])  # fmt: skip
def test_what_may_not_differ_is_named(name, value, said):
    with pytest.raises(ValueError, match=rf"run/checkpoints/1 was made with other settings: {said}; set them back"):
        check_same(begun(), FakeTask(), replace(CONFIG, **{name: value}))


def test_every_setting_is_free_or_tried_above():
    from dataclasses import fields

    marks = test_what_may_not_differ_is_named.pytestmark[0].args[1]
    assert {field.name for field in fields(CONFIG)} == FREE_ON_RESUME | {name for name, _, _ in marks}


def test_another_task_or_network_is_named():
    with pytest.raises(ValueError, match=r"network\.width was 6, is 5"):
        check_same(begun(), FakeTask(width=5), CONFIG)
    other = FakeTask()
    other.config = lambda: {"network": {"width": 6, "shape": [1, 12], "new": None}}
    with pytest.raises(ValueError, match=r"settings: network\.new was unset, is None;"):
        check_same(begun(), other, CONFIG)
    other.name = "ldm"
    with pytest.raises(ValueError, match="is of the task 'fake', this one is 'ldm'"):
        check_same(begun(), other, CONFIG)


def test_what_has_a_fingerprint_may_have_another_name():
    task, moved, changed, renamed = (FakeTask() for _ in range(4))
    for one, name, fingerprint in ((task, "a/clap", "1"), (moved, "b/clap", "1"), (changed, "a/clap", "2")):
        one.config = lambda found={"name": name, "fingerprint": fingerprint}: {"reader": found}
    check_same(begun(task), moved, CONFIG)
    with pytest.raises(ValueError, match=r"settings: reader\.fingerprint was '1', is '2';"):
        check_same(begun(task), changed, CONFIG)
    task.config, renamed.config = (lambda found=found: {"loss": {"name": found}} for found in ("l1", "l2"))
    with pytest.raises(ValueError, match=r"loss\.name was 'l1', is 'l2'"):
        check_same(begun(task), renamed, CONFIG)


def test_the_facts_say_what_made_it():
    facts = facts_of(FakeTask(), CONFIG, opened()(0, 1), {})
    assert facts["stream"] == {"fingerprint": "fake 0 8", "state": {"kind": "fake 0 8", "epoch": 0, "step": 0}}
    assert facts["val_stream"]["fingerprint"] == "fake 7 4" and facts["versions"]["torch"]


def test_it_is_judged_by_the_same_sounds():
    streams = opened()(0, 1)
    check_held_out(begun(), streams)
    with pytest.raises(ValueError, match=r"held out were the sounds fake 7 4, now they are none: give the --val-data"):
        check_held_out(begun(), Streams(streams.train))
    with pytest.raises(ValueError, match="now they are fake 0 8"):
        check_held_out(begun(), Streams(streams.train, streams.train))
