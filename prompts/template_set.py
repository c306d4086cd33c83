"""Sets of templates: `natural`, `paper`, and the user's own file, checked when they are loaded.

>>> load_templates("paper").templates[0].name
'paper:1'
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from mkaudio.prompts.caption_form import CaptionForm
from mkaudio.prompts.event_phrase import PHRASES_VERSION
from mkaudio.prompts.layout import Layout
from mkaudio.prompts.template import Template
from mkaudio.prompts.template_check import nearest
from mkaudio.prompts.template_file import parse_templates

_FOLDER = resources.files("mkaudio.prompts") / "templates"
_CODE = (
    "article",
    "caption_claims",
    "caption_form",
    "caption_words",
    "draw",
    "finite",
    "layout",
    "noun_phrase",
    "template",
    "template_check",
    "weave",
)
"""The modules whose code decides a sentence."""


@dataclass(frozen=True)
class TemplateSet:
    """Templates of one file.

    Args:
        name: of the set; a file's name without its ending.
        fingerprint: start of the sha256 of the file, of the phrases and of the code that makes sentences of it.
        templates: in the order of the file.
    """

    name: str
    fingerprint: str
    templates: tuple[Template, ...]
    _fitting: dict[CaptionForm, tuple[Template, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Layouts that the set can state, each once, in the order of `Layout`."""
        return tuple(layout for layout in Layout if any(one.layout is layout for one in self.templates))

    def for_caption(self, form: CaptionForm) -> tuple[Template, ...]:
        """Return the templates that take such a caption, and in whose layout it stays true.

        Args:
            form: of the caption, from `form_of`.
        """
        if form not in self._fitting:
            self._fitting[form] = tuple(
                one for one in self.templates if form.kind in one.takes and form.allows(one.layout)
            )
        return self._fitting[form]

    def of_layout(self, layout: Layout) -> tuple[Template, ...]:
        """Return the templates that state a layout.

        Args:
            layout: of the parts in time.
        """
        return tuple(one for one in self.templates if one.layout is layout)


def template_set_names() -> tuple[str, ...]:
    """Return the names of the sets that are part of mkaudio, the default first."""
    return ("natural", "paper")


@cache
def load_templates(name_or_path: str = "natural") -> TemplateSet:
    """Read and check a set; the result is cached.

    Args:
        name_or_path: a set's name, or a TOML file.

    Raises:
        ValueError: there is no such set or file, or something in it is wrong: "FILE:LINE: what", and what to do.
    """
    if name_or_path in template_set_names():
        content = (_FOLDER / f"{name_or_path}.toml").read_bytes()
        return _set(content, name_or_path, f"{name_or_path}.toml")
    path = Path(name_or_path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        names = ", ".join(template_set_names())
        hint = nearest(path.stem, template_set_names())
        raise ValueError(
            f"templates {name_or_path!r}: no such file, and no set of that name (there are {names}); {hint}"
        ) from None
    except OSError as error:
        raise ValueError(f"templates {name_or_path!r} cannot be read: {error.strerror}; give a TOML file") from None
    return _set(content, path.stem, name_or_path)


<<<<<<< HEAD
def parse_templates(content: bytes, name: str, file: str) -> TemplateSet:
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
    templates = tuple(
        _template(entry, number, f"{name}:{number + 1}", words, file, lines) for number, entry in enumerate(entries)
    )
    return TemplateSet(name, _fingerprint(content), templates)


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


def _fingerprint(content: bytes) -> str:
    digest = hashlib.sha256(content)
=======
def _set(content: bytes, name: str, file: str) -> TemplateSet:
    digest = hashlib.sha256(content + PHRASES_VERSION.encode())
    digest.update((resources.files("mkaudio.prompts") / "phrases" / "caption_words.toml").read_bytes())
>>>>>>> i5-a
    for module in _CODE:
        digest.update((resources.files("mkaudio.prompts") / f"{module}.py").read_bytes())
    return TemplateSet(name, digest.hexdigest()[:12], parse_templates(content, name, file))
