"""A setting that makes no sense is named, with its value and what would do."""

import json

import pytest

from mkaudio.models.training.config import FREE_ON_RESUME, TrainingConfig, settings_of


@pytest.mark.parametrize(("name", "value"), [
    ("max_steps", 0), ("max_minutes", -1), ("batch_size", 0), ("accumulate", 0), ("learning_rate", 0.0), ("betas", (0.9, 1.0)),
    ("betas", (0.9,)), ("weight_decay", -0.1), ("warm_up_steps", -1), ("decay", "linear"), ("clip_norm", -1.0),
    ("ema_decay", 1.0), ("precision", "float16"), ("log_every", 0), ("validate_every", -1), ("keep_checkpoints", 0),
    ("learning_rate", float("nan")), ("learning_rate", float("inf")), ("clip_norm", float("inf")),
])  # fmt: skip
def test_a_setting_without_sense_is_refused(name, value):
    with pytest.raises(ValueError, match=f"^{name} = .*: give "):
        TrainingConfig(**{"max_steps": 10, name: value})


def test_a_batch_divides_or_is_refused():
    config = TrainingConfig(max_steps=1, batch_size=12, accumulate=2)
    assert [config.rows_at_a_time(n) for n in (1, 2, 3, 6)] == [6, 3, 2, 1]
    with pytest.raises(
        ValueError, match=r"batch_size = 12 does not divide into 4 process.*accumulate = 2.*multiple of 8"
    ):
        config.rows_at_a_time(4)


def test_the_settings_are_those_of_the_config_and_plain():
    config = TrainingConfig(max_steps=7, betas=(0.5, 0.9))
    settings = json.loads(json.dumps(settings_of(config)))
    assert TrainingConfig(**{**settings, "betas": tuple(settings["betas"])}) == config
    assert set(settings) >= FREE_ON_RESUME
