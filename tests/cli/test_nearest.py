from mkaudio.cli.nearest import nearest


def test_the_nearest_is_asked_for_and_where_none_is_near_all_are_told():
    assert nearest("tagegr", ("tagger", "labels")) == "did you mean tagger?"
    assert nearest("x", iter(("tagger", "labels"))) == "there is tagger, labels"
