import hashlib
import shutil

import numpy as np
from distilling import run_distill

from mkaudio.pipeline.duplicates import Digests
from mkaudio.pipeline.known import known
from mkaudio.shards import DatasetInfo, open_storage, read_dataset_info


def digests_of(*contents):
    sha256 = [list(hashlib.sha256(content).digest()) for content in contents]
    return Digests(np.arange(len(contents)), np.array(sha256, np.uint8).reshape(-1, 32))


def test_a_first_generation_knows_nothing(tmp_path):
    nothing = known(open_storage(tmp_path), DatasetInfo({}, {}, "fake"))
    assert not nothing.inputs and not len(nothing.sizes)
    assert nothing.find(digests_of(b"a", b"b")).tolist() == [-1, -1] and nothing.find(digests_of()).tolist() == []


def test_a_sound_of_the_dataset_is_found_by_its_bytes_and_by_where_it_lies(tones, tmp_path):
    shutil.copy(tones / "3.wav", tones / "copy.wav")
    (tones / "refused.wav").write_bytes(b"no sound")
    run_distill([tones], tmp_path / "out")
    storage = open_storage(tmp_path / "out")
    found = known(storage, read_dataset_info(storage))
    kept = [path for path in tones.iterdir() if path.name != "refused.wav"]
    stated = {(f"tones/{path.name}", path.stat().st_size, path.stat().st_mtime_ns) for path in kept}
    assert found.inputs == stated, "a duplicate of what is there is there, what was refused is not"
    assert found.sizes.tolist() == sorted({path.stat().st_size for path in tones.iterdir()})
    contents = [(tones / name).read_bytes() for name in ("long.wav", "copy.wav", "refused.wav")]
    places = found.find(digests_of(*contents)).tolist()
    assert places[2] == -1 and [found.names[place].as_py() for place in places[:2]] == ["tones/long.wav", "tones/3.wav"]
    assert len(found.names) == len(set(found.names.to_pylist())) == 11, "one a sound, not one a window"
