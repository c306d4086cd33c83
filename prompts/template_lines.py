"""On which lines of a TOML file its templates and their keys stand, so that an error can say where."""

import re
from collections import defaultdict

_HEADER = re.compile(r"\s*\[\[?\s*[\"']?([\w-]+)[\"']?\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")
_MULTILINE = re.compile(r'"""|' + "'''")


class TemplateLines:
    """The lines of a template file, numbered from 1.

    Args:
        source: the file's text.
    """

    def __init__(self, source: str) -> None:
        self._lines: dict[tuple[str, int, str], int] = {}
        counts: dict[str, int] = defaultdict(int)
        table, number_of_table, inside = "", 0, ""
        for number, line in enumerate(source.splitlines(), 1):
            if inside:
                inside = "" if inside in line else inside
                continue
            if header := _HEADER.match(line):
                table, number_of_table = header[1], counts[header[1]]
                counts[table] += 1
                self._lines[table, number_of_table, ""] = number
            elif key := _KEY.match(line):
                self._lines.setdefault((table, number_of_table, key[1]), number)
            marks = _MULTILINE.findall(line)
            inside = marks[-1] if len(marks) % 2 else ""

    def line(self, table: str, number: int, key: str = "") -> int:
        """Return where a key stands; the table's own line where the key is not found, 1 where neither is.

        Args:
            table: "template" or "words"; "" for the top of the file.
            number: of the table among those of its name, from 0.
            key: in the table; "" for its header.
        """
        return (
            self._lines.get((table, number, key))
            or self._lines.get((table, number, ""))
            or self._lines.get(("", 0, table))
            or 1
        )
