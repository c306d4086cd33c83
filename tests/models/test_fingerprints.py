import json
import subprocess
import sys

from mkaudio.models.starter import fingerprints

ONCE, THRICE = (1.0,), (1.0, 0.85, 1.18)


def copied(starter, tmp_path, **changed):
    content = json.loads((starter / "starter.json").read_bytes())
    for name, digest in changed.items():
        content["files"][next(file for file in content["files"] if name in file)]["sha256"] = digest
    (tmp_path / "starter.json").write_text(json.dumps(content))
    return tmp_path


def test_they_need_the_hashes_only(starter, tmp_path):
    copy = copied(starter, tmp_path)
    for named in (fingerprints.reader_fingerprint, fingerprints.text_fingerprint):
        assert named(copy) == named(starter) and len(named(starter)) == 16
    for named in (fingerprints.ear_fingerprint, fingerprints.scorer_fingerprint):
        assert named(copy, ONCE) == named(starter, ONCE) != named(starter, THRICE)


def test_other_weights_have_another_name(starter, tmp_path):
    other = copied(starter, tmp_path, yamnet="0" * 64)
    assert fingerprints.ear_fingerprint(other, ONCE) != fingerprints.ear_fingerprint(starter, ONCE)
    assert fingerprints.scorer_fingerprint(other, ONCE) != fingerprints.scorer_fingerprint(starter, ONCE)
    assert fingerprints.reader_fingerprint(other) == fingerprints.reader_fingerprint(starter)
    assert fingerprints.text_fingerprint(other) == fingerprints.text_fingerprint(starter)


def test_they_load_no_torch():
    code = "import sys, mkaudio.models.starter.fingerprints; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_a_head_makes_another_space(starter, tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    named = {fingerprints.scorer_fingerprint(starter, head=head) for head in (None, tmp_path / "a", tmp_path / "b")}
    assert len(named) == 3 and fingerprints.scorer_fingerprint(starter) in named


def test_the_second_ear_is_named_by_its_weights(second_ear, tmp_path):
    content = json.loads((second_ear / "second-ear.json").read_bytes())
    content["files"]["aisfx.safetensors"]["sha256"] = "0" * 64
    (tmp_path / "second-ear.json").write_text(json.dumps(content))
    assert fingerprints.second_ear_fingerprint(tmp_path) != fingerprints.second_ear_fingerprint(second_ear)
