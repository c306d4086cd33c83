"""The line that makes a selection again: what its marker keeps of the command that made it."""

import shlex
from typing import Any

_OPTIONS = {
    "min_score": "--min-score",
    "min_percentile": "--min-percentile",
    "relative_to_label": "--relative-to-label",
    "top_k": "--top-k",
    "max_events": "--max-events",
    "where": "--where",
}


def select_command(dataset: str, name: str, rule: dict[str, Any] | None) -> str:
    """Return the command that makes a selection.

    Args:
        dataset: its address.
        name: of the selection.
        rule: as its marker states it; None where that is lost, and the line says so.

    >>> select_command("out", "good", {"min_score": 0.5, "top_k": 1, "priors": {"labels": 0.1}, "where": "duration_s > 2"})
    "mkaudio select out --name good --min-score=0.5 '--where=duration_s > 2' --prior=labels=0.1"
    """
    words = ["mkaudio", "select", dataset, "--name", name]
    if rule is None:
        return f"{shlex.join(words)} ... with its rule, which is lost with its marker"
    for setting, option in _OPTIONS.items():
        if (value := rule.get(setting)) not in (None, "") and (setting, value) != ("top_k", 1):
            words.append(f"{option}={value}")  # with =, since a value may begin with -
    priors, experts = rule.get("priors"), rule.get("experts")
    words += [f"--prior={expert}={bonus}" for expert, bonus in priors.items()] if isinstance(priors, dict) else []
    words += [f"--experts={','.join(map(str, experts))}"] if isinstance(experts, list) and experts else []
    return shlex.join(words)
