import hashlib
from types import SimpleNamespace

from mkaudio.pipeline.stages import _seed


def test_a_clip_has_its_own_seed_which_bytes_and_place_alone_decide():
    window = SimpleNamespace(sha256="ab12", start_s=10.0)
    assert _seed(window) == int(hashlib.sha256(b"ab12:10.0").hexdigest()[:16], 16)
    others = [SimpleNamespace(sha256="ab12", start_s=20.0), SimpleNamespace(sha256="ab13", start_s=10.0)]
    assert len({_seed(one) for one in (window, *others)}) == 3
