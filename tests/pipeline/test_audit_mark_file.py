import pytest

from mkaudio.pipeline.audit import DrawRule, MarkFile

DOG, CAT = ("0000000001", "A dog barks."), ("0000000002", "A cat meows.")


def begun(path):
    file = MarkFile(path)
    file.begin("d1", DrawRule(3))
    file.mark(DOG, "right")
    return file


def test_what_was_marked_is_there_for_the_next_one_who_opens_it(tmp_path):
    assert MarkFile(tmp_path / "m.jsonl").read() is None
    begun(tmp_path / "m.jsonl").mark(CAT, "wrong")
    found = MarkFile(tmp_path / "m.jsonl").read()
    assert (found.dataset, found.rule, found.by_prompt) == ("d1", DrawRule(3), {DOG: "right", CAT: "wrong"})
    MarkFile(tmp_path / "m.jsonl").undo(CAT)
    assert MarkFile(tmp_path / "m.jsonl").read().by_prompt == {DOG: "right"}


def test_cut_at_any_byte_it_is_read_and_goes_on_with_whole_marks(tmp_path):
    path = tmp_path / "m.jsonl"
    begun(path).mark(CAT, "wrong")
    whole = path.read_bytes()
    ends = [place for place, byte in enumerate(whole, 1) if byte == ord("\n")]
    for cut in range(ends[0], len(whole) + 1):
        path.write_bytes(whole[:cut])
        n_marks = sum(end <= cut for end in ends) - 1
        assert len(MarkFile(path).read().by_prompt) == n_marks
        if cut % 10 == 0:  # each writes durably
            MarkFile(path).mark(CAT, "part")
            assert MarkFile(path).read().by_prompt == {**({DOG: "right"} if n_marks else {}), CAT: "part"}


def test_a_file_of_another_kind_is_left_as_it_is(tmp_path):
    (tmp_path / "m.jsonl").write_text("my notes\n")
    with pytest.raises(ValueError, match=r"m.jsonl:1: not a line of JSON"):
        MarkFile(tmp_path / "m.jsonl").read()
    assert (tmp_path / "m.jsonl").read_text() == "my notes\n"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        MarkFile(tmp_path / "nowhere" / "m.jsonl").begin("d1", DrawRule())
