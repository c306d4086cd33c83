from mkaudio.prompts import Layout


def test_each_layout_says_how_many_events_what_follows_and_what_is_laid():
    for layout in Layout:
        letters = {letter for letter in layout.value if letter in "XAB"}
        laid = {layout.laid[0]} if layout.laid else set()
        assert set(layout.in_turn) | laid == letters and not set(layout.in_turn) & laid
        assert layout.n_events == len(letters) - 1 and "X" in layout.in_turn
    assert [layout for layout in Layout if layout.n_events == 0] == [Layout.ALONE]


def test_some_by_hand():
    assert Layout.A_X_B.in_turn == ("A", "X", "B") and Layout.A_X_B.laid is None
    assert Layout.X_UNDER_A.in_turn == ("X",) and Layout.X_UNDER_A.laid == ("A", "above")
    assert Layout.A_THEN_B_UNDER_X.in_turn == ("A", "X") and Layout.A_THEN_B_UNDER_X.laid == ("B", "under")
    assert Layout.A_OVER_X_THEN_B.in_turn == ("X", "B") and Layout.A_OVER_X_THEN_B.laid == ("A", "over")
