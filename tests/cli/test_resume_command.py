"""The command that finishes a dataset names every setting that `--resume` would compare."""

import json
from dataclasses import asdict, fields

from mkaudio.cli.resume_command import resume_command
from mkaudio.pipeline import DistillConfig
from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.static import static_config
from mkaudio.shards import DatasetInfo

NO_OPTION = {"min_tail_s", "limit"}
"""Nobody can choose the first; the second is not compared."""


def test_every_setting_that_differs_from_the_usual_is_named():
    other = {
        "window_s": 5.0, "store_rate_hz": 16_000, "store_channels": "source", "samples_per_shard": 9, "batch_size": 2,
        "silence_dbfs": -50.0, "file_names": False, "min_score": 0.1, "min_duration_s": 0.5, "max_clipped_share": 0.25,
        "min_bandwidth_hz": 4_000.0, "speech": "drop", "music": "only", "speech_share": 0.25, "music_share": 0.75,
        "max_windows_per_file": 3, "max_events": 2,
    }  # fmt: skip
    assert set(other) | NO_OPTION == {field.name for field in fields(DistillConfig)}
    said = resume_command("out", DatasetInfo(DistillConfig(**other).as_dict(), {}, "starter"))
    for name, value in other.items():
        option = (
            "--no-file-names" if name == "file_names" else f"--{name.removesuffix('_hz') if name[:2] == 'st' else name}"
        )
        assert (
            f"{option.replace('_', '-')}{'' if value is False else f' {value:g}' if type(value) is float else f' {value}'} "
            in said
        )
    usual = DatasetInfo(DistillConfig().as_dict(), {}, "starter")
    assert resume_command("out", usual) == "mkaudio distill --output out --resume"


def composed(events="3f", templates="natural 1a", epochs="0:3", scorer="starter", shard=512, **recipe):
    settings = {f"recipe.{name}": json.dumps(value) for name, value in asdict(Recipe(**recipe)).items()}
    models = {"events": events, "templates": templates, "epochs": epochs, **settings}
    return resume_command("static", DatasetInfo(static_config(Recipe(**recipe), shard).as_dict(), models, scorer))


def test_a_dataset_of_compositions_is_gone_on_with_by_reprogram():
    usual = "mkaudio reprogram OUT --events EVENTS --templates natural --output static --epochs 0:3 --resume"
    assert composed() == usual
    assert "--templates TEMPLATES " in composed(templates="my own 1a")
    other = composed(
        epochs="4:5", scorer="starter-fast", shard=9, seed=3, sample_rate_hz=8_000, channels=2, window_s=2.5,
        weights=(0.0, 1.0, 2.5),
    )  # fmt: skip
    for words in ("--epochs 4:5 ", "--clap starter-fast ", "--seed 3 ", "--rate 8000 ", "--channels stereo ",
                  "--window-s 2.5 ", "--n-events 0,1,2.5 ", "--samples-per-shard 9 "):  # fmt: skip
        assert words in other
    assert "--recipe" not in other and "--recipe RECIPE" in composed(min_part_s=0.5)
    alone = composed(events="none", templates="none", weights=(1.0, 0.0, 0.0))
    assert alone == "mkaudio reprogram OUT --output static --epochs 0:3 --resume"
