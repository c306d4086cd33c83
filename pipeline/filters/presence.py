"""What is to be kept where a kind of sound (speech, music) is there or is not: the rule that both filters share."""

from mkaudio.pipeline.config import Wanted
from mkaudio.shards import Reason, Refusal


def refuse_by_presence(kind: str, share: float, wanted: Wanted, from_share: float) -> Refusal | None:
    """Return why a window is left out.

    Args:
        kind: "speech" or "music": the reason's code where it is there and not wanted, `no_KIND` the other way round.
        share: of the window in which it is heard.
        wanted: "keep" leaves nothing out, "drop" windows with it, "only" those without.
        from_share: share from which it counts as there.
    """
    has_it = share >= from_share
    if wanted == "keep" or has_it == (wanted == "only"):
        return None
    found = f"{kind} in {share:.4f} of the window"
    return Refusal(
        Reason(kind if has_it else f"no_{kind}"), f"{found}; --{kind} {wanted} --{kind}-share {from_share:g}"
    )
