"""The text models that can be read, by the `model_type` of their config. Loads torch where one is built, not before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mkaudio.models.conditioning.skeleton import Skeleton


@dataclass(frozen=True, slots=True)
class Architecture:
    """How one kind of model is built, and how its tensors are called in a checkpoint.

    Args:
        build: config.json's content -> the text network of transformers, without weights' values.
        skeleton: names of its tensors.
        positions_taken: of `max_position_embeddings`, by what is no token; None: there is no most.
    """

    build: Callable[[dict[str, Any]], Any]
    skeleton: Skeleton
    positions_taken: Callable[[Mapping[str, Any]], int] | None = lambda settings: 0


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


def _as_bert(below: str, other_parts: tuple[str, ...]) -> Skeleton:
    names = ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight")
    outside = tuple(f"embeddings.{name}" for name in (*names, "LayerNorm.weight", "LayerNorm.bias"))
    return Skeleton("encoder.layer.", "attention.self.query.weight", outside, outside[0], below, other_parts)


def _as_clip(inside: str, below: str, other_parts: tuple[str, ...], projection: tuple[str, ...] = ()) -> Skeleton:
    names = ("embeddings.token_embedding.weight", "embeddings.position_embedding.weight")
    outside = tuple(inside + name for name in (*names, "final_layer_norm.weight", "final_layer_norm.bias"))
    layers = f"{inside}encoder.layers."
    return Skeleton(layers, "self_attn.q_proj.weight", outside + projection, outside[0], below, other_parts)


_PICTURES_OF_CLIP = ("vision_model.", "visual_projection.", "logit_scale")
_OTHERS_OF_CLAP = ("pooler.", "audio_model.", "audio_projection.", "text_projection.", "logit_scale")
BERT = _as_bert("bert.", ("pooler.", "cls."))
CLIP_PROJECTED = _as_clip("text_model.", "", _PICTURES_OF_CLIP, ("text_projection.weight",))
CLIP_PICTURES = Skeleton(
    "vision_model.encoder.layers.",
    "self_attn.q_proj.weight",
    (
        *("vision_model.embeddings.class_embedding", "vision_model.embeddings.patch_embedding.weight"),
        *("vision_model.embeddings.position_embedding.weight", "visual_projection.weight"),
        *("vision_model.pre_layrnorm.weight", "vision_model.pre_layrnorm.bias"),
        *("vision_model.post_layernorm.weight", "vision_model.post_layernorm.bias"),
    ),
    "",
    other_parts=("text_model.", "text_projection.", "logit_scale"),
)
_T5 = Skeleton(
    "encoder.block.",
    "layer.0.SelfAttention.q.weight",
    ("shared.weight", "encoder.final_layer_norm.weight"),
    "shared.weight",
    other_parts=("decoder.", "lm_head."),
    same={"encoder.embed_tokens.weight": "shared.weight"},
    in_first=frozenset({"layer.0.SelfAttention.relative_attention_bias.weight"}),
    depth="num_layers",
    width="d_model",
)


def _positions_before_the_first(settings: Mapping[str, Any]) -> int:
    """As RoBERTa counts: the first token is behind the pad."""
    return int(settings.get("pad_token_id", 1)) + 1


_CLAP = Architecture(_clap, _as_bert("text_model.", _OTHERS_OF_CLAP), _positions_before_the_first)
_CLIP = Architecture(_clip, _as_clip("", "text_model.", (*_PICTURES_OF_CLIP, "text_projection.")))

TEXT_ARCHITECTURES = {
    "clap": _CLAP,
    "clap_text_model": _CLAP,
    "clip": _CLIP,
    "clip_text_model": _CLIP,
    "t5": Architecture(_t5, _T5, positions_taken=None),
    "bert": Architecture(_bert, BERT),
}
