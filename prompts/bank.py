"""What a caption bank is: captions for the retriever, and of each what it names and what it claims beyond that."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

CLAIMS = ("", "repeated", "lasting", "soft", "loud", "together", "order")
"""What a caption may state beyond that its events are there; "" states nothing more."""


@dataclass(frozen=True, slots=True)
class BankCaption:
    """A caption of a bank.

    Args:
        text: a sentence.
        n_events: how many events it names; 0 where nobody knows.
        events: their classes, in the order of the sentence; none where nobody knows.
        claim: what it states beyond them, one of `CLAIMS`.
    """

    text: str
    n_events: int
    events: tuple[str, ...] = ()
    claim: str = ""


def bank_fingerprint(bank: Iterable[BankCaption]) -> str:
    """Return a short hash of all that a bank says.

    Args:
        bank: captions in order.
    """
    digest = hashlib.sha256()
    for one in bank:
        digest.update(repr((one.text, one.n_events, one.events, one.claim)).encode())
    return digest.hexdigest()[:12]
