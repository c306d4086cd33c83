"""Builds the page of an audit. It asks nothing of any network: a policy in it forbids that, and any script but its own."""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from mkaudio.cli.audit_clips import ShownClip
from mkaudio.cli.printable import printable

if TYPE_CHECKING:
    from mkaudio.pipeline.audit import Draw

MARKS_NAME = "audit-marks.jsonl"
"""What the browser calls the downloaded marks; page.js reads it from the page."""
MAX_SOUND_BYTES = 200_000_000
"""As base64. Measured: a page of 139 MB, 454 clips, took Chromium 156 twelve seconds to open on two busy cores."""


def within_limit(clips: Iterable[tuple[int, ShownClip]], count: int) -> list[ShownClip]:
    """Gather clips in the order of the sample, as long as they fit into a page.

    Args:
        clips: place in the sample and clip, as they come.
        count: how many there will be.

    Raises:
        ValueError: their sounds make a page that is too large.
    """
    placed: dict[int, ShownClip] = {}
    size = 0
    for place, clip in clips:
        placed[place] = clip
        size += len(clip.flac) * 4 // 3
        if size > MAX_SOUND_BYTES:
            fit = max(1, int((len(placed) - 1) * 0.9))
            raise ValueError(
                f"--page: {len(placed)} of {count} clips make more than {MAX_SOUND_BYTES / 1e6:.0f} MB, too much for one "
                f"page; ask for fewer (--n {fit}), or mark on a terminal, without --page"
            )
    return [placed[place] for place in sorted(placed)]


def build_page(dataset: str, drawn: "Draw", clips: Sequence[ShownClip], show_names: bool) -> str:
    """Return the page as HTML; the same sample gives the same text.

    Args:
        dataset: the dataset's fingerprint.
        drawn: the sample.
        clips: its clips, in its order.
        show_names: show where clips came from.
    """
    from mkaudio.pipeline.audit import rule_line

    style, script, template = (
        files(__package__).joinpath(name).read_text("utf-8") for name in ("page.css", "page.js", "page.html")
    )
    data = {
        "first_line": rule_line(dataset, drawn.rule),
        "marks_name": MARKS_NAME,
        "clips": [{"key": one.key, "prompt": one.prompt} for one in drawn.sample],
    }
    return Template(template).substitute(
        style=style,
        script=script,
        style_hash=_hash_of(style),
        script_hash=_hash_of(script),
        data=_as_script(data),
        count=len(clips),
        cards="\n".join(_card(number, clip, show_names) for number, clip in enumerate(clips, 1)),
    )


def _card(number: int, clip: ShownClip, show_name: bool) -> str:
    def text(what: str) -> str:
        return html.escape(printable(what))

    facts = "".join(f"<span>{text(fact)}</span>" for fact in clip.said_of_it(show_name))
    sound = base64.b64encode(clip.flac).decode()
    buttons = "".join(
        f'<button type="button" data-mark="{mark}"><kbd>{key}</kbd> {label}</button>'
        for mark, key, label in (
            ("right", "y", "right"),
            ("part", "p", "part right"),
            ("wrong", "n", "wrong"),
            ("skip", "s", "skip"),
        )
    )
    return (
        f'<li class="card" tabindex="-1" aria-label="clip {number}">'
        f'<p class="facts"><span>{number}</span>{facts}</p>'
        f'<p class="prompt">{text(clip.drawn.prompt)}</p>'
        f'<audio controls preload="none" src="data:audio/flac;base64,{sound}"></audio>'
        f'<div class="marks" role="group" aria-label="mark of clip {number}">{buttons}</div></li>'
    )


def _as_script(data: object) -> str:
    """Return JSON that no text in it can end: ASCII, and not one character that HTML knows."""
    return json.dumps(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash_of(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
