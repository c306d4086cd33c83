"""`mkaudio distill`: folders of sound in, prompted shards and a Parquet ledger out."""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mkaudio.cli.nearest import nearest

if TYPE_CHECKING:
    from mkaudio.cli.engines import EngineChoice
    from mkaudio.cli.toolbox import StarterToolbox
    from mkaudio.pipeline import DistillConfig, Source, Summary
    from mkaudio.pipeline.config import Wanted
    from mkaudio.pipeline.output import Mode

EXIT_REFUSED = 3


def distill(
    input: Annotated[
        list[str],
        typer.Option(
            "--input",
            "-i",
            help="Folder, sound file, CSV/TSV/JSONL/Parquet list, or WebDataset tar; also s3://bucket/folder; repeatable.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Folder of the dataset, or s3://bucket/folder; default: ./NAME-prompted."),
    ] = None,
    experts: Annotated[
        str, typer.Option(help="Who proposes captions, comma-separated, in the order in which ties fall.")
    ] = "tagger,retriever,labels",
    caption_bank: Annotated[
        list[Path] | None,
        typer.Option(
            help="Your captions for the retriever: text with one a line, CSV, TSV, JSON, JSON Lines, Parquet, or a folder "
            "of them; AudioCaps, Clotho and WavCaps as they are; repeatable; default: ours."
        ),
    ] = None,
    caption_column: Annotated[
        str | None, typer.Option(help="Column of the bank's captions; default: caption, caption_1 ..., or text.")
    ] = None,
    clap: Annotated[
        str,
        typer.Option(help="Who scores: starter, or starter-fast: a third of the hearing."),
    ] = "starter",
    starter_head: Annotated[
        Path | None, typer.Option(help="A head for the starter, as mkaudio starter-head trains it; default: none.")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Where it runs: ray (many workers, many machines), or local (one); same bytes.")
    ] = "ray",
    workers: Annotated[
        int | None, typer.Option(help="Workers of the ray engine; default: what the CPUs, or GPUs, allow.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Of a running Ray cluster: auto, or HOST:PORT; default: this machine.")
    ] = None,
    gpus_per_worker: Annotated[
        float, typer.Option(help="GPUs for each worker, parts allowed; 0: models on CPU.")
    ] = 0.0,
    cpus_per_worker: Annotated[float, typer.Option(help="CPUs to reserve for each worker.")] = 1.0,
    memory_gb: Annotated[
        float | None,
        typer.Option(help="End a worker that holds more; default with ray: its share of the machine's memory."),
    ] = None,
    dtype: Annotated[str, typer.Option(help="Of the models' forwards: float32, bfloat16 or float16.")] = "float32",
    window_s: Annotated[float, typer.Option(help="Length of a clip; longer sounds are cut.")] = 10.0,
    store_rate: Annotated[
        int | None, typer.Option(help="Rate of the stored sound in Hz; default: the source's.")
    ] = None,
    store_channels: Annotated[str, typer.Option(help="mono or source.")] = "mono",
    samples_per_shard: Annotated[int, typer.Option(help="Clips in a shard.")] = 512,
    batch_size: Annotated[int, typer.Option(help="Clips that go through the models together.")] = 16,
    min_score: Annotated[
        float | None, typer.Option(help="Lowest score in the default selection; every clip is stored all the same.")
    ] = None,
    max_events: Annotated[
        int | None,
        typer.Option(help="A caption that names more sound events is not chosen; one whose number is unknown may be."),
    ] = None,
    silence_dbfs: Annotated[float, typer.Option(help="Leave out windows whose peak is lower; -200 keeps all.")] = -60.0,
    min_duration_s: Annotated[float, typer.Option(help="Leave out what is shorter; 0 keeps all.")] = 0.0,
    max_clipped_share: Annotated[
        float, typer.Option(help="Leave out windows with a larger share of clipped samples; 1 keeps all.")
    ] = 0.5,
    min_bandwidth_hz: Annotated[
        float,
        typer.Option(help="Leave out what has no sound up there, as old telephone has none above 4000; 0 keeps all."),
    ] = 0.0,
    speech: Annotated[str, typer.Option(help="Windows with speech: keep, drop, or only these.")] = "keep",
    music: Annotated[str, typer.Option(help="Windows with music: keep, drop, or only these.")] = "keep",
    speech_share: Annotated[float, typer.Option(help="Share of a window from which it is one with speech.")] = 0.5,
    music_share: Annotated[float, typer.Option(help="Share of a window from which it is one with music.")] = 0.5,
    max_windows_per_file: Annotated[
        int | None, typer.Option(help="Keep of each sound only the N windows in which most is going on.")
    ] = None,
    file_names: Annotated[
        bool, typer.Option("--file-names/--no-file-names", help="Let the labels expert read file and folder names.")
    ] = True,
    column: Annotated[
        list[str] | None,
        typer.Option(help="What a column of a list is, as group=my_column: path, label, language, group, licence, ..."),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first N sounds.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and estimate the time from 32 clips.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Finish an interrupted run.")] = False,
    append: Annotated[bool, typer.Option("--append", help="Add sounds that the dataset does not have yet.")] = False,
    max_refused: Annotated[float, typer.Option(help="Share of refused sounds above which the exit code is 3.")] = 0.05,
    timeout_s: Annotated[float, typer.Option(help="End a worker that reports nothing for so long.")] = 600.0,
    cache: Annotated[Path | None, typer.Option(help="Folder of the models; default as for mkaudio fetch.")] = None,
) -> None:
    """Distil prompts: experts propose captions for each clip, the scorer keeps the best.

    Example: mkaudio distill --input audiosets/
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.engines import engine_choice
    from mkaudio.cli.toolbox import DTYPES
    from mkaudio.models.starter.speeds import SPEEDS
    from mkaudio.pipeline import DistillConfig, open_sources

    config = DistillConfig(
        window_s=window_s, store_rate_hz=store_rate, store_channels=store_channels, samples_per_shard=samples_per_shard,
        batch_size=batch_size, file_names=file_names, min_score=min_score, max_events=max_events, limit=limit,
        silence_dbfs=silence_dbfs, min_duration_s=min_duration_s, max_clipped_share=max_clipped_share,
        min_bandwidth_hz=min_bandwidth_hz, speech=_wanted("--speech", speech), music=_wanted("--music", music),
        speech_share=speech_share, music_share=music_share, max_windows_per_file=max_windows_per_file,
    )  # fmt: skip
    if resume and append:
        raise ValueError("--resume finishes a run, --append begins a new one: give one of them")
    _one_of("--clap", clap, tuple(SPEEDS))
    if starter_head and clap != "starter":
        raise ValueError(f"--starter-head goes with --clap starter, which it was trained on, not with {clap}")
    _one_of("--dtype", dtype, DTYPES)
    where = engine_choice(engine, workers, address, cpus_per_worker, gpus_per_worker, timeout_s, memory_gb)
    sources = open_sources(list(input), _columns(column or []))
    device = "cuda" if gpus_per_worker else "cpu"
    factory = _factory(experts, (caption_bank or [], caption_column), cache, (clap, starter_head, device, dtype))
    _say_about_lists(input)
    if dry_run:
        _dry_run(sources, config, factory, timeout_s)
        return
    if output is None:
        output = f"{sources[0].root_name}-prompted"
        print(f"writing to {output}", file=sys.stderr)
    mode: Mode = "resume" if resume else "append" if append else "new"
    summary = _run(output, mode, (list(input), _columns(column or [])), config, factory, where)
    for line in summary.lines():
        print(line)
    if not (summary.sources_close and summary.windows_close):
        raise RuntimeError(f"the sums do not close: run mkaudio verify {output}")
    print(f"{output}: look at it with mkaudio inspect {output}")
    if summary.refused_share > max_refused:
        print(
            f"mkaudio: {summary.refused_share:.1%} of the sounds were refused, more than --max-refused {max_refused:g}; "
            "mkaudio inspect shows why",
            file=sys.stderr,
        )
        raise typer.Exit(EXIT_REFUSED)


def _run(
    output: str,
    mode: "Mode",
    inputs: tuple[list[str], dict[str, str]],
    config: "DistillConfig",
    factory: "StarterToolbox",
    where: "EngineChoice",
) -> "Summary":
    from mkaudio.cli.caption_bank import prepare
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline import distill, open_sources, opened_output
    from mkaudio.pipeline.run_log import write_run_log
    from mkaudio.shards import open_storage

    started, storage = time.monotonic(), open_storage(output)
    with opened_output(storage, mode, config, factory) as (info, lock):
        sources = open_sources(*inputs, known=info.roots, may_have_moved=mode == "resume")
        prepare(factory)
        with where.engine(factory, storage, sources, lock) as engine:
            summary = distill(storage, info, sources, config, engine, watch, append=mode == "append")
            verdicts = {f"{task}: {name}": str(verdict) for (task, name), verdict in engine.verdicts.items()}
    took_s = time.monotonic() - started
    write_run_log(storage, mode, took_s, summary, verdicts)
    print(f"took {took_s:.0f} s", file=sys.stderr)
    if ignored := sum((source.ignored for source in sources), Counter()):
        what = ", ".join(f"{count} {kind}" for kind, count in ignored.most_common(8))
        print(f"passed over, being no sound by their names: {what}", file=sys.stderr)
    return summary


def _dry_run(sources: "list[Source]", config: "DistillConfig", factory: "StarterToolbox", timeout_s: float) -> None:
    from mkaudio.cli.caption_bank import prepare
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline import estimate

    prepare(factory)
    for line in estimate(sources, config, factory, timeout_s, watch).lines():
        print(line)


def _factory(
    experts: str,
    bank: tuple[list[Path], str | None],
    cache: Path | None,
    scoring: tuple[str, Path | None, str, str],
) -> "StarterToolbox":
    from mkaudio.cli.toolbox import EXPERTS, StarterToolbox
    from mkaudio.models.starter.fetch import starter_folder, starter_ready
    from mkaudio.models.starter.head import load_head

    names = tuple(name.strip() for name in experts.split(",") if name.strip())
    if not names:
        raise ValueError(f"--experts: name at least one of {', '.join(EXPERTS)}")
    for name in names:
        _one_of("--experts", name, EXPERTS)
    if len({*names}) < len(names):
        raise ValueError(f"--experts {experts}: each expert once")
    if (bank[0] or bank[1]) and "retriever" not in names:
        raise ValueError("--caption-bank and --caption-column are for the retriever, which is not among --experts")
    if bank[1] and not bank[0]:
        raise ValueError("--caption-column names a column of your --caption-bank, and there is none")
    if not starter_ready(cache):
        raise ValueError("the starter pack is not there: mkaudio fetch starter")
    paths = tuple(path.absolute() for path in bank[0])  # workers may have another working directory
    clap, head, device, dtype = scoring
    pack, head = starter_folder(cache).absolute(), head.absolute() if head else None
    if head:
        load_head(head, pack)  # a head of other models is refused here, not in the workers
    return StarterToolbox(pack, names, paths, bank[1], device, dtype, clap, head)


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        what, equals, name = pair.partition("=")
        if not equals:
            raise ValueError(f"--column {pair}: write it as group=my_column")
        columns[what.strip()] = name.strip()
    return columns


def _wanted(option: str, value: str) -> "Wanted":
    from mkaudio.pipeline.config import WANTED

    _one_of(option, value, WANTED)
    return next(one for one in WANTED if one == value)


def _one_of(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{option} {value}: not known; {nearest(value, known)}")


def _say_about_lists(inputs: list[str]) -> None:
    for folder in map(Path, inputs):  # an address is no folder on disk, and nothing is said of it
        lists = sorted(folder.glob("*.csv")) if folder.is_dir() else []
        if lists:
            print(f"note: {folder} holds {lists[0].name}; --input {lists[0]} would use its labels", file=sys.stderr)
