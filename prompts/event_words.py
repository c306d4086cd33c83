"""What a sentence may call one sound event: a noun phrase and clauses, whether or not AudioSet has a class for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventWords:
    """The words of an event.

    Args:
        label: the class, or the label where no class matches.
        noun: noun phrase with its article; fits "the sound of NOUN".
        clauses: third person, without capital or full stop, the preferred one first; each fits "CLAUSE and then CLAUSE".
        plural: whether the noun phrase is plural: "footsteps ARE heard".
    """

    label: str
    noun: str
    clauses: tuple[str, ...]
    plural: bool = False
