"""`mkaudio`: one verb a file. Heavy modules are imported inside the commands, so that --help is quick."""

import errno
import os
import sys
from pathlib import Path

import typer

from mkaudio import __version__
from mkaudio.cli import (
    audit,
    distill,
    events,
    fetch,
    generate,
    inspect,
    reconstruct,
    reprogram,
    select,
    starter_head,
    train,
    verify,
)

EXIT_FAILED, EXIT_USAGE, EXIT_STOPPED = 1, 2, 130
_AGAIN = "then run it again (distill with --resume)"
_ADVICE = {
    errno.ENOSPC: f"free space on that disk, {_AGAIN}",
    errno.EDQUOT: f"free space or ask for more, {_AGAIN}",
    errno.EIO: f"the disk or its connection fails (dmesg says more): mend it, {_AGAIN}",
    errno.EROFS: f"name another --output, or mount it for writing, {_AGAIN}",
    errno.EACCES: "name a folder that you may write in, or ask for permission",
}
"""What to do about an error of the system that work with files meets."""

app = typer.Typer(
    name="mkaudio",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turn folders of sound that nobody described into a captioned text-to-audio training set.",
)
app.command("fetch")(fetch.fetch)
app.command("distill")(distill.distill)
app.command("inspect")(inspect.inspect)
app.command("reprogram")(reprogram.reprogram)
app.command("select")(select.select)
app.command("verify")(verify.verify)
app.command("events")(events.events)
app.command("audit")(audit.audit)
app.add_typer(train.app, name="train")
app.command("reconstruct")(reconstruct.reconstruct)
app.command("generate")(generate.generate)
app.command("starter-head")(starter_head.starter_head)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"mkaudio {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Turn folders of sound that nobody described into a captioned text-to-audio training set."""


def main() -> None:
    """Run the command line; a mistake of the user is one clear line, not a traceback.

    Raises:
        SystemExit: with the exit code.
    """
    try:
        app(_with_values(sys.argv[1:]))
    except ValueError as error:
        _fail(error, EXIT_USAGE)
    except OSError as error:
        _fail(error, EXIT_FAILED, _of_the_system(error))
    except RuntimeError as error:
        _fail(error, EXIT_FAILED)
    except SystemExit as ended:
        if ended.code == EXIT_STOPPED:  # typer turns an interrupt into this
            print("mkaudio: stopped; what is committed stays, --resume goes on from there", file=sys.stderr)
        raise


def _with_values(arguments: list[str]) -> list[str]:
    """Give a bare --templates an empty value, which means the default: Typer has no options that may go without one.

    It is bare where nothing follows, another option, or a dataset: a folder, or an address in a store, is no template set.

    Args:
        arguments: of the command line.

    >>> _with_values(["reprogram", "out", "--templates", "--preview", "3"])
    ['reprogram', 'out', '--templates', '', '--preview', '3']
    """
    given: list[str] = []
    for argument, follows in zip(arguments, [*arguments[1:], "-"], strict=True):
        given.append(argument)
        if argument == "--templates" and (follows.startswith("-") or "://" in follows or Path(follows).is_dir()):
            given.append("")
    return given


def _of_the_system(error: OSError) -> str:
    """Say where, what, and what to do about it."""
    if not error.strerror:
        return str(error)
    where = error.filename2 or error.filename  # a rename names both: the target is what was to be
    advice = _ADVICE.get(error.errno or 0, "")
    return ": ".join(str(part) for part in (where, error.strerror) if part) + (f"; {advice}" if advice else "")


def _fail(error: Exception, code: int, line: str = "") -> None:
    if os.environ.get("MKAUDIO_DEBUG"):
        raise error
    print(f"mkaudio: {line or error}", file=sys.stderr)
    sys.exit(code)
