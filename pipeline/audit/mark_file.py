"""The file that marks go to: each is on the disk before the next clip is shown, and a half-written one is let go."""

import os
from pathlib import Path

from mkaudio.pipeline.audit.draw import DrawRule
from mkaudio.pipeline.audit.marks import UNDO, Marks, PromptId, mark_line, parse_marks, rule_line
from mkaudio.shards import naming
from mkaudio.shards.local_storage import sync_folder


class MarkFile:
    """Marks that grow.

    Args:
        path: the file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Marks | None:
        """Return what is there, without a last line that was cut off; None where nothing is.

        Raises:
            ValueError: it is not a file of marks.
        """  # noqa: DOC502 - parse_marks raises it
        text = self._whole_lines().decode("utf-8", "replace")
        return parse_marks(text, str(self.path)) if text.strip() else None

    def begin(self, dataset: str, rule: DrawRule) -> None:
        """Say what is looked at from here on.

        Args:
            dataset: its fingerprint.
            rule: what was drawn.
        """
        self._append(rule_line(dataset, rule))
        sync_folder(self.path.absolute().parent)

    def mark(self, prompt: PromptId, mark: str) -> None:
        """Write a mark, durably.

        Args:
            prompt: its key and text.
            mark: what the person said.
        """
        self._append(mark_line(prompt, mark))

    def undo(self, prompt: PromptId) -> None:
        """Take a mark back, durably.

        Args:
            prompt: its key and text.
        """
        self.mark(prompt, UNDO)

    def _whole_lines(self) -> bytes:
        data = self.path.read_bytes() if self.path.exists() else b""
        return data[: data.rfind(b"\n") + 1]

    def _append(self, line: str) -> None:
        whole = len(self._whole_lines())
        with naming(self.path), self.path.open("ab") as file:
            file.truncate(whole)  # a line without its end was never acknowledged
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
