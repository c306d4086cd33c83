"""Tiny models of real architectures with tokenizers trained here, saved as Hugging Face's libraries save them."""

import json
import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SENTENCES = [
    "a dog barks while rain falls on a tin roof",
    "a violin plays before a door closes",
    "footsteps, then thunder in the distance",
    "a cat purrs, a clock ticks and a crowd cheers",
    "birds sing near a stream as wind blows through the trees",
]
VOCABULARY = 330
KINDS = ("clap", "clap_text_model", "clip", "clip_text_model", "t5", "bert")
_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 37,
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "vocab_size": VOCABULARY,
}


def make_model(kind: str, folder: Path) -> Path:
    """Save a whole model of this model_type with its tokenizer; weights are random, the same every time."""
    torch.manual_seed(7)
    family = kind.split("_")[0]
    network = {"clap": _clap, "clip": _clip, "t5": _t5, "bert": _bert}[family]()
    (network.text_model if kind == "clap_text_model" else network).save_pretrained(folder)
    if kind == "clip_text_model":
        _clip_text(network).save_pretrained(folder)
    if kind == "clip":
        _clip_pictures().save_pretrained(folder)
    trained = {"clap": _byte_level, "clip": _clip_level, "t5": _unigram, "bert": _word_piece}[family]()
    trained.save_pretrained(folder)
    return folder


def changed(folder: Path, copy: Path, **config) -> Path:
    """Copy a model, with other settings in its config.json."""
    shutil.copytree(folder, copy)
    path = copy / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))
    return copy


def _clap():
    from transformers import ClapConfig, ClapModel

    audio = {"spec_size": 256, "patch_size": 16, "hidden_size": 32, "depths": [1, 1], "num_attention_heads": [2, 2]}
    audio |= {"window_size": 8, "patch_embeds_hidden_size": 16}
    text = _TEXT | {"max_position_embeddings": 90}
    return ClapModel(ClapConfig(text_config=text, audio_config=audio, projection_dim=16)).eval()


def _clip_config():
    from transformers import CLIPConfig

    text = _TEXT | {"projection_dim": 16, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    vision = {name: size for name, size in _TEXT.items() if name != "vocab_size"}
    vision |= {"image_size": 32, "patch_size": 8, "projection_dim": 16}
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)


def _clip():
    from transformers import CLIPModel

    return CLIPModel(_clip_config()).eval()


def _clip_text(whole):
    from transformers import CLIPTextModelWithProjection

    tower = CLIPTextModelWithProjection(whole.config.text_config)
    tower.text_model.load_state_dict(whole.text_model.state_dict())
    return tower


def _clip_pictures():
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    return CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})


def _t5():
    from transformers import T5Config, T5ForConditionalGeneration

    sizes = {"d_model": 32, "d_kv": 16, "d_ff": 37, "num_layers": 2, "num_heads": 2}
    return T5ForConditionalGeneration(T5Config(vocab_size=VOCABULARY, **sizes)).eval()


def _bert():
    from transformers import BertConfig, BertForPreTraining

    return BertForPreTraining(BertConfig(**_TEXT, max_position_embeddings=90)).eval()


def _byte_level():
    """RoBERTa's tokenizer, which CLAP has; the alphabet of 256 bytes and what is left for merges."""
    from transformers import RobertaTokenizer

    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    vocabulary, merges = _trained_pairs(specials, pre_tokenizers.ByteLevel(add_prefix_space=False), "")
    return RobertaTokenizer(vocab=vocabulary, merges=merges)


def _clip_level():
    from transformers import CLIPTokenizer

    specials = ["<|startoftext|>", "<|endoftext|>"]
    pieces = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    vocabulary, merges = _trained_pairs(specials, pieces, "</w>")
    return CLIPTokenizer(vocab=vocabulary, merges=merges)


def _trained_pairs(specials, pieces, end_of_word):
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix=end_of_word))
    tokenizer.pre_tokenizer = pieces
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        end_of_word_suffix=end_of_word,
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]


def _word_piece():
    from transformers import BertTokenizer

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    vocabulary = tokenizer.get_vocab()
    vocabulary |= {f"[unused{n}]": n for n in range(len(vocabulary), VOCABULARY)}
    return BertTokenizer(vocab=vocabulary)


def _unigram():
    from transformers import T5Tokenizer

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", special_tokens=[("</s>", 1)])
    specials = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY - 100, special_tokens=specials, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    pieces = [tuple(piece) for piece in json.loads(tokenizer.to_str())["model"]["vocab"]]
    room = VOCABULARY - 100 - len(pieces)
    pieces += [(f"unused{n}", -50.0) for n in range(room)] + [(f"<extra_id_{n}>", 0.0) for n in reversed(range(100))]
    return T5Tokenizer(vocab=pieces)
