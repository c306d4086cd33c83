"""At which speeds the ear of each starter scorer hears a sound.

A sound is heard as it is, and played slower and faster, which moves its pitch by three semitones: a class on which all
three agree is the likelier one. `starter-fast` hears it once, at a third of the cost (docs/benchmarks.md tells both).
"""

SPEEDS: dict[str, tuple[float, ...]] = {"starter": (1.0, 0.85, 1.18), "starter-fast": (1.0,)}
"""Scorer → speeds, 1 the first: what is heard in time is heard at it. Source: tests/benchmarks/prompt_truth.py."""
