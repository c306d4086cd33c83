import json

import pytest

from mkaudio.pipeline.audit import Draw, Drawn, DrawRule, check_marks, parse_marks, rule_line
from mkaudio.pipeline.audit.marks import UNDO, mark_line

RULE = DrawRule(3)
DOG, CAT = ("0000000001", "A dog barks."), ("0000000002", "A cat meows.")


def text(*lines, rule=RULE, dataset="d1"):
    return "\n".join([rule_line(dataset, rule), *lines, ""])


def drawn(*prompts):
    return Draw(RULE, tuple(Drawn(0, key, 0, prompt, "a", 0.5) for key, prompt in prompts), {"a": 9})


def test_the_last_mark_counts_and_undo_takes_it_back():
    lines = [mark_line(DOG, "right"), mark_line(CAT, "part"), mark_line(DOG, "wrong")]
    assert list(parse_marks(text(*lines), "f").by_prompt.items()) == [(CAT, "part"), (DOG, "wrong")]  # newest last
    assert parse_marks(text(*lines, mark_line(DOG, UNDO)), "f").by_prompt == {CAT: "part"}


@pytest.mark.parametrize("prompt", ["\u2028 \x85 \x1c line ends", 'quote " \\ </script>', "\ud7ff \U0001f415 \x00\n"])
def test_any_prompt_comes_back_as_it_was_from_our_lines_and_from_a_browsers(prompt):
    one = ("0000000001", prompt)
    by_browser = json.dumps({"key": one[0], "prompt": prompt, "mark": "right"}, ensure_ascii=False)
    for line in (mark_line(one, "right"), by_browser):
        assert parse_marks(text(line), "f").by_prompt == {one: "right"}


def test_a_sample_that_grew_is_the_larger_one():
    grown = text(mark_line(DOG, "right")) + text(mark_line(CAT, "right"), rule=DrawRule(9))
    assert parse_marks(grown, "f").rule == DrawRule(9) and len(parse_marks(grown, "f").by_prompt) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (mark_line(DOG, "right"), "no line says which sample"),
        (text() + text(rule=DrawRule(3, seed=1)), "f:2: marks of another sample"),
        (text() + text(dataset="d2"), "f:2: marks of another sample"),
        (text("{"), "f:2: not a line of JSON"),
        (text("[" * 5_000), "f:2: not a line of JSON"),
        (text("[1]"), "f:2: list instead of an object"),
        (text(mark_line(DOG, "maybe")), "f:2: .*found mark 'maybe'"),
        (text('{"key": 1, "prompt": "x", "mark": "right"}'), "f:2: a mark has key"),
        (text('{"key": "1", "prompt": "x", "mark": ["right"]}'), "f:2: a mark has key"),
        (text().replace('"seed": 0', '"seed": "0"'), "f:1: seed: missing or of another type"),
        (text().replace('"n": 3', '"n": true'), "f:1: n: missing or of another type"),
        (text().replace('"dataset": "d1"', '"dataset": 1'), "f:1: dataset"),
        (text().replace('"mkaudio_audit": 1', '"mkaudio_audit": 2'), "format 2; this mkaudio reads 1"),
    ],
)
def test_what_is_no_file_of_marks_is_refused_by_its_line(content, said):
    with pytest.raises(ValueError, match=said):
        parse_marks(content, "f")


def test_marks_of_this_sample_pass_and_all_others_are_refused_with_their_number():
    marks = parse_marks(text(mark_line(DOG, "right"), mark_line(CAT, "skip")), "f")
    check_marks(marks, "d1", drawn(CAT, DOG), "f")
    with pytest.raises(ValueError, match=r"f: its 2 marks are of another dataset .*d1, here d2"):
        check_marks(marks, "d2", drawn(CAT, DOG), "f")
    with pytest.raises(
        ValueError, match=r"f: 1 of its 2 marks .*'A dog barks.' of clip 0000000001: it is 'A cow moos.' now"
    ):
        check_marks(marks, "d1", drawn(CAT, (DOG[0], "A cow moos.")), "f")
    with pytest.raises(ValueError, match=r"f: 2 of its 2 marks .*not in the sample"):
        check_marks(marks, "d1", drawn(("0000000003", "Rain falls.")), "f")
