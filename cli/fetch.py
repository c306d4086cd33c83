"""`mkaudio fetch`: the only command that downloads anything."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def fetch(
    what: Annotated[
        str,
        typer.Argument(
            help="starter (tagger and text model), second-ear (a sound-effects embedding) or demo-sounds (ten animal sounds)."
        ),
    ],
    cache: Annotated[
        Path | None, typer.Option(help="Folder for models; default: $MKAUDIO_CACHE or the user's cache.")
    ] = None,
) -> None:
    """Fetch models into the cache, each verified by its sha256; what is there already is only checked.

    Example: mkaudio fetch starter
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.models.starter.fetch import fetch_demo_sounds, fetch_second_ear, fetch_starter

    fetchers = {"starter": fetch_starter, "second-ear": fetch_second_ear, "demo-sounds": fetch_demo_sounds}
    if what not in fetchers:
        raise typer.BadParameter(f"{what!r} is not known; there is {', '.join(fetchers)}")
    folder = fetchers[what](cache, lambda line: print(line, file=sys.stderr))
    print(folder)
