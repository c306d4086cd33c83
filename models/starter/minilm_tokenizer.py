"""MiniLM's tokenizer out of the starter pack, and whether it is that one. Loads no torch.

Source: huggingface.co/sentence-transformers/all-MiniLM-L6-v2: at most 256 tokens.
"""

from pathlib import Path

from tokenizers import Tokenizer

from mkaudio.models.starter.wheels import FetchError

MAX_TOKENS = 256
TOKENIZER = "tokenizer.json"
_VOCABULARY = 30_522


def load_minilm_tokenizer(folder: Path) -> Tokenizer:
    """Load the tokenizer, which cuts texts at `MAX_TOKENS` and does not pad.

    Args:
        folder: `minilm/` of the starter pack.

    Returns:
        The tokenizer.

    Raises:
        FetchError: it is not there.
        ValueError: it is another.
    """
    path = folder / TOKENIZER
    if not path.exists():
        raise FetchError(f"{path}: not found: run `mkaudio fetch starter`")
    tokenizer: Tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    distinct = {tuple(tokenizer.encode(text).ids) for text in ("a dog barks", "a violin plays")}
    found = tokenizer.get_vocab_size()
    if found != _VOCABULARY or len(distinct) != 2:
        raise ValueError(
            f"{path}: needed MiniLM's {_VOCABULARY} tokens, and that two texts differ; found {found} tokens: "
            "delete the folder and run `mkaudio fetch starter`"
        )
    return tokenizer
