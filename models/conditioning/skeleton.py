"""What the tensors of a network are called, as far as that can be said without the network. Loads no torch.

A checkpoint of something else, of another depth or size, or with more or fewer tensors than its own layers agree on, is found
by its names. What all layers lack or have too much of, only the network itself can tell (weights.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mkaudio.models.conditioning.tensor_names import is_constant, name_in_network

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Names in a network of layers that are alike.

    Args:
        layers: what the names of the layers' tensors begin with; the layer's number follows.
        in_layer: a tensor that each layer has.
        outside: all tensors that are in no layer.
        table: the one of them that is (tokens, width); "" where there is none.
        below: what the names begin with in a checkpoint of the whole model.
        other_parts: beginnings of names that belong to other parts of the whole model; all else must be used.
        same: tensor of the network -> the one that it is another name of.
        in_first: what the first layer has besides.
        depth: what config.json calls the number of layers.
        width: what it calls the width.
    """

    layers: str
    in_layer: str
    outside: tuple[str, ...]
    table: str
    below: str = ""
    other_parts: tuple[str, ...] = ()
    same: dict[str, str] = field(default_factory=dict)
    in_first: frozenset[str] = frozenset()
    depth: str = "num_hidden_layers"
    width: str = "hidden_size"

    def faults(self, shapes: Mapping[str, tuple[int, ...]], stated: Mapping[str, Any]) -> dict[str, list[str]]:
        """Hold the tensors of a checkpoint against the names, and against what config.json states.

        Args:
            shapes: of the checkpoint's tensors.
            stated: of the network by config.json; what is not stated is not compared.

        Returns:
            "missing", "left over" and "of another shape", each with the names.
        """
        found = {name_in_network(name, self.below): shape for name, shape in shapes.items() if not is_constant(name)}
        for name, meant in self.same.items():
            if name in found:
                found.setdefault(meant, found.pop(name))
        by_layer, rest = self._by_layer(found)
        missing, left = self._unlike(by_layer, stated_number(stated, self.depth))
        sizes = tuple(stated_number(stated, name) for name in ("vocab_size", self.width))
        wrong = self.table in found and None not in sizes and found[self.table] != sizes
        return {
            "missing": [name for name in self.outside if name not in found] + missing,
            "left over": [name for name in rest if name not in self.outside] + left,
            "of another shape": [self.table] if wrong else [],
        }

    def _by_layer(self, found: Mapping[str, Any]) -> tuple[dict[int, set[str]], list[str]]:
        """Return number of a layer → names in it, and all names elsewhere but in other parts."""
        by_layer: dict[int, set[str]] = {}
        rest = []
        for name in found:
            number, _, inner = name.removeprefix(self.layers).partition(".")
            if name.startswith(self.layers) and number.isdecimal():
                by_layer.setdefault(int(number), set()).add(inner)
            elif not name.startswith(self.other_parts):
                rest.append(name)
        return by_layer, rest

    def _unlike(self, by_layer: Mapping[int, set[str]], depth: int | None) -> tuple[list[str], list[str]]:
        """Return what layers lack and have too much, where right is what half of them have."""
        every = [inner for own in by_layer.values() for inner in own]
        usual = {inner for inner in every if 2 * every.count(inner) >= len(by_layer)} - self.in_first | {self.in_layer}
        last = max(by_layer, default=-1)
        depth = last + 1 if depth is None else depth
        missing, left = [], []
        for number in range(max(last + 1, min(depth, last + 2))):  # of layers that are not there the first is said
            wanted = set() if number >= depth else usual | self.in_first if number == 0 else usual
            own = by_layer.get(number, set())
            missing += [f"{self.layers}{number}.{inner}" for inner in sorted(wanted - own)]
            left += [f"{self.layers}{number}.{inner}" for inner in sorted(own - wanted)]
        return missing, left


def stated_number(stated: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number of a config.json; None where it states none.

    Args:
        stated: what it says.
        name: of the number.
    """
    value = stated.get(name)
    return value if type(value) is int else None
