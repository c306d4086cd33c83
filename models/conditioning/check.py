"""Whether a conditioner can be loaded, said before torch is: where it lies, its tokenizer, its sizes, its tensors' names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from mkaudio.models.conditioning.architectures import (
    BERT,
    CLIP_PICTURES,
    CLIP_PROJECTED,
    TEXT_ARCHITECTURES,
    Architecture,
)
from mkaudio.models.conditioning.model_files import ModelFiles, find_model, json_object
from mkaudio.models.conditioning.skeleton import Skeleton, stated_number
from mkaudio.models.conditioning.tensor_names import must_fit, shapes_in
from mkaudio.models.conditioning.tokenizer import check_vocabulary, load_tokenizer
from mkaudio.models.starter.fetch import starter_folder, starter_ready
from mkaudio.models.starter.minilm_tokenizer import MAX_TOKENS, load_minilm_tokenizer

STARTER = "starter"
CLIP_SPACE = "clip-space:"
"""Before the folder or id of a CLIP: one token for a text or an image, instead of a token for each of the text's."""
N_TOKENS = 77
"""Source: Make-An-Audio, and CLIP's most."""
PREPROCESSOR = "preprocessor_config.json"
_FEWEST_OF_STARTER = 3
"""Begin, one token, end: with fewer all texts are the same."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A conditioner with which nothing is wrong, as far as its files tell.

    Args:
        files: of its model.
        tokenizer: of the same, cutting texts.
    """

    files: ModelFiles
    tokenizer: Tokenizer


def check_conditioner(name: str, n_tokens: int = N_TOKENS) -> Checked:
    """Look at what reads prompts, within a fraction of a second; what is wrong is a `ValueError`, and no hub is asked.

    Args:
        name: as `load_conditioner` takes it.
        n_tokens: S.

    Returns:
        Its files and its tokenizer.
    """
    if name == STARTER:
        return _starter(n_tokens)
    if name.startswith(CLIP_SPACE):
        return _clip_space(find_model(name.removeprefix(CLIP_SPACE), ("clip",)))
    files = find_model(name, TEXT_ARCHITECTURES)
    architecture = TEXT_ARCHITECTURES[files.model_type]
    tokenizer = load_tokenizer(files.folder, n_tokens)
    stated = stated_of(files.config, "text")
    check_sizes(files, tokenizer, architecture, stated, n_tokens)
    _check_names(files, architecture.skeleton, stated)
    return Checked(files, tokenizer)


def named_anywhere(name: str) -> str:
    """Return a conditioner's name so that it is found from any working directory: a folder by its whole path.

    Args:
        name: as `load_conditioner` takes it.
    """
    before = CLIP_SPACE if name.startswith(CLIP_SPACE) else ""
    folder = Path(name.removeprefix(before)).expanduser()
    return f"{before}{folder.absolute()}" if name != STARTER and folder.is_dir() else name


def check_sizes(
    files: ModelFiles, tokenizer: Tokenizer, architecture: Architecture, settings: Mapping[str, Any], n_tokens: int
) -> None:
    """Compare tokenizer and number of tokens with a network's settings.

    Args:
        files: of the model.
        tokenizer: of the model.
        architecture: of the network.
        settings: what config.json states, or all that the network has.
        n_tokens: S.

    Raises:
        ValueError: the tokenizer is another network's, or S is out of reach.
    """
    check_vocabulary(tokenizer, stated_number(settings, "vocab_size"), files.folder)
    positions = stated_number(settings, "max_position_embeddings")
    if architecture.positions_taken is None or positions is None:
        return
    most = positions - architecture.positions_taken(settings)
    if n_tokens > most:
        raise ValueError(f"n_tokens: {n_tokens}: {files.name} reads {most} tokens at most")


def stated_of(config: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """Return what config.json states of a part of a model; it leaves to transformers what is usual.

    Args:
        config: its content.
        part: "text" or "vision"; a model that is that part alone has no part of this name.
    """
    if f"{part}_config" not in config:
        return config
    said = config.get(f"{part}_config_dict") or config[f"{part}_config"]  # as the first CLIP was written
    return said if isinstance(said, Mapping) else {}


def picture_settings(folder: Path) -> dict[str, Any]:
    """Read how pictures are cut for a model.

    Args:
        folder: of the model.

    Returns:
        What the file says; one that is no JSON object is a `ValueError`.

    Raises:
        ValueError: it is missing.
    """
    path = folder / PREPROCESSOR
    if not path.is_file():
        raise ValueError(f"{path}: is missing, and says how pictures are cut: fetch the folder again")
    return json_object(path)


def _clip_space(files: ModelFiles) -> Checked:
    text = stated_of(files.config, "text")
    tokenizer = load_tokenizer(files.folder, stated_number(text, "max_position_embeddings") or N_TOKENS)
    check_vocabulary(tokenizer, stated_number(text, "vocab_size"), files.folder)
    picture_settings(files.folder)
    _check_names(files, CLIP_PROJECTED, text)
    _check_names(files, CLIP_PICTURES, stated_of(files.config, "vision"))
    return Checked(files, tokenizer)


def _starter(n_tokens: int) -> Checked:
    if not _FEWEST_OF_STARTER <= n_tokens <= MAX_TOKENS:
        raise ValueError(f"n_tokens: {n_tokens}: the starter reads {_FEWEST_OF_STARTER} to {MAX_TOKENS} tokens")
    if not starter_ready():
        raise ValueError(f"{starter_folder()}: no whole starter pack here: run `mkaudio fetch starter`")
    files = find_model(str(starter_folder() / "minilm"), ("bert",))
    tokenizer = load_minilm_tokenizer(files.folder)
    _check_names(files, BERT, files.config)
    return Checked(files, tokenizer)


def _check_names(files: ModelFiles, skeleton: Skeleton, stated: Mapping[str, Any]) -> None:
    """Hold the tensors' names against the architecture; in torch's own files they are read by torch alone."""
    if any(path.suffix == ".bin" for path in files.weights):
        return
    shapes = {name: shape for path in files.weights for name, shape in shapes_in(path).items()}
    must_fit(files.weights[0], skeleton.faults(shapes, stated))
