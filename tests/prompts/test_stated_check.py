import pytest

from mkaudio.prompts.layout import Layout
from mkaudio.prompts.stated_check import layouts_stated, what_is_wrong
from mkaudio.prompts.template_set import load_templates


def test_natural_templates_state_their_own_layout_and_no_other_order():
    """An overlap without a background may be any of the three overlaps; everything else is one layout."""
    for template in load_templates("natural").templates:
        parts = set(template.layout.value) & set("ABX")
        others = {one.in_turn for one in layouts_stated(template.text, parts)}
        assert others == {template.layout.in_turn}, template.text
        if "background" in template.text:
            assert layouts_stated(template.text, parts) == [template.layout], template.text


@pytest.mark.parametrize("layout", [one for one in Layout if one.n_events])
def test_the_mirrored_words_are_wrong(layout):
    for template in load_templates("natural").of_layout(layout):
        mirrored = template.text.replace("{X", "{?").replace("{A", "{X").replace("{?", "{A")
        if "A" in layout.in_turn or "background" in mirrored:
            assert what_is_wrong(mirrored, layout), mirrored


def test_what_is_left_open_is_said():
    assert what_is_wrong("{X} and {A}.", Layout.X_A) == "its words do not say how A and X lie in time"
    assert (
        what_is_wrong("{X}. Before that, {A}, and then {B}.", Layout.A_B_X)
        == "its words do not say how B and X lie in time"
    )
