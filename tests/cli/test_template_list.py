from mkaudio.prompts import load_templates, template_set_names


def test_every_set_with_an_example_of_each_relation(mkaudio):
    code, shown, _ = mkaudio("reprogram", "--templates")
    assert code == 0
    for name in template_set_names():
        templates = load_templates(name)
        assert f"{name}: {len(templates.templates)} patterns" in shown
        block = shown.split(f"{name}: ")[1].split("\n\n")[0]
        for layout in templates.layouts:
            (line,) = (line for line in block.splitlines() if line.startswith(f"  {layout.value}  "))
            assert line.split()[-1].endswith(".") and "{" not in line


def test_every_pattern_of_one_set_or_of_the_users(mkaudio, tmp_path):
    (tmp_path / "mine.toml").write_text('[[template]]\nrelation = "A before X"\ntext = "{A}, and then {X}."\n')
    code, shown, _ = mkaudio("reprogram", "--templates", "paper")
    assert code == 0 and all(one.text in shown and one.name in shown for one in load_templates("paper").templates)
    code, shown, _ = mkaudio("reprogram", "--templates", tmp_path / "mine.toml")
    assert code == 0 and "{A}, and then {X}." in shown and "A dog barks, and then rain falls." in shown
    code, _, complaint = mkaudio("reprogram", "--templates", "nature")
    assert code == 2 and "the nearest valid name is 'natural'" in complaint
