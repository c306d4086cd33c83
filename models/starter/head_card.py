"""The card that stands beside a head: what it is, what it learnt from, how well it does, and what it cost."""

from dataclasses import dataclass

from mkaudio.models.starter.head import HeadFacts
from mkaudio.models.starter.retrieval import CUTS, Ranks, gain_at, recall_at


@dataclass(frozen=True)
class Judged:
    """How a head did.

    Args:
        before: ranks on val without it.
        after: ranks on val with it.
        held_out_before: mean log rank on train, package by package, without it.
        held_out_after: the same with heads that had not heard the package.
        val_packages: whose sounds val are.
    """

    before: Ranks
    after: Ranks
    held_out_before: float
    held_out_after: float
    val_packages: list[str]

    def rows(self) -> list[tuple[str, int, float, float, tuple[float, float, float]]]:
        """Return (way, cut, recall without, recall with, (gain, low, high)), six of them."""
        ways = (
            ("sound to text", self.before.of_sounds, self.after.of_sounds),
            ("text to sound", self.before.of_texts, self.after.of_texts),
        )
        return [
            (way, cut, recall_at(cut, old), recall_at(cut, new), gain_at(cut, old, new))
            for way, old, new in ways
            for cut in CUTS
        ]

    @property
    def earns_its_place(self) -> bool:
        """Whether every interval of the gain lies above 0: R@1, 5 and 10, both ways."""
        return all(low > 0 for *_, (_, low, _) in self.rows())


def card(facts: HeadFacts, judged: Judged, cpu_s: float) -> str:
    """Write the card.

    Args:
        facts: of the head.
        judged: how it did.
        cpu_s: what hearing, choosing and fitting took; sounds heard in an earlier run are not in it.

    Returns:
        Markdown.
    """
    table = [
        f"| {way} | R@{cut} | {old:.3f} | {new:.3f} | {gain:+.3f} | {low:+.3f} to {high:+.3f} |"
        for way, cut, old, new, (gain, low, high) in judged.rows()
    ]
    clips = sum(facts.trained_on.values())
    verdict = (
        "Every interval lies above 0: on these sounds it is better both ways."
        if judged.earns_its_place
        else "Not every interval lies above 0: **this head is not shown to be better everywhere**. The starter goes without one."
    )
    return "\n".join((
        "# A head for the starter scorer",
        "",
        "Adds a linear function of YAMNet's mean embedding (1024 numbers) to a sound's vector in the starter space (384).",
        "",
        "    mkaudio distill --input DIR --starter-head head.safetensors",
        "",
        "## Learnt from",
        "",
        f"{clips:,} labelled sounds of split train, their first ten seconds: "
        + ", ".join(f"{package} {count}" for package, count in facts.trained_on.items())
        + ".",
        f"Ridge, alpha {facts.alpha:g}; target: {facts.label_share:g} label and {1 - facts.label_share:g} bridge; "
        f"strength {facts.strength:g}. The three were chosen by leaving out one training package after the other: mean of "
        f"ln(1 + rank) {judged.held_out_before:.3f} without, {judged.held_out_after:.3f} with a head (lower is better).",
        f"Belongs to YAMNet {facts.ear} and MiniLM {facts.reader}; no other is accepted.",
        "",
        "## How well it does",
        "",
        f"On {len(judged.before.of_sounds)} sounds and {len(judged.before.of_texts)} labels of split val "
        f"({', '.join(judged.val_packages)}), which it never saw; 95 % intervals by paired bootstrap over queries.",
        "",
        "| | | without | with | gain | 95 % |",
        "|---|---|---|---|---|---|",
        *table,
        "",
        verdict,
        "",
        "## Cost",
        "",
        f"{cpu_s:.0f} s of CPU time to hear, choose and fit; a clip costs one product of 1024 by 384 more.",
        "What it is worth on sounds that are like neither is not known.",
        "",
    ))
