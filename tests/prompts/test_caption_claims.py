import pytest

from mkaudio.prompts.caption_claims import Claim, claims_of, fits
from mkaudio.prompts.layout import Layout
from mkaudio.prompts.manner import GOES_ON

FOLLOWED = [layout for layout in Layout if len(layout.in_turn) > 1]
AT_ONCE = [layout for layout in Layout if layout.laid and len(layout.in_turn) == 1]


@pytest.mark.parametrize(
    "text",
    [f"A cricket chirps {how}." for how in GOES_ON]
    + ["Rain falls throughout.", "Music plays non-stop.", "A dog barks for 10 seconds.", "Rain from start to finish."],
)
def test_what_lasts_the_whole_clip_is_followed_by_nothing(text):
    claims = claims_of(text)
    assert Claim.WHOLE in claims
    assert not any(fits(claims, layout) for layout in FOLLOWED) and all(fits(claims, layout) for layout in AT_ONCE)


@pytest.mark.parametrize(
    "text",
    ["A dog barks and nothing else.", "A dog barks in silence.", "Only a dog barks.", "A dog barks, then silence."],
)
def test_what_is_alone_stays_alone(text):
    assert [layout for layout in Layout if fits(claims_of(text), layout)] == [Layout.ALONE]


def test_what_begins_or_ends_the_clip_keeps_its_place():
    begins, ends = claims_of("It starts with a dog barking."), claims_of("A dog barks, and at the end rain falls.")
    assert {layout for layout in Layout if fits(begins, layout)} == {one for one in Layout if one.in_turn[0] == "X"}
    assert {layout for layout in Layout if fits(ends, layout)} == {one for one in Layout if one.in_turn[-1] == "X"}


def test_a_second_background_a_loud_one_and_music_without_instruments():
    assert not fits(claims_of("Rain falls in the background."), Layout.A_UNDER_X)
    assert fits(claims_of("Rain falls in the background."), Layout.A_X)
    assert not fits(claims_of("A dog barks loudly."), Layout.X_UNDER_A) and fits(
        claims_of("A dog barks loudly."), Layout.A_UNDER_X
    )
    assert not fits(claims_of("A voice sings without instruments."), Layout.A_OVER_X)
    assert fits(claims_of("A voice sings without instruments."), Layout.A_X)


def test_a_long_caption_has_no_room():
    assert not fits(claims_of(" ".join(["dog"] * 31)), Layout.A_X) and not fits(claims_of("d" * 501), Layout.A_X)
    assert fits(claims_of(" ".join(["dog"] * 30)), Layout.A_X)


@pytest.mark.parametrize(
    "text",
    ["A dog barks.", "A dog barks for a while.", "A silencer is fitted.", "A lonely dog barks.", "A blonde sings."],
)
def test_plain_captions_claim_nothing(text):
    assert claims_of(text) == ()
