"""The options that every training has, once for all commands."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    str | None, typer.Option("--data", "-d", help="A distilled dataset: its folder, or its address in a store.")
]
Preset = Annotated[str | None, typer.Option(help="tiny, base, or your own TOML file.  [default: tiny]")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="Another setting of the preset, SECTION.NAME=VALUE; repeatable.")
]
Events = Annotated[
    str | None, typer.Option(help="An event database: events are composed with the clips, anew in every epoch.")
]
Templates = Annotated[str | None, typer.Option(help="Of the sentences of --events.  [default: natural]")]
Selection = Annotated[str | None, typer.Option(help="Prompts and clips of this selection.")]
ValData = Annotated[
    str | None, typer.Option(help="A dataset to validate on.  [default: stream.val_share of the sources of --data]")
]
MaxSteps = Annotated[int | None, typer.Option(help="When to end.  [default: the preset's]")]
BatchSize = Annotated[int | None, typer.Option(help="Sounds of a step over all processes.  [default: the preset's]")]
Seed = Annotated[int | None, typer.Option(help="Of weights, draws and compositions.  [default: the preset's]")]
Workers = Annotated[int, typer.Option(help="Processes that read sounds, for each process that trains.")]
Cpu = Annotated[bool, typer.Option("--cpu", help="Train on the processor, even where there is a GPU.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the newest checkpoint of --output.")]
Cache = Annotated[Path | None, typer.Option(help="Folder of the stream's catalogs; default as for the models.")]
