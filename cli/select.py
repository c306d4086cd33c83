"""`mkaudio select`: another choice of prompts from the ledger; distill's own stays as it is."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mkaudio.pipeline.selection import Rule
    from mkaudio.pipeline.yields import Outcome

_BAR_WIDTH = 30


def select(
    dataset: Annotated[str, typer.Argument(help="The dataset's folder, or s3://bucket/folder.")],
    name: Annotated[str, typer.Option(help="Of the selection; it becomes the folder selections/NAME.")],
    min_score: Annotated[float | None, typer.Option(help="Lowest score.")] = None,
    min_percentile: Annotated[
        float | None, typer.Option(help="Lowest score_percentile, 0 to 1: comparable between scorers.")
    ] = None,
    relative_to_label: Annotated[
        float | None,
        typer.Option(
            help="Lowest score above the clip's best labels candidate; may be below 0. For use with --experts."
        ),
    ] = None,
    top_k: Annotated[int, typer.Option(help="Most prompts a clip, best first.")] = 1,
    prior: Annotated[
        list[str] | None, typer.Option(help="EXPERT=BONUS, added to its scores for choosing only; repeatable.")
    ] = None,
    experts: Annotated[
        str | None, typer.Option(help="Whose captions may be chosen, comma-separated; default: all.")
    ] = None,
    max_events: Annotated[
        int | None, typer.Option(help="Most sound events that a caption names; one whose number is unknown stays.")
    ] = None,
    where: Annotated[
        str | None, typer.Option(help="An SQL condition on columns of candidates and manifest, such as duration_s > 2.")
    ] = None,
    against: Annotated[str, typer.Option(help="The selection to compare with.")] = "default",
    replace: Annotated[bool, typer.Option("--replace", help="Make a selection of that name anew.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it comes to; write nothing.")] = False,
) -> None:
    """Choose prompts again from the ledger; no model is run. Without a rule it takes the best score of every clip.

    Example: mkaudio select audiosets-prompted --name good --min-percentile 0.9 --max-events 2
    """
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.select import Selector
    from mkaudio.pipeline.selection import Rule
    from mkaudio.pipeline.task import Progress
    from mkaudio.shards import check_selection_name, locked, open_storage, read_description

    check_selection_name(name)
    rule = Rule(
        min_score,
        min_percentile,
        relative_to_label,
        top_k,
        _priors(prior or []),
        _experts(experts),
        max_events,
        where or "",
    )
    storage = open_storage(dataset)
    selector = Selector(storage, read_description(storage), rule, against)
    with nullcontext() if dry_run else locked(storage), watch("select", selector.info.n_shards, "shard") as report:
        if dry_run:
            outcome, written = selector.outcome(lambda _: report(Progress(items=1))), False
        else:
            outcome, written = selector.make(name, replace, lambda _: report(Progress(items=1)))
    for line in [*_curve(outcome, rule), "", *_changes(outcome, against), ""]:
        print(line)
    done = "not written (--dry-run)" if dry_run else "written" if written else "already there, unchanged"
    print(f"{name}: {_selected(outcome)}: {done}")
    if not dry_run:
        print(f"look at it with mkaudio inspect {dataset} --selection {name}")


def _priors(pairs: list[str]) -> tuple[tuple[str, float], ...]:
    priors: dict[str, float] = {}
    for pair in pairs:
        expert, equals, bonus = pair.partition("=")
        try:
            number = float(bonus)
        except ValueError:
            equals = ""
        if not equals or not expert.strip() or expert.strip() in priors:
            raise ValueError(f"--prior {pair}: write it as labels=0.05, each expert once")
        priors[expert.strip()] = number
    return tuple(sorted(priors.items()))


def _experts(names: str | None) -> tuple[str, ...]:
    if names is None:
        return ()
    found = tuple(sorted({name.strip() for name in names.split(",") if name.strip()}))
    if not found:
        raise ValueError("--experts: name at least one")
    return found


def _selected(outcome: "Outcome") -> str:
    share = outcome.selected_clips / outcome.clips if outcome.clips else 0.0
    more = f", {outcome.prompts:,} prompts" if outcome.prompts != outcome.selected_clips else ""
    return f"{outcome.selected_clips:,} of {outcome.clips:,} clips ({share:.1%}), {outcome.selected_hours:.2f} h{more}"


def _curve(outcome: "Outcome", rule: "Rule") -> list[str]:
    curve = outcome.curve()
    if not curve:
        return ["no candidate may be chosen by this rule"]
    lines = ["score at least     clips     hours   of all"]
    for at in curve:
        share = at.clips / outcome.clips
        bar = "█" * round(_BAR_WIDTH * share)
        lines.append(f"{at.min_score:>14.3f} {at.clips:>9,} {at.hours:>9.2f} {share:>8.1%}  {bar}")
    if rule.min_score is not None:
        lines.append(f"--min-score {rule.min_score:g} leaves {_selected(outcome)}")
    return lines


def _changes(outcome: "Outcome", against: str) -> list[str]:
    lines = [
        f"against {against}: {outcome.added:,} clips added, {outcome.dropped:,} dropped, "
        f"{outcome.changed:,} with another prompt"
    ]
    pairs = sorted(outcome.experts.items(), key=lambda pair: (-pair[1], pair[0]))
    lines += ["whose prompt it was, and is"] if pairs else []
    lines += [f"  {before:<12} → {after:<12} {clips:>9,}" for (before, after), clips in pairs]
    for change in outcome.examples:
        lines += [f"  {change.key}  {change.before}", f"  {'→':>10}  {change.after}"]
    return lines
