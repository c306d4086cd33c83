"""The command that finishes a dataset names every setting that `--resume` would compare."""

from dataclasses import fields

from mkaudio.cli.resume_command import resume_command
from mkaudio.pipeline import DistillConfig
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
