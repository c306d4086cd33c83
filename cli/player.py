"""Playing a sound with what the machine has: one at a time, stopped when the next one comes."""

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

KNOWN = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("aplay", "-q"),
    ("afplay",),
    ("paplay",),
    ("play", "-q"),
)  # fmt: skip
_PLACE = "{}"
_FAILS_WITHIN_S = 0.2
"""A player without a sound device ends at once; a sound that is shorter ends well."""


def find_player(asked_for: str | None) -> tuple[str, ...]:
    """Return the command that plays a file, without the file; empty where there is none.

    Args:
        asked_for: the user's own, with {} where the file goes or the file last; None takes the first that is there.

    Raises:
        ValueError: the user's own is no command of this machine.
    """
    if asked_for is None:
        return next((command for command in KNOWN if shutil.which(command[0])), ())
    try:
        words = shlex.split(asked_for)
    except ValueError as error:
        raise ValueError(f"--player {asked_for!r}: {error}") from error
    if not words or not shutil.which(words[0]):
        raise ValueError(
            f"--player {asked_for!r}: no such command here; give one that plays a WAV file, {{}} in its place"
        )
    return tuple(words)


class Player:
    """Plays WAV files by a command.

    Args:
        command: as `find_player` gives it; where empty nothing is played.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._playing: subprocess.Popen[bytes] | None = None

    def play(self, wav: Path) -> str:
        """Start a sound, and stop the one before.

        Args:
            wav: the file.

        Returns:
            What a person must know: where the file lies when it is not heard; else "".
        """
        self.stop()
        if not self._command:
            return f"no player found (--player names one); the sound lies in {wav}"
        words = [word.replace(_PLACE, str(wav)) for word in self._command]
        if words == list(self._command):
            words.append(str(wav))
        self._playing = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            code = self._playing.wait(_FAILS_WITHIN_S)
        except subprocess.TimeoutExpired:
            return ""
        return f"{words[0]} ended with code {code} (--player names another); the sound lies in {wav}" if code else ""

    def stop(self) -> None:
        """End the sound that is playing."""
        if self._playing is not None and self._playing.poll() is None:
            self._playing.kill()
            self._playing.wait()
        self._playing = None
