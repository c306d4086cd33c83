import pickle
import re
from pathlib import Path

import pytest
from weaving import CAPTIONS

from mkaudio.prompts.caption_claims import Claim
from mkaudio.prompts.caption_form import CaptionForm, Kind, form_of
from mkaudio.prompts.layout import Layout
from mkaudio.prompts.template_set import load_templates, template_set_names
from mkaudio.prompts.weave import example_of

LAYOUTS = [layout for layout in Layout if layout is not Layout.ALONE]


def test_every_layout_has_natural_templates_for_every_kind_of_caption():
    natural = load_templates()
    assert natural.layouts == tuple(LAYOUTS) and len(natural.templates) >= 60
    assert len({template.text for template in natural.templates}) == len(natural.templates)
    for layout in LAYOUTS:
        assert len(natural.of_layout(layout)) >= 8
        for kind in Kind:
            assert sum(one.layout is layout for one in natural.for_caption(CaptionForm(kind))) >= 2, (layout, kind)


def test_what_claims_the_whole_clip_is_only_overlaid():
    for claim in Claim:
        form = CaptionForm(Kind.CLAUSE, (claim,))
        assert all(form.allows(one.layout) for one in load_templates().for_caption(form))
    whole = load_templates().for_caption(form_of("Rain falls the whole time."))
    assert {one.layout for one in whole} == {Layout.A_OVER_X, Layout.A_UNDER_X, Layout.X_UNDER_A}


def test_the_paper_set_has_its_nine_patterns_and_says_what_it_is():
    paper = load_templates("paper")
    assert len(paper.templates) == 9 and paper.layouts == (Layout.A_X, Layout.X_A)
    for kind in (Kind.CLAUSE, Kind.PROGRESSIVE, Kind.NOUN):
        assert {one.layout for one in paper.for_caption(form_of(CAPTIONS[kind][0]))} == {Layout.A_X, Layout.X_A}
    folder = Path(__file__).parent.parent.parent / "prompts" / "templates"
    for name, says in (("paper", "Reconstructed from memory"), ("natural", "as a person would write")):
        assert says in (folder / f"{name}.toml").read_text("utf-8").split("[")[0]


def test_names_fingerprints_and_pickles():
    assert template_set_names() == ("natural", "paper")
    natural, paper = load_templates("natural"), load_templates("paper")
    assert re.fullmatch("[0-9a-f]{12}", natural.fingerprint) and natural.fingerprint != paper.fingerprint
    assert [template.name for template in natural.templates[:2]] == ["natural:1", "natural:2"]
    assert pickle.loads(pickle.dumps(natural)) == natural


def test_templates_are_drawn_by_weight(tmp_path):
    path = tmp_path / "mine.toml"
    entry = '[[template]]\nrelation = "X before A"\ntext = "{{X}}. {} {{A}}."\nweight = {}\n'
    path.write_text(entry.format("Then", 1) + entry.format("After that,", 3), "utf-8")
    mine, form = load_templates(str(path)), form_of("Rain falls.")
    names = [mine.chosen(form, Layout.X_A, seed).name for seed in range(2_000)]
    assert names == [mine.chosen(form, Layout.X_A, seed).name for seed in range(2_000)]
    assert abs(names.count("mine:2") / 2_000 - 0.75) < 0.04 and mine.chosen(form, Layout.A_X, 1) is None


def test_the_file_of_the_docs_is_a_set(tmp_path):
    page = (Path(__file__).parent.parent.parent / "docs" / "templates.md").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1], "utf-8")
    mine = load_templates(str(path))
    assert mine.name == "mine" and [template.weight for template in mine.templates] == [1, 1, 3, 1, 1]
    assert [example_of(template) for template in mine.templates] == [
        "A dog barks, and then rain falls.",
        "Rain falls. Next comes a dog barking.",
        "Rain falls, with a dog barking in the background.",
        "It opens with a dog barking, followed by a door slamming. After that, rain falls.",
        "The sound of rain on a roof, followed by a dog barking.",
    ]


def test_a_set_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"templates 'naturl': no such file, .* the nearest valid name is 'natural'"):
        load_templates("naturl")
    with pytest.raises(ValueError, match="cannot be read"):
        load_templates(str(tmp_path))
