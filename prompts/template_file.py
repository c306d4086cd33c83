"""A template file, read and checked: what is wrong is said with its line.

>>> len(parse_templates(b'[[template]]\\nrelation = "A before X"\\ntext = "{A} before {X}"', "mine", "mine.toml"))
1
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mkaudio.prompts.lint import lint
from mkaudio.prompts.template import Template, parse_template
from mkaudio.prompts.template_check import nearest, parse_relation
from mkaudio.prompts.template_lines import TemplateLines
from mkaudio.prompts.weave import example_of

_KEYS = ("relation", "text", "takes", "weight", "vouched")


def parse_templates(content: bytes, name: str, file: str) -> tuple[Template, ...]:
    """Check the content of a template file.

    Args:
        content: of the file.
        name: of the set.
        file: as errors call it.

    Raises:
        ValueError: something in it is wrong: "FILE:LINE: what", and what to do.
    """
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{file}:{line}: not UTF-8 (byte 0x{content[error.start]:02x}); save the file as UTF-8"
        ) from None
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else source.count("\n") + 1
        raise ValueError(
            f"{file}:{line}: not TOML: {re.sub(r' [(]at .*', '', str(error))}; see docs/templates.md"
        ) from None
    lines = TemplateLines(source)
    for key in table:
        if key not in ("template", "words"):
            known = nearest(key, ("template", "words"))
            raise ValueError(f"{file}:{lines.line(key, 0)}: unknown table or key {key!r}; {known}")
    words = _words(table.get("words", {}), file, lines)
    entries = table.get("template", [])
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(
            f"{file}:{lines.line('template', 0)}: no [[template]] in it; write at least one, see docs/templates.md"
        )
    return tuple(
        _template(entry, number, f"{name}:{number + 1}", words, file, lines) for number, entry in enumerate(entries)
    )


def _words(table: object, file: str, lines: TemplateLines) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    with _at(file, lines.line("words", 0)):
        if not isinstance(table, Mapping):
            raise ValueError(f'words is {table!r}; write a table of lists, such as v = ["hearing"]')
    for slot, options in table.items():
        with _at(file, lines.line("words", 0, slot)):
            if not re.fullmatch(r"[a-z][a-z_]*", slot):
                raise ValueError(f"words: {slot!r} cannot be a slot; use small letters, such as v")
            if not isinstance(options, list) or not options:
                raise ValueError(
                    f'words: {slot} is {options!r}; write a list of words, such as ["hearing", "noticing"]'
                )
            for option in options:
                if not isinstance(option, str) or not re.fullmatch(r"[\w'-]+(?: [\w'-]+)*", option):
                    raise ValueError(f"words: {slot} has {option!r}; write words with one space between them, no marks")
            found[slot] = tuple(options)
    return found


def _template(
    entry: Mapping[str, Any],
    number: int,
    name: str,
    words: Mapping[str, tuple[str, ...]],
    file: str,
    lines: TemplateLines,
) -> Template:
    for key, value in entry.items():
        with _at(file, lines.line("template", number, key)):
            if key not in _KEYS:
                raise ValueError(f"unknown key {key!r}; {nearest(key, _KEYS)}")
            _check_type(key, value)
    for key in ("relation", "text"):
        with _at(file, lines.line("template", number)):
            if key not in entry:
                raise ValueError(
                    f"{key} is missing in template {number + 1}; found only {', '.join(entry) or 'nothing'}; add it"
                )
    with _at(file, lines.line("template", number, "relation")):
        parse_relation(entry["relation"])
    with _at(file, lines.line("template", number, "takes" if "takes" in entry else "text")):
        kinds, weight = entry.get("takes"), entry.get("weight", 1)
        vouched = entry.get("vouched", False)
        text, relation = entry["text"], entry["relation"]
        if kinds is not None:
            with _at(file, lines.line("template", number, "text")):
                parse_template(text, relation, name, words, None, weight, vouched)
        template = parse_template(text, relation, name, words, kinds, weight, vouched)
    with _at(file, lines.line("template", number, "text")):
        example = example_of(template)
        linted = lint(example)
        if linted.text != example or linted.refusal:
            why = linted.refusal or ", ".join(linted.mendings)
            raise ValueError(
                f"its sentence is no good caption ({why}): {example!r} would become {linted.text!r}; mend the text"
            )
    return template


def _check_type(key: str, value: object) -> None:
    if key == "weight" and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000):
        raise ValueError(f"weight is {value!r}; write a whole number from 1 to 1000")
    if key == "vouched" and not isinstance(value, bool):
        raise ValueError(f"vouched is {value!r}; write true or false")
    if key == "takes" and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise ValueError(f'takes is {value!r}; write a list of kinds of captions, such as ["clause"]')
    if key in ("relation", "text") and not isinstance(value, str):
        raise ValueError(f"{key} is {value!r}; write a text")


class _PlacedError(ValueError):
    """An error that says already where it is."""


@contextmanager
def _at(file: str, line: int) -> Iterator[None]:
    try:
        yield
    except _PlacedError:
        raise
    except ValueError as error:
        raise _PlacedError(f"{file}:{line}: {error}") from None
