"""`mkaudio audit`: a person marks prompts right or wrong; how many are right, with its interval, per expert."""

import shlex
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mkaudio.pipeline.audit import Draw, DrawRule, MarkFile, Marks
    from mkaudio.shards import DatasetInfo, Storage


def audit(
    dataset: Annotated[str, typer.Argument(help="The dataset's folder, or s3://bucket/folder.")],
    n: Annotated[int | None, typer.Option("--n", help="How many prompts to look at; default: 100.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another sample; default: 0.")] = None,
    selection: Annotated[
        str | None, typer.Option(help="The selection whose prompts they are; default: default.")
    ] = None,
    expert: Annotated[str | None, typer.Option(help="Only prompts of this expert.")] = None,
    per_expert: Annotated[bool, typer.Option("--per-expert", help="As many of each expert, weighted back.")] = False,
    page: Annotated[
        Path | None, typer.Option(help="Write a page (.html) to mark in, sounds inside, instead of asking here.")
    ] = None,
    marks: Annotated[
        list[Path] | None, typer.Option(help="Print the figures of a file of marks; two files: agreement as well.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where marks made here go; default: OUT-audit.jsonl beside the dataset.")
    ] = None,
    show_names: Annotated[
        bool, typer.Option("--show-names", help="Show file names too, which may give the answer away.")
    ] = False,
    player: Annotated[
        str | None, typer.Option(help="Command that plays a WAV, {} in its place; default: the first one found.")
    ] = None,
) -> None:
    """Listen to a random sample of clips, mark their prompts, get the share that is right with its 95 % interval.

    Marks are kept after each key, so a stopped audit goes on where it was.

    Example: mkaudio audit audiosets-prompted --n 100 --page audit.html
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.pipeline.audit import DrawRule
    from mkaudio.shards import open_storage, read_dataset_info

    storage = open_storage(dataset)
    info = read_dataset_info(storage)
    if not info.counts:
        raise ValueError(
            f"{dataset}: not finished, so a sample would not stand for it; mkaudio distill --resume ends it"
        )
    asked = {"n": n, "seed": seed, "selection": selection, "expert": expert, "per_expert": per_expert or None}
    rule = DrawRule(**{name: value for name, value in asked.items() if value is not None})  # type: ignore[arg-type]
    if marks:
        if given := [name for name, value in {**asked, "page": page, "output": output}.items() if value is not None]:
            raise ValueError(f"--marks knows its own sample; leave out --{given[0].replace('_', '-')}")
        _print_figures(storage, info, marks)
    elif page is not None:
        _write_page(storage, info, rule, page, show_names)
    else:
        _ask_here(storage, info, rule, output or _marks_beside(storage), show_names, player)


def _print_figures(storage: "Storage", info: "DatasetInfo", paths: list[Path]) -> None:
    from mkaudio.pipeline.audit import MarkFile, agreement_lines

    read = []
    for path in paths:
        found = MarkFile(path).read()
        if found is None:
            raise ValueError(f"{path}: no marks there; mark in the page of --page, or without --marks on a terminal")
        read.append((path, found, _checked(storage, info, found, path)))
    for path, found, drawn in read:
        _say(str(path), found, drawn)
    for (path, first, _), (other, second, _) in combinations(read, 2):
        print(f"{path} and {other}")
        for line in agreement_lines(first, second):
            print(line)


def _write_page(storage: "Storage", info: "DatasetInfo", rule: "DrawRule", page: Path, show_names: bool) -> None:
    from mkaudio.cli.audit_clips import clips_of
    from mkaudio.cli.audit_page.build import MARKS_NAME, build_page, within_limit
    from mkaudio.pipeline.audit import draw, fingerprint_of, read_prompts
    from mkaudio.shards import DatasetReader

    if page.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--page {page}: a page ends in .html; name one that does")
    _outside(storage, page)
    drawn = draw(read_prompts(storage, info, rule.selection), rule)
    clips = within_limit(clips_of(DatasetReader(storage.address), drawn.sample), len(drawn.sample))
    content = build_page(fingerprint_of(info), drawn, clips, show_names).encode()
    print(f"{page}: {len(content) / 1e6:.1f} MB, {len(clips)} clips")
    unfinished = page.with_name(f"{page.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(page)
    print("open it in a browser, mark, download the marks, then:")
    print(shlex.join(["mkaudio", "audit", storage.address, "--marks", MARKS_NAME]))


def _ask_here(
    storage: "Storage", info: "DatasetInfo", rule: "DrawRule", output: Path, show_names: bool, player: str | None
) -> None:
    from mkaudio.cli.audit_clips import clip_of
    from mkaudio.cli.audit_terminal import ask, keys_of_terminal
    from mkaudio.cli.player import Player, find_player
    from mkaudio.pipeline.audit import MarkFile
    from mkaudio.shards import DatasetReader

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ValueError("this is no terminal; write a page to mark in with --page audit.html, or give --marks FILE")
    _outside(storage, output)
    command = find_player(player)
    marks, drawn, file = _begun(storage, info, rule, MarkFile(output))
    print(f"marks are kept in {output}" + (f"; {len(marks.by_prompt)} are there" if marks.by_prompt else ""))
    reader = DatasetReader(storage.address)
    with keys_of_terminal() as read_key:
        ask(drawn, marks, file, lambda one: clip_of(reader, one), Player(command), read_key, show_names)
    print()
    _say(str(output), marks, drawn)


def _begun(
    storage: "Storage", info: "DatasetInfo", rule: "DrawRule", file: "MarkFile"
) -> "tuple[Marks, Draw, MarkFile]":
    """Take up the marks that are there, where they are of the same sample or of a smaller one."""  # noqa: DOC501
    from mkaudio.pipeline.audit import Marks, draw, fingerprint_of, read_prompts

    there, dataset, drawn = file.read(), fingerprint_of(info), None
    if there is not None:
        drawn = _checked(storage, info, there, file.path)
        if replace(there.rule, n=0) != replace(rule, n=0):
            raise ValueError(
                f"{file.path}: its marks are of another sample ({there.rule}); ask as then, or name an --output"
            )
        rule = replace(rule, n=max(rule.n, there.rule.n))
    if there is None or drawn is None or there.rule != rule:
        drawn = draw(read_prompts(storage, info, rule.selection), rule)
        file.begin(dataset, rule)
    return Marks(dataset, rule, there.by_prompt if there else {}), drawn, file


def _checked(storage: "Storage", info: "DatasetInfo", marks: "Marks", path: Path) -> "Draw":
    from mkaudio.pipeline.audit import check_marks, draw, fingerprint_of, read_prompts

    drawn = draw(read_prompts(storage, info, marks.rule.selection), marks.rule)
    check_marks(marks, fingerprint_of(info), drawn, str(path))
    return drawn


def _say(what: str, marks: "Marks", drawn: "Draw") -> None:
    from mkaudio.pipeline.audit import figures

    print(what)
    for line in figures(marks, drawn).lines():
        print(line)
    print()


def _marks_beside(storage: "Storage") -> Path:
    from mkaudio.shards import LocalStorage

    if isinstance(storage, LocalStorage):
        return storage.root.resolve().with_name(f"{storage.root.resolve().name}-audit.jsonl")
    return Path(f"{storage.address.rstrip('/').rsplit('/', 1)[-1]}-audit.jsonl")


def _outside(storage: "Storage", path: Path) -> None:
    from mkaudio.shards import LocalStorage

    if isinstance(storage, LocalStorage) and path.resolve().is_relative_to(storage.root.resolve()):
        raise ValueError(f"{path}: inside the dataset, where only its own files belong; name a place beside it")
