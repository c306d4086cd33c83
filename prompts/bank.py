"""Caption banks for the retriever: ours, generated from the phrases, and the user's, a caption a line."""

from dataclasses import dataclass
from pathlib import Path

from mkaudio.prompts.caption import sentence
from mkaudio.prompts.event_phrase import load_phrases


@dataclass(frozen=True, slots=True)
class BankCaption:
    """A caption and how many events it names; 0 where nobody knows."""

    text: str
    n_events: int


def generated_bank() -> tuple[BankCaption, ...]:
    """Return a caption for each clause of each class that a prompt may claim."""
    clauses = {
        clause: None
        for phrase in load_phrases().values()
        if not (phrase.general or phrase.blind)
        for clause in phrase.clauses
    }
    return tuple(BankCaption(sentence(clause), 1) for clause in clauses)


def read_bank(path: Path) -> tuple[BankCaption, ...]:
    """Read a text file with a caption a line; empty lines and lines that begin with # are passed over.

    Args:
        path: the file, UTF-8.

    Raises:
        ValueError: it is not there, not UTF-8, or holds no caption.
    """
    if not path.is_file():
        raise ValueError(f"--caption-bank {path}: no such file; it is a text file with a caption a line")
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"--caption-bank {path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    texts = {" ".join(line.split()): None for line in lines if line.strip() and not line.startswith("#")}
    if not texts:
        raise ValueError(f"--caption-bank {path}: holds no caption; it is a text file with a caption a line")
    return tuple(BankCaption(text, 0) for text in texts)
