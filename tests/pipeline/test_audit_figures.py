from mkaudio.pipeline.audit import Draw, Drawn, DrawRule, Marks, agreement_lines, figures
from mkaudio.pipeline.audit.intervals import joined, wilson


def made(per_expert, *marks, expert=""):
    """A sample with these (expert, mark), of 900 prompts of a and 100 of b."""
    rule = DrawRule(len(marks), expert=expert, per_expert=per_expert)
    sample = [Drawn(0, f"{place:010d}", 0, "Rain falls.", name, 0.5) for place, (name, _) in enumerate(marks)]
    said = {(one.key, one.prompt): mark for one, (_, mark) in zip(sample, marks, strict=True) if mark}
    population = {"a": 900, "b": 100} if not expert else {expert: 900}
    drawn = Draw(rule, tuple(sample), population)
    return figures(Marks("d", rule, said), drawn)


A, B = [("a", "right")] * 8 + [("a", "part")] * 2, [("b", "wrong")] * 9 + [("b", "right")]


def test_counts_shares_and_halves():
    found = made(False, *A, *B, ("a", "skip"), ("b", ""))
    assert (found.total.judged, found.total.counts.total()) == (20, 21)
    assert found.right() == wilson(9, 20) and found.truth() == wilson(10, 20)
    assert found.by_expert["a"].right() == wilson(8, 10) and found.by_expert["b"].truth() == wilson(1, 10)


def test_a_stratified_sample_is_weighted_back():
    found = made(True, *A, *B)
    assert abs(found.right().value - (0.9 * 0.8 + 0.1 * 0.1)) < 1e-12
    assert abs(found.truth().value - (0.9 * 0.9 + 0.1 * 0.1)) < 1e-12
    assert found.right() == joined([wilson(8, 10), wilson(1, 10)], [0.9, 0.1])
    assert found.stands_for == 1000 and "MOVER" in "\n".join(found.lines())


def test_an_expert_of_which_nothing_is_judged_is_left_out_and_named():
    found = made(True, *A, ("b", "skip"), ("b", ""))
    assert found.right() == joined([wilson(8, 10)], [1.0]) and found.stands_for == 900
    said = "\n".join(found.lines())
    assert "stands for 900 prompts" in said and "without b, of which none is judged yet" in said


def test_the_lines_say_what_a_person_needs():
    said = "\n".join(made(False, *A, *B, ("a", "skip"), ("b", "")).lines())
    assert "marked    21 of 22 drawn (seed 0): 9 right, 2 part right, 9 wrong, 1 skipped" in said
    assert "right     .450 [.258, .658]" in said and "part right counts as a half" in said and "Wilson" in said
    assert "stands for 1,000 prompts: all prompts of selection 'default'" in said and "MOVER" not in said
    assert "the prompts of a of selection" in "\n".join(made(False, *A, expert="a").lines())


def test_without_a_judgement_there_is_no_figure():
    assert made(False, ("a", "skip"), ("b", "")).lines()[-1] == "no prompt is judged yet, so there is no figure"


def test_agreement_is_over_what_both_judged():
    def marks(*said):
        return Marks("d", DrawRule(), {(str(place), "x"): mark for place, mark in enumerate(said)})

    one, other = marks("right", "right", "wrong", "part", "skip"), marks("right", "wrong", "wrong", "part", "right")
    lines = "\n".join(agreement_lines(one, other))
    assert "3 of 4 judged by both" in lines and "kappa     0.636" in lines  # (.75 - .3125) / (1 - .3125)
    assert "no prompt was judged by both" in "".join(agreement_lines(marks("skip"), marks("right")))
    assert "none: both gave one" in "\n".join(agreement_lines(marks("right"), marks("right")))
