"""The text models that can be read, by the `model_type` of their config. Loads torch where one is built, not before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Architecture:
    """How one kind of model is built, and how its tensors are called in a checkpoint.

    Args:
        build: config.json's content -> the text network of transformers, without weights' values.
        below: what the names of its tensors begin with in a checkpoint of the whole model.
        other_parts: beginnings of names that belong to other parts of the whole model; all else must be used.
        same: tensor of the network -> the one that it is another name of.
        positions_taken: of `max_position_embeddings`, by what is no token; None: there is no most.
    """

    build: Callable[[dict[str, Any]], Any]
    below: str
    other_parts: tuple[str, ...]
    same: dict[str, str] = field(default_factory=dict)
    positions_taken: Callable[[Any], int] | None = lambda config: 0


def _clap(config: dict[str, Any]) -> Any:
    from transformers.models.clap.configuration_clap import ClapConfig, ClapTextConfig
    from transformers.models.clap.modeling_clap import ClapTextModel

    whole = config["model_type"] == "clap"
    text: Any = ClapConfig.from_dict(config).text_config if whole else ClapTextConfig.from_dict(config)
    return ClapTextModel(text, add_pooling_layer=False)


def _clip(config: dict[str, Any]) -> Any:
    from transformers.models.clip.configuration_clip import CLIPConfig, CLIPTextConfig
    from transformers.models.clip.modeling_clip import CLIPTextModel

    whole = config["model_type"] == "clip"
    text: Any = CLIPConfig.from_dict(config).text_config if whole else CLIPTextConfig.from_dict(config)
    return CLIPTextModel(text)


def _t5(config: dict[str, Any]) -> Any:
    from transformers.models.t5.configuration_t5 import T5Config
    from transformers.models.t5.modeling_t5 import T5EncoderModel

    return T5EncoderModel(T5Config.from_dict(config))


def _bert(config: dict[str, Any]) -> Any:
    from transformers.models.bert.configuration_bert import BertConfig
    from transformers.models.bert.modeling_bert import BertModel

    return BertModel(BertConfig.from_dict(config), add_pooling_layer=False)


_CLAP = Architecture(
    _clap,
    "text_model.",
    ("pooler.", "audio_model.", "audio_projection.", "text_projection.", "logit_scale"),
    positions_taken=lambda config: int(config.pad_token_id) + 1,  # as RoBERTa counts: the first token is behind the pad
)
_CLIP = Architecture(_clip, "text_model.", ("vision_model.", "visual_projection.", "text_projection.", "logit_scale"))
_T5 = Architecture(
    _t5, "", ("decoder.", "lm_head."), {"encoder.embed_tokens.weight": "shared.weight"}, positions_taken=None
)
_BERT = Architecture(_bert, "bert.", ("pooler.", "cls."))

TEXT_ARCHITECTURES = {
    "clap": _CLAP,
    "clap_text_model": _CLAP,
    "clip": _CLIP,
    "clip_text_model": _CLIP,
    "t5": _T5,
    "bert": _BERT,
}
