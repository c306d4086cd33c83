import pytest

from mkaudio.pipeline import DistillConfig


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"speech": "yes"}, "--speech yes: one of keep, drop, only"),
        ({"music": "none"}, "--music none: one of"),
        ({"speech": "only", "speech_share": 2.0}, "--speech-share 2: a share"),
        ({"music_share": 0.0}, "--music-share 0: a share"),
        ({"speech_share": float("nan")}, "--speech-share nan"),
        ({"silence_dbfs": 3.0}, "--silence-dbfs 3: a level"),
        ({"min_duration_s": -1.0}, "--min-duration-s -1: 0"),
        ({"min_duration_s": 11.0}, "--min-duration-s 11: .* to 10, the length of a window"),
        ({"max_clipped_share": -0.1}, "--max-clipped-share -0.1: a share"),
        ({"max_clipped_share": 1.1}, "--max-clipped-share 1.1: a share"),
        ({"min_bandwidth_hz": -1.0}, "--min-bandwidth-hz -1: a frequency"),
        ({"min_bandwidth_hz": float("inf")}, "--min-bandwidth-hz inf: a frequency"),
        ({"max_windows_per_file": 0}, "--max-windows-per-file 0: 1 to 512"),
        ({"max_windows_per_file": 9, "samples_per_shard": 8}, "--max-windows-per-file 9: 1 to 8"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_with_its_option(wrong, said):
    with pytest.raises(ValueError, match=said):
        DistillConfig(**wrong)


def test_the_ends_of_every_range_are_allowed():
    DistillConfig(
        silence_dbfs=-200.0, min_duration_s=10.0, max_clipped_share=0.0, speech_share=1.0, max_windows_per_file=512
    )
    DistillConfig(silence_dbfs=0.0, max_clipped_share=1.0, min_bandwidth_hz=0.0)


def test_a_window_is_encoded_ahead_only_where_nothing_is_decided_after_hearing():
    late = [{"speech": "drop"}, {"music": "only"}, {"max_windows_per_file": 1}]
    assert all(DistillConfig(**settings).decides_after_hearing for settings in late)
    assert not DistillConfig(min_bandwidth_hz=4_000.0, min_duration_s=1.0).decides_after_hearing
