"""What the index pass makes of inputs that the system or a codec fails on."""

import errno
import io
from collections import Counter
from dataclasses import dataclass, field

import pytest
from distilling import write_tone
from fakes import FakeToolbox
from sounds import built

from mkaudio.pipeline import DistillConfig, open_sources
from mkaudio.pipeline.decode import decode_rows
from mkaudio.pipeline.index import HashTask, IndexTask, listed
from mkaudio.pipeline.rows import row_of
from mkaudio.pipeline.sources import Input
from mkaudio.pipeline.task import Workplace
from mkaudio.shards import AudioInfo, Reason, Refusal, open_storage, read_table


class FailingFile(io.BytesIO):
    """A file on a dying disk: only its first bytes can be read."""

    def read(self, size=-1):
        if self.tell() > 1000:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(2000 if size < 0 else min(size, 2000))


@dataclass
class FailingSource:
    source: object
    root_name: str = "in"
    ignored: Counter = field(default_factory=Counter)

    def inputs(self):
        return self.source.inputs()

    def open(self, item):
        return FailingFile(self.source.open(item).read())


def probed(source, tmp_path):
    task = IndexTask(0, {"in": source}, tuple(listed([source])), open_storage(tmp_path), "part.parquet")
    task.run(Workplace(FakeToolbox()))
    (record,) = read_table(tmp_path / "part.parquet").to_pylist()
    return record


@pytest.fixture
def failing(tmp_path):
    write_tone(tmp_path / "in" / "a.wav", 440.0, 3.0)
    (source,) = open_sources([tmp_path / "in"])
    return FailingSource(source)


def test_a_read_error_while_hashing_gives_no_hash(failing):
    rows = tuple(listed([failing]))
    assert HashTask(0, {"in": failing}, rows).run(Workplace(FakeToolbox())) == {"in/a.wav": ""}


def test_a_read_error_while_decoding_costs_one_row(failing, tmp_path):
    row = row_of({**probed(failing.source, tmp_path), "shard": 0, "n_windows": 1, "first_key": 0})
    left = next(iter(decode_rows([row], {"in": failing}, DistillConfig(), (16_000,), {})))
    assert left.refusal.reason is Reason.UNREADABLE and left.n_windows == 1


def test_a_read_error_while_probing_costs_one_row(failing, tmp_path, monkeypatch):
    def fail(handle):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("mkaudio.pipeline.index.probe", fail)
    assert probed(failing, tmp_path)["refusal"] == "unreadable"


def test_an_input_with_a_verdict_is_not_hashed_again(failing):
    rows = tuple(listed([failing]))
    workplace = Workplace(FakeToolbox(), verdicts={"in/a.wav": Refusal(Reason.TIMED_OUT, "it hangs")})
    assert HashTask(0, {}, rows).run(workplace) == {"in/a.wav": ""}


def test_an_unknown_codec_is_one_refused_row(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.mkv").write_bytes(built("mkv-aac").replace(b"A_AAC", b"A_ZZZ"))
    (source,) = open_sources([tmp_path / "in"])
    record = probed(source, tmp_path)
    assert record["refusal"] == "not_audio" and "codec" in record["refusal_message"]


def test_what_is_known_of_a_sound_is_not_looked_at_but_compared_with_an_earlier_run(tmp_path):
    class Unopened:
        root_name, ignored, n_frames = "in", Counter(), 99

        def inputs(self):
            yield Input("a", "composition", info=AudioInfo("WAV", "soundfile", 8_000, 2, self.n_frames, 24))

        def open(self, item):
            raise AssertionError("opened")

    source = Unopened()
    for n_frames in (99, 77):  # the second time the part is there, of a listing that was alike in all but the length
        source.n_frames = n_frames
        found = probed(source, tmp_path)
        stated = [
            found[name] for name in ("container", "decoder", "sample_rate_hz", "channels", "n_frames", "bit_depth")
        ]
        assert stated == ["WAV", "soundfile", 8_000, 2, n_frames, 24] and found["refusal"] == ""
