from mkaudio.prompts.template_lines import TemplateLines

SOURCE = '''# comment
words.x = ["y"]

[[template]]
relation = "A before X"
text = """{A}, and then
[[template]]
{X}."""

  [[ template ]]  # second
"text" = "{X}"
'''


def test_lines_of_tables_and_keys():
    lines = TemplateLines(SOURCE)
    assert [lines.line("template", 0), lines.line("template", 0, "relation"), lines.line("template", 0, "text")] == [
        4,
        5,
        6,
    ]
    assert [lines.line("template", 1), lines.line("template", 1, "text")] == [10, 11]


def test_what_is_not_found_is_the_table_or_the_first_line():
    lines = TemplateLines(SOURCE)
    assert lines.line("template", 1, "weight") == 10 and lines.line("template", 7) == 1
