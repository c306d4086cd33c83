"""A person's marks as text: a line that says what was drawn, then a line a mark. The terminal and the page write the same.

The last line about a prompt counts; `undo` takes a mark back. So the file only ever grows, and a stop loses nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace

from mkaudio.pipeline.audit.draw import Draw, DrawRule

RIGHT, PART, WRONG, SKIP = "right", "part", "wrong", "skip"
UNDO = "undo"
_FORMAT = "mkaudio_audit"
_VERSION = 1
_SHOWN = 60
"""Characters of a prompt in an error."""

PromptId = tuple[str, str]
"""Key and text: a prompt that was made anew is another one."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one person said.

    Args:
        dataset: its fingerprint.
        rule: what was drawn; of the largest n where it grew.
        by_prompt: the mark of each prompt, oldest first.
    """

    dataset: str
    rule: DrawRule
    by_prompt: dict[PromptId, str]


def rule_line(dataset: str, rule: DrawRule) -> str:
    """Return the first line of a file of marks.

    Args:
        dataset: its fingerprint.
        rule: what was drawn.
    """
    return json.dumps({_FORMAT: _VERSION, "dataset": dataset, **asdict(rule)})


def mark_line(prompt: PromptId, mark: str) -> str:
    """Return the line of a mark; ASCII, whatever the prompt holds.

    Args:
        prompt: its key and text.
        mark: one of the four, or `UNDO`.
    """
    return json.dumps({"key": prompt[0], "prompt": prompt[1], "mark": mark})


def parse_marks(text: str, where: str) -> Marks:
    """Read marks back.

    Args:
        text: the lines.
        where: what an error calls the file.

    Raises:
        ValueError: a line is neither of the two kinds, or marks of two samples are in one file.
    """
    first: Marks | None = None
    rules: list[DrawRule] = []
    by_prompt: dict[PromptId, str] = {}
    for number, line in enumerate(text.split("\n"), 1):  # splitlines would cut at U+2028 in a prompt
        if not line.strip():
            continue
        content = _object(line, f"{where}:{number}")
        if _FORMAT in content:
            found = _rule(content, f"{where}:{number}")
            first = first or found
            if (found.dataset, replace(found.rule, n=0)) != (first.dataset, replace(first.rule, n=0)):
                raise ValueError(f"{where}:{number}: marks of another sample begin here; keep one sample a file")
            rules.append(found.rule)
        else:
            prompt, mark = _mark(content, f"{where}:{number}")
            by_prompt.pop(prompt, None)  # so that the newest is last
            if mark != UNDO:
                by_prompt[prompt] = mark
    if first is None:
        raise ValueError(
            f"{where}: no line says which sample it is of; give a file that mkaudio audit or its page wrote"
        )
    return replace(first, rule=max(rules, key=lambda rule: rule.n), by_prompt=by_prompt)


def check_marks(marks: Marks, dataset: str, drawn: Draw, where: str) -> None:
    """Refuse marks that are not of this sample.

    Args:
        marks: as read.
        dataset: fingerprint of the dataset that is there.
        drawn: the sample that the marks' own rule draws from it.
        where: what an error calls the file.

    Raises:
        ValueError: they are of another dataset, of prompts that are others by now, or of some that were not drawn.
    """
    count = f"{len(marks.by_prompt)} marks"
    if marks.dataset != dataset:
        raise ValueError(
            f"{where}: its {count} are of another dataset (fingerprint {marks.dataset}, here {dataset}; --append "
            "changes it too); name the dataset that was looked at, or another --output for new marks"
        )
    now: dict[str, list[str]] = {}
    for one in drawn.sample:
        now.setdefault(one.key, []).append(one.prompt)
    wrong = [prompt for prompt in marks.by_prompt if prompt[1] not in now.get(prompt[0], ())]
    if wrong:
        key, text = wrong[0]
        here = f"it is {now[key][0][:_SHOWN]!r} now" if key in now else "it is not in the sample now"
        raise ValueError(
            f"{where}: {len(wrong)} of its {count} are of prompts that selection {marks.rule.selection!r} does not have "
            f"in this sample, such as {text[:_SHOWN]!r} of clip {key}: {here}; look again, with another --output"
        )


def _object(line: str, where: str) -> dict[str, object]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where}: not a line of JSON ({error}); take it out, or give the file as it was") from error
    if not isinstance(content, dict):
        raise ValueError(f"{where}: {type(content).__name__} instead of an object; give a file of mkaudio audit")
    return content


def _rule(content: dict[str, object], where: str) -> Marks:
    if content[_FORMAT] != _VERSION:
        raise ValueError(f"{where}: format {content[_FORMAT]!r}; this mkaudio reads {_VERSION}")
    usual = asdict(DrawRule())
    names = [field.name for field in fields(DrawRule)]
    bad = [name for name in names if type(content.get(name)) is not type(usual[name])]
    if bad or not isinstance(content.get("dataset"), str):
        raise ValueError(f"{where}: {', '.join(bad) or 'dataset'}: missing or of another type; give the file as it was")
    return Marks(str(content["dataset"]), DrawRule(**{name: content[name] for name in names}), {})  # type: ignore[arg-type]


def _mark(content: dict[str, object], where: str) -> tuple[PromptId, str]:
    key, prompt, mark = (content.get(name) for name in ("key", "prompt", "mark"))
    marks: Sequence[str] = (RIGHT, PART, WRONG, SKIP, UNDO)
    if not isinstance(key, str) or not isinstance(prompt, str) or mark not in marks:
        raise ValueError(f"{where}: a mark has key, prompt and mark ({', '.join(marks)}); found mark {mark!r}")
    return (key, prompt), str(mark)
