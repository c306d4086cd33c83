from dataclasses import replace

from mkaudio.cli.audit_clips import clip_of, clips_of
from mkaudio.pipeline.audit import Drawn, DrawRule, draw, read_prompts
from mkaudio.shards import DatasetReader, LocalStorage, read_dataset_info


def test_a_clip_has_the_sound_length_and_source_of_its_prompt(audited):
    reader = DatasetReader(audited)
    drawn = draw(
        read_prompts(LocalStorage(audited), read_dataset_info(LocalStorage(audited)), "default"), DrawRule(5)
    ).sample
    found = dict(clips_of(reader, drawn))
    assert sorted(found) == list(range(5)) and [one.shard for one in drawn] != sorted(one.shard for one in drawn)
    for place, one in enumerate(drawn):
        sample, clip = reader.sample(one.key), found[place]
        assert (clip.flac, clip.drawn, clip.source_path) == (sample.flac, one, sample.row["source_path"])
        assert sample.prompt == one.prompt and clip.duration_s == sample.row["duration_s"]
        assert clip_of(reader, one) == clip
    assert clip.source_path not in clip.said_of_it(False) and clip.source_path in clip.said_of_it(True)


def test_two_prompts_of_a_clip_have_its_sound_each(audited):
    reader, first = DatasetReader(audited), next(iter(DatasetReader(audited)))
    one = Drawn(0, first.key, 0, first.prompt, "tagger", 0.5)
    other = replace(one, place=1, prompt="Another.")  # as of a selection with --top-k 2
    assert [clip.flac for _, clip in clips_of(reader, [one, other])] == [first.flac] * 2
