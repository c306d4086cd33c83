"""MiniLM, which reads: sentences as unit vectors, bit by bit the same whatever stands beside them.

Source: huggingface.co/sentence-transformers/all-MiniLM-L6-v2: BERT of 6 layers, mean over the tokens, unit length,
at most 256 tokens. N texts, D 384 dimensions.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers.models.bert.configuration_bert import BertConfig
from transformers.models.bert.modeling_bert import BertModel

from mkaudio.models.precision import precision
from mkaudio.models.starter.fetch import FetchError
from mkaudio.models.starter.fingerprints import reader_fingerprint
from mkaudio.models.starter.minilm_tokenizer import load_minilm_tokenizer

N_DIMENSIONS = 384
_FILES = ("model.safetensors", "config.json")
_NOT_USED = ("pooler.", "embeddings.position_ids")
"""Tensors of the checkpoint that a mean over tokens has no use for, by the start of their names."""

_LONG_LIST = 200
"""Lists of at least so many texts (the class names) are read once and kept on disk; banks have pipeline/bank_vectors.py."""
_MOST_REMEMBERED = 50_000
"""Texts in memory, 1.5 kB each; then the oldest go."""


class MiniLM:
    """Reads texts, each alone and at its own length, and remembers what it has read.

    A forward whose shape and content depend on one text alone gives bits that depend on nothing else. It costs 5.9 ms
    a caption of 10 tokens on one thread; batches of 16 padded to 24 tokens cost 4.3 ms, and a promise about every
    matrix kernel. Bits do depend on the number of threads (1e-7).
    """

    def __init__(self, folder: Path, device: str = "cpu", dtype: str = "float32") -> None:
        """Load the weights.

        Args:
            folder: `minilm/` of the starter pack.
            device: where the network runs, as torch names it.
            dtype: of the forward: float32, bfloat16 or float16.

        Raises:
            FetchError: the pack is not there; what is there and not MiniLM's is a `ValueError`.
        """
        weights, config = (folder / name for name in _FILES)
        for path in (weights, config):
            if not path.exists():
                raise FetchError(f"{path}: not found: run `mkaudio fetch starter`")
        self._tokenizer: Tokenizer = load_minilm_tokenizer(folder)
        self._device, self._dtype = torch.device(device), dtype
        self._network = _bert(config, weights).to(self._device).eval().requires_grad_(False)
        self._read: dict[str, NDArray[np.float32]] = {}
        self._kept = folder.parent.parent / "text-vectors"
        self._made_by = (
            f"{reader_fingerprint(folder.parent)} {torch.__version__} {torch.get_num_threads()} {device} {dtype}"
        )

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; a text met before, in this call or an earlier one, is not run again.

        Args:
            texts: N sentences; what lies behind their first 256 tokens is not read.

        Returns:
            (N, 384) float32 of unit rows.
        """
        unread = list(dict.fromkeys(text for text in texts if text not in self._read))
        if len(unread) >= _LONG_LIST:
            self._read.update(zip(unread, self._embed_list(unread), strict=True))
        else:
            self._read.update((text, self._embed_one(text)) for text in unread)
        rows = np.array([self._read[text] for text in texts], dtype=np.float32).reshape(len(texts), N_DIMENSIONS)
        for text in list(self._read)[: max(0, len(self._read) - _MOST_REMEMBERED)]:
            del self._read[text]
        return rows

    @property
    def network(self) -> torch.nn.Module:
        """The frozen BERT behind the vectors, for its tokens' states."""
        return self._network

    @property
    def tokenizer(self) -> Tokenizer:
        """What makes tokens of texts; it cuts them at 256."""
        return self._tokenizer

    def token_ids(self, text: str, most_tokens: int) -> list[int]:
        """Return a text's tokens.

        Args:
            text: a sentence.
            most_tokens: what lies behind is cut; 2 at least, 256 at most.

        Returns:
            Their numbers, begin and end included.
        """
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids if len(ids) <= most_tokens else [*ids[: most_tokens - 1], ids[-1]]

    def _embed_list(self, texts: list[str]) -> NDArray[np.float32]:
        """Read a long list, or take it from the cache beside the pack, named by its content and by what read it."""
        name = hashlib.sha256(json.dumps([self._made_by, *texts]).encode()).hexdigest()[:24]
        path = self._kept / f"{name}.npy"
        with contextlib.suppress(OSError, ValueError, EOFError):  # not there, or cut off: made again
            kept: NDArray[np.float32] = np.load(path)
            if kept.shape == (len(texts), N_DIMENSIONS):
                return kept
        rows = np.stack([self._embed_one(text) for text in texts])
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{name}.{os.getpid()}.npy")
        np.save(temporary, rows)
        temporary.replace(path)
        return rows

    @torch.inference_mode()
    def _embed_one(self, text: str) -> NDArray[np.float32]:
        tokens = torch.tensor([self._tokenizer.encode(text).ids], device=self._device)
        with precision(self._device, self._dtype):
            of_tokens = self._network(input_ids=tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state
        sentence = torch.nn.functional.normalize(of_tokens[0].float().mean(0), dim=0)
        return np.asarray(sentence.cpu().numpy(), dtype=np.float32)


def _bert(config: Path, weights: Path) -> torch.nn.Module:
    """Build the network and fill every tensor of it from the checkpoint.

    Raises:
        ValueError: a tensor is missing, left over, or of another shape.
    """
    network = BertModel(BertConfig(**json.loads(config.read_bytes())), add_pooling_layer=False)
    tensors = {name: tensor for name, tensor in load_file(weights).items() if not name.startswith(_NOT_USED)}
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{weights}: not the weights of MiniLM: {' '.join(str(error).split())[:300]}") from error
    return network
