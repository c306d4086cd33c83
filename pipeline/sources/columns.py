"""Which column of a list means what: the names that public sound datasets use, or the user's own."""

import difflib
from collections.abc import Iterable, Mapping

FIELDS: dict[str, tuple[str, ...]] = {
    "path": (
        *("path", "file", "filename", "file_name", "filepath", "file_path"),
        *("audio", "audio_path", "audio_filepath", "location", "fname"),
    ),
    "label": (
        *("label", "labels", "category", "class", "classes", "tags", "sound_name"),
        *("caption", "captions", "title", "description", "text"),
    ),
    "language": ("language", "lang"),
    "group": ("group", "group_id", "uploader", "video_id", "ytid", "youtube_id", "recording"),
    "licence": ("licence", "license"),
    "attribution": ("attribution", "author", "artist", "credit", "creator"),
    "source_url": ("source_url", "url", "link"),
}
"""Field → column names that mean it, the first present first; compared without case."""

SINGLE_FIELDS = ("language", "group", "licence", "attribution", "source_url")
_PROSE = frozenset({"caption", "captions", "title", "description", "text"})


def is_prose(column: str) -> bool:
    """Say whether a column holds sentences, in which a semicolon separates nothing."""
    return _plain(column) in _PROSE


def resolve_columns(found: Iterable[str], chosen: Mapping[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return which columns hold each field.

    Args:
        found: the columns that are there.
        chosen: field → column, where the user says so; it takes the place of the known names.

    Returns:
        Field → columns, all that are there; of `path` the first one only; empty where there is none.

    Raises:
        ValueError: `chosen` names a field that does not exist or a column that is not there.

    >>> resolve_columns(["File", "tags", "caption"])["label"]
    ('tags', 'caption')
    """
    chosen = chosen or {}
    check_fields(chosen)
    names = list(found)
    by_plain = {_plain(name): name for name in reversed(names)}
    columns = {
        field: tuple(by_plain[alias] for alias in aliases if alias in by_plain) for field, aliases in FIELDS.items()
    }
    columns["path"] = columns["path"][:1]
    for field, name in chosen.items():
        if name not in names:
            raise ValueError(
                f"columns: {field!r} is to come from {name!r}, which is not there{did_you_mean(name, names)}; "
                f"found: {', '.join(names)}"
            )
        columns[field] = (name,)
    return columns


def check_fields(chosen: Mapping[str, str]) -> None:
    """Refuse a choice of columns for fields that do not exist.

    Args:
        chosen: field → column.

    Raises:
        ValueError: a field that does not exist.
    """
    for field in chosen:
        if field not in FIELDS:
            raise ValueError(
                f"columns: no field {field!r}{did_you_mean(field, FIELDS)}; fields are {', '.join(FIELDS)}"
            )


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return the end of an error message that names what is nearest; "" where there is nothing to name.

    >>> did_you_mean("lable", ["path", "label"])
    ", did you mean 'label'?"
    """
    nearest = difflib.get_close_matches(word, list(options), n=1, cutoff=0.0)
    return f", did you mean {nearest[0]!r}?" if nearest else ""


def _plain(name: str) -> str:
    return name.strip().lower()
