import re

import pytest

from mkaudio.prompts.template_file import parse_templates

GOOD = '[[template]]\nrelation = "A before X"\ntext = "{A}, and then {X}."\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "mine.toml:1: no [[template]]"),
        ("# nothing\n[words]\n", "mine.toml:1: no [[template]]"),
        ("template = 3\n", "mine.toml:1: no [[template]]"),
        (GOOD + "[[templates]]\n", "mine.toml:4: unknown table or key 'templates'; the nearest valid name is 'template'"),
        (GOOD + 'wait = 2\n', "mine.toml:4: unknown key 'wait'; the nearest valid name is 'weight'"),
        (GOOD + "weight = 0\n", "mine.toml:4: weight is 0"),
        (GOOD + "weight = true\n", "mine.toml:4: weight is True"),
        (GOOD + 'vouched = "yes"\n', "mine.toml:4: vouched is 'yes'"),
        (GOOD + 'takes = "clause"\n', "mine.toml:4: takes is 'clause'"),
        (GOOD + 'takes = []\n', "mine.toml:4: takes is empty"),
        (GOOD + 'takes = ["clauze"]\n',
         "mine.toml:4: takes: unknown kind of caption 'clauze'; the nearest valid name is 'clause'"),
        (GOOD + '[[template]]\ntext = "{A}"\n', "mine.toml:4: relation is missing in template 2"),
        (GOOD + '[[template]]\nrelation = "A before X"\n', "mine.toml:4: text is missing in template 2"),
        (GOOD + '[[template]]\n\nrelation = "A befor X"\ntext = "{A}"\n',
         "mine.toml:6: unknown relation 'A befor X'; the nearest valid name is 'A before X'"),
        (GOOD + '[[template]]\nrelation = "A before X"\n\ntext = "{A}, {Z}"\n', "mine.toml:7: unknown slot {Z}"),
        (GOOD + '[[template]]\nrelation = "X before A"\ntext = "{A} before {X}"\n',
         "mine.toml:6: relation 'X before A', but its words say that A comes"),
        (GOOD + '[[template]]\nrelation = "A before X"\ntext = "{A}, then then {X}"\n',
         "mine.toml:6: its sentence is no good caption (doubled_word)"),
        (GOOD + '[words]\nv = []\n', "mine.toml:5: words: v is []"),
        (GOOD + '[words]\nA = ["x"]\n', "mine.toml:5: words: 'A' cannot be a slot"),
        (GOOD + '[words]\nv = ["two  spaces"]\n', "mine.toml:5: words: v has 'two  spaces'"),
        ("words = 3\n" + GOOD, "mine.toml:1: words is 3"),
        (GOOD + 'text = "twice"\n', "mine.toml:4: not TOML: Cannot overwrite a value"),
        (GOOD + '[[template\n', "mine.toml:4: not TOML"),
        (GOOD + 'a = "', "mine.toml:4: not TOML"),
        ((GOOD + "# caf").encode() + b"\xe9\n", "mine.toml:4: not UTF-8 (byte 0xe9)"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(content, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        parse_templates(content if isinstance(content, bytes) else content.encode(), "mine", "mine.toml")
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_and_windows_lines_are_no_mistakes():
    (template,) = parse_templates(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), "mine", "mine.toml")
    assert (template.name, template.weight) == ("mine:1", 1)
