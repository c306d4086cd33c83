"""A model's tokenizer out of its `tokenizer.json`, and whether it is one. Loads no torch and no transformers.

transformers makes up a tokenizer of a handful of tokens where files are missing, and every text is then the same: what
stands on disk is read by the tokenizers library itself, and tried.
"""

from pathlib import Path

from tokenizers import Tokenizer

FILE = "tokenizer.json"
_MOST_UNUSED = 127
"""Embeddings are often padded to a multiple of 64 or 128: T5 has 32,128 for 32,100 tokens."""
_FEWEST = 2
"""One of the text's, and the end; most models begin with one more."""
_TRIED = ("a dog barks", "a violin plays", "rain falls on a tin roof")


def load_tokenizer(folder: Path, n_tokens: int) -> Tokenizer:
    """Load a tokenizer that cuts texts at so many tokens and does not pad.

    Args:
        folder: of the model.
        n_tokens: 2 or more, begin and end included.

    Returns:
        The tokenizer.

    Raises:
        ValueError: `n_tokens` is too small, or it is missing, damaged, or gives different texts the same tokens, or a text none.
    """
    path = folder / FILE
    if n_tokens < _FEWEST:
        raise ValueError(f"n_tokens: {n_tokens}: n_tokens is too small: a text needs {_FEWEST} at least")
    if not path.is_file():
        raise ValueError(
            f"{path}: no tokenizer here: copy it from where the model came from, or write it with "
            f"AutoTokenizer.from_pretrained(ORIGIN).save_pretrained({str(folder)!r})"
        )
    try:
        tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_padding()
        tokenizer.enable_truncation(n_tokens)
        tried = [tuple(tokenizer.encode(text).ids) for text in _TRIED]
        empty = tokenizer.encode("").ids
    except Exception as error:  # the library raises nothing narrower
        said = " ".join(str(error).split())[:200]
        raise ValueError(f"{path}: cannot be read as a tokenizer ({said}): fetch the file again") from error
    if len(set(tried)) != len(tried) or not empty:
        found = "an empty prompt has no tokens" if not empty else f"{_TRIED[0]!r} and {_TRIED[1]!r} are alike"
        raise ValueError(
            f"{path}: {tokenizer.get_vocab_size()} tokens, at most {n_tokens} a text, and {found}: "
            "this is not the model's tokenizer, or n_tokens is too small"
        )
    return tokenizer


def count_tokens(tokenizer: Tokenizer, text: str) -> int:
    """Return how many tokens a text has, also those that are cut off.

    Args:
        tokenizer: one that cuts.
        text: any.
    """
    kept = tokenizer.encode(text)
    return len(kept.ids) + sum(part.special_tokens_mask.count(0) for part in kept.overflowing)


def check_vocabulary(tokenizer: Tokenizer, vocabulary: int | None, folder: Path) -> None:
    """Compare a tokenizer with the model's config.

    Args:
        tokenizer: as loaded from the folder.
        vocabulary: tokens that the network knows; None: it is not said.
        folder: of both.

    Raises:
        ValueError: they do not belong together.
    """
    found = tokenizer.get_vocab_size()
    if vocabulary is not None and not vocabulary - _MOST_UNUSED <= found <= vocabulary:
        raise ValueError(
            f"{folder / FILE}: has {found} tokens, config.json says {vocabulary}: tokenizer and network are not of one "
            "model: fetch the folder again"
        )
