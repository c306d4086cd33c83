"""The audit on a terminal: a clip is played, a key is a mark, and it is on the disk before the next clip is played."""

import io
import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mkaudio.cli.audit_clips import ShownClip
from mkaudio.cli.player import Player
from mkaudio.cli.printable import printable

if TYPE_CHECKING:
    from mkaudio.pipeline.audit import Draw, Drawn, MarkFile, Marks

KEYS = {"y": "right", "n": "wrong", "p": "part", "s": "skip"}
HELP = "y right   n wrong   p part right (some of what it names)   s skip   r play again   u undo   q stop"
_STOP = ("q", "\x03", "\x04", "")
"""q, Ctrl-C, Ctrl-D, and a terminal that is gone."""
_ESCAPE = b"\x1b"
_REST_OF_A_KEY_S = 0.02
"""An arrow is several bytes, of which the first alone is the key Escape."""


def ask(
    drawn: "Draw", marks: "Marks", file: "MarkFile", read_clip: Callable[["Drawn"], ShownClip],
    player: Player, read_key: Callable[[], str], show_names: bool,
) -> None:  # fmt: skip
    """Go through the sample, from where it was left, until its end or until the person stops.

    Args:
        drawn: the sample.
        marks: those that are there; new ones are added.
        file: where each mark goes.
        read_clip: gives a prompt its sound.
        player: plays it.
        read_key: waits for a key; "" is the end.
        show_names: show where a clip came from.
    """
    by_id = {(one.key, one.prompt): place for place, one in enumerate(drawn.sample)}
    print(HELP)
    with tempfile.TemporaryDirectory(prefix="mkaudio-audit-") as folder:
        wav = Path(folder) / "clip.wav"
        try:
            while left := [place for prompt, place in by_id.items() if prompt not in marks.by_prompt]:
                one = drawn.sample[left[0]]
                _show(one, left[0] + 1, len(by_id), read_clip(one), wav, show_names)
                said = _answer(player, wav, read_key, bool(marks.by_prompt))
                if said in KEYS:
                    file.mark((one.key, one.prompt), KEYS[said])
                    marks.by_prompt[one.key, one.prompt] = KEYS[said]
                    print(f"  {KEYS[said]}")
                elif said == "u":
                    newest = next(reversed(marks.by_prompt))
                    file.undo(newest)
                    del marks.by_prompt[newest]
                    print("  taken back")
                else:
                    break
        except (
            KeyboardInterrupt
        ):  # while a clip is read or its player starts: each mark is on the disk, so it is a stop
            print()
        finally:
            player.stop()


def _show(one: "Drawn", number: int, count: int, clip: ShownClip, wav: Path, show_names: bool) -> None:
    wav.write_bytes(_wav_of(clip.flac))
    print(f"\n[{number}/{count}] {printable(one.prompt)}")
    print(f"  {printable('   '.join(clip.said_of_it(show_names)))}")


def _answer(player: Player, wav: Path, read_key: Callable[[], str], may_undo: bool) -> str:
    """Play and wait for a key that means something."""
    again = True
    while True:
        if again and (trouble := player.play(wav)):
            print(f"  {trouble}")
        key = read_key().lower()
        if key in KEYS or key in _STOP or (key == "u" and may_undo):
            return key
        again = key == "r"
        if key == "u":
            print("  nothing to take back")
        elif not again:
            print(f"  {HELP}")


def _wav_of(flac: bytes) -> bytes:
    import soundfile

    with soundfile.SoundFile(io.BytesIO(flac)) as sound:
        buffer = io.BytesIO()
        soundfile.write(buffer, sound.read(dtype="int32"), sound.samplerate, subtype=sound.subtype, format="WAV")
    return buffer.getvalue()


@contextmanager
def keys_of_terminal() -> Iterator[Callable[[], str]]:
    """Read single keys from the terminal, without Enter, and leave it as it was.

    Yields:
        What waits for a key.
    """
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield lambda: _key(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _key(terminal: int) -> str:
    sys.stdout.flush()
    try:
        key = os.read(terminal, 1)
        if key == _ESCAPE and _more(terminal) and os.read(terminal, 1) in (b"[", b"O"):
            while _more(terminal) and not b"@" <= os.read(terminal, 1) <= b"~":  # an arrow, which means nothing here
                pass
    except (KeyboardInterrupt, OSError):  # Ctrl-C; or the terminal's window is closed
        return ""
    return key.decode("ascii", "replace")


def _more(terminal: int) -> bool:
    return bool(select.select([terminal], [], [], _REST_OF_A_KEY_S)[0])
