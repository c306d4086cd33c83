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
from mkaudio.prompts.draw import uniform
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

    def chosen(self, form: CaptionForm, layout: Layout, seed: int) -> Template | None:
        """Draw a template of a layout by weight; None where the set has none for such a caption.

        Args:
            form: of the caption.
            layout: of the parts in time.
            seed: of the composition.
        """
        fitting = [one for one in self.for_caption(form) if one.layout is layout]
        place = uniform(seed, "template") * sum(one.weight for one in fitting)
        for one in fitting:
            place -= one.weight
            if place < 0:
                return one
        return fitting[-1] if fitting else None

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


def _set(content: bytes, name: str, file: str) -> TemplateSet:
    digest = hashlib.sha256(content + PHRASES_VERSION.encode())
    digest.update((resources.files("mkaudio.prompts") / "phrases" / "caption_words.toml").read_bytes())
    for module in _CODE:
        digest.update((resources.files("mkaudio.prompts") / f"{module}.py").read_bytes())
    return TemplateSet(name, digest.hexdigest()[:12], parse_templates(content, name, file))
