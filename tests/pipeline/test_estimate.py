"""What filters do to an estimate: windows that are left out cost time and no space."""

from mkaudio.pipeline.estimate import Estimate, Trial


def lines_of(kept=1_000, clips=32):
    trial = Trial(took_s=3.2, windows=32, clips=clips, flac_bytes=clips * 500_000, audio_s=clips * 10.0)
    return Estimate(40, {}, 0, 1_000, 10_000.0, trial, kept).lines()


def test_without_filters_all_clips_cost_time_and_space():
    assert lines_of()[1:5] == [
        "clips     1,000",
        "hours     2.78",
        "on disk   about 0.50 GB of FLAC",
        "time      about 1.7 min with one worker (32 clips took 3.20 s)",
    ]


def test_what_is_left_out_still_takes_its_time():
    said = lines_of(clips=8)
    assert "on disk   about 0.12 GB of FLAC" in said and "left out  24 of the 32 clips tried" in said[5]
    assert said[4] == lines_of()[4]


def test_of_each_sound_only_so_many_are_stored():
    said = lines_of(kept=200)
    assert said[1] == "clips     1,000, of which at most 200 are kept" and said[3] == "on disk   about 0.10 GB of FLAC"
