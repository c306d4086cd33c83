"""A preset: a TOML file with the settings of a training, checked before anything is opened.

Each section is a dataclass, whose defaults hold where the file says nothing: [stream]; [mel], [vae], [vae_loss], [vae_training];
[conditioning], [ldm], [ldm_loss], [ldm_training].
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_type_hints

from mkaudio.cli.nearest import nearest

if TYPE_CHECKING:
    from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
    from mkaudio.models.mel import MelConfig
    from mkaudio.models.training.config import TrainingConfig
    from mkaudio.models.vae.config import VaeConfig, VaeLossConfig

Section = TypeVar("Section")


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """What of the sounds a training hears.

    Args:
        window_s: longest sample; no clip of the dataset may be longer.
        val_share: share of the sources that are held out, where no dataset is given for it; 0 for none.

    Raises:
        ValueError: a setting makes no sense.
    """

    window_s: float = 10.0
    val_share: float = 0.05

    def __post_init__(self) -> None:
        if self.window_s <= 0:
            raise ValueError(f"window_s = {self.window_s:g}: give seconds above 0")
        if not 0 <= self.val_share < 1:
            raise ValueError(f"val_share = {self.val_share:g}: give a share from 0 to below 1")


@dataclass(frozen=True, slots=True)
class VaePreset:
    """The settings of `mkaudio train vae`."""

    stream: StreamConfig
    mel: "MelConfig"
    vae: "VaeConfig"
    vae_loss: "VaeLossConfig"
    vae_training: "TrainingConfig"


@dataclass(frozen=True, slots=True)
class ConditioningConfig:
    """What reads the prompts.

    Args:
        name: starter; the folder or id of a CLAP, CLIP, T5 or BERT; or clip-space: and a CLIP, which reads pictures as well.
        n_tokens: longest prompt.
        cached_prompts: whose tokens are kept in memory.

    Raises:
        ValueError: a setting makes no sense.
    """

    name: str = "starter"
    n_tokens: int = 77
    cached_prompts: int = 10_000

    def __post_init__(self) -> None:
        for name in ("n_tokens", "cached_prompts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: give at least 1")


@dataclass(frozen=True, slots=True)
class LdmPreset:
    """The settings of `mkaudio train ldm`; its mel is the autoencoder's."""

    stream: StreamConfig
    conditioning: ConditioningConfig
    ldm: "LdmConfig"
    ldm_loss: "LdmLossConfig"
    ldm_training: "TrainingConfig"


def preset_names() -> list[str]:
    """Return the names of our presets."""
    return sorted(path.name.removesuffix(".toml") for path in _folder().iterdir() if path.suffix == ".toml")


def read_preset(name: str) -> dict[str, dict[str, Any]]:
    """Return the sections of a preset as TOML has them.

    Args:
        name: of one of ours, or a TOML file.

    Returns:
        Section → setting → value.

    Raises:
        ValueError: there is none of this name, or it is no TOML.
    """
    path = Path(name) if name.endswith(".toml") else _folder() / f"{name}.toml"
    if path.parent == _folder() and not path.is_file():
        raise ValueError(f"--preset {name}: there is {', '.join(preset_names())}; or give your own file, NAME.toml")
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"--preset {name}: cannot be read: {error}") from error
    lonely = next((setting for setting, value in found.items() if not isinstance(value, dict)), None)
    if lonely is not None:
        raise ValueError(f"--preset {name}: {lonely} stands above all sections; put it below the one that it is of")
    return found


def with_settings(preset: Mapping[str, Mapping[str, Any]], settings: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return a preset with some settings changed.

    Args:
        preset: its sections.
        settings: each as SECTION.NAME=VALUE, the value as TOML has it.

    Raises:
        ValueError: one is not written so.
    """
    changed = {section: dict(values) for section, values in preset.items()}
    for setting in settings:
        name, equals, text = setting.partition("=")
        section, dot, key = name.strip().partition(".")
        if not (equals and dot and key):
            raise ValueError(f"--set {setting}: write SECTION.NAME=VALUE, as vae_training.learning_rate=1e-4")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text.strip()  # a word needs no quotation marks
        changed.setdefault(section, {})[key] = value
    return changed


def vae_preset(preset: Mapping[str, Mapping[str, Any]], where: str) -> VaePreset:
    """Check the settings of `mkaudio train vae`.

    Args:
        preset: its sections.
        where: what a person calls the preset, for errors.

    Returns:
        Its settings. What is wrong with a section, setting or value is a `ValueError`.
    """
    from mkaudio.models.mel import MelConfig
    from mkaudio.models.training.config import TrainingConfig
    from mkaudio.models.vae.config import VaeConfig, VaeLossConfig

    kinds = {
        "stream": StreamConfig,
        "mel": MelConfig,
        "vae": VaeConfig,
        "vae_loss": VaeLossConfig,
        "vae_training": TrainingConfig,
    }
    return VaePreset(**_sections(kinds, preset, where))


def ldm_preset(preset: Mapping[str, Mapping[str, Any]], where: str) -> LdmPreset:
    """Check the settings of `mkaudio train ldm`.

    Args:
        preset: its sections.
        where: what a person calls the preset, for errors.

    Returns:
        Its settings. What is wrong with a section, setting or value is a `ValueError`.
    """
    from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
    from mkaudio.models.training.config import TrainingConfig

    kinds = {
        "stream": StreamConfig,
        "conditioning": ConditioningConfig,
        "ldm": LdmConfig,
        "ldm_loss": LdmLossConfig,
        "ldm_training": TrainingConfig,
    }
    return LdmPreset(**_sections(kinds, preset, where))


def _sections(kinds: Mapping[str, type], preset: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Any]:
    """Return the sections of one training, checked; those of the other may stand in the same file.

    Raises:
        ValueError: there is a section that no training has.
    """
    known = [field.name for preset_of in (VaePreset, LdmPreset) for field in fields(preset_of)]
    for section in preset:
        if section not in known:
            raise ValueError(f"{where}: no section [{section}]; {nearest(section, dict.fromkeys(known))}")
    return {name: _section(name, kind, preset, where) for name, kind in kinds.items()}


def _section(section: str, kind: type[Section], preset: Mapping[str, Mapping[str, Any]], where: str) -> Section:
    where = f"{where} [{section}]"
    types, settings = get_type_hints(kind), {}
    names = [field.name for field in fields(cast("Any", kind))]
    for name, value in preset.get(section, {}).items():
        if name not in names:
            raise ValueError(f"{where}: no setting {name}; {nearest(name, names)}")
        settings[name] = _of_type(value, types[name], f"{where} {name}")
    try:
        return kind(**settings)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    except TypeError as error:  # one without a default
        raise ValueError(f"{where}: {str(error).rpartition(':')[2].strip()} must be given") from error


def _of_type(value: Any, kind: Any, where: str) -> Any:
    """Return a value as its setting's type; TOML has whole numbers for fractions, and lists for tuples.

    Raises:
        ValueError: it is of another.
    """
    if kind is float and type(value) is int:
        return float(value)
    if getattr(kind, "__origin__", None) is tuple:
        if isinstance(value, list):
            return tuple(_of_type(one, get_args(kind)[0], where) for one in value)
    elif type(value) is kind:
        return value
    said = {float: "a number", int: "a whole number", bool: "true or false", str: "a word"}.get(
        kind, "a list in brackets"
    )
    raise ValueError(f"{where} = {value!r}: give {said}")


def _folder() -> Path:
    return Path(str(files("mkaudio.cli"))) / "presets"
