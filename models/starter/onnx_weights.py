"""The weights in an ONNX file, read without the onnx package: the few fields of its protobuf that hold them.

Source: the field numbers of `onnx/onnx.proto` (github.com/onnx/onnx, IR version 11) and the wire types of
protobuf.dev/programming-guides/encoding. Quantize/Dequantize pairs are dropped: in the graph that we read, the stored
weights are floats that already lie on the grid of their pair. A damaged file, or one that stores its weights in
another way, is a ValueError in every function here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[Any]

_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER = 1, 5
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP_TYPE = 1, 2, 4
_TENSOR_DIMS, _TENSOR_DATA_TYPE, _TENSOR_NAME, _TENSOR_RAW_DATA, _TENSOR_EXTERNAL_DATA = 1, 2, 8, 9, 13
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5
_DTYPES = {1: "<f4", 2: "|u1", 3: "|i1", 6: "<i4", 7: "<i8"}
"""TensorProto.DataType → numpy, little-endian as `raw_data` is."""


@dataclass(frozen=True)
class Node:
    """One operation of the graph: its type and the names of the tensors that it reads and writes."""

    op_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Layer:
    """A convolution or matrix: weight (out, in / groups, height, width) or (out, in), and bias (out,)."""

    op_type: str
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


def read_initialisers(model: bytes, external: bytes | None) -> dict[str, _Array]:
    """Read every constant tensor of the graph.

    Args:
        model: the ONNX file.
        external: the file that its external data lies in, where it has one.

    Returns:
        Name → array in the shape that the file states.
    """
    return dict(_tensor(message, external) for message in _messages(model, _GRAPH_INITIALIZER))


def read_nodes(model: bytes) -> list[Node]:
    """Read the operations of the graph, in its order, which ONNX demands to be an order of execution.

    Args:
        model: the ONNX file.

    Returns:
        Every operation.
    """
    nodes = []
    for message in _messages(model, _GRAPH_NODE):
        texts: dict[int, list[str]] = {_NODE_INPUT: [], _NODE_OUTPUT: [], _NODE_OP_TYPE: []}
        for number, value in _fields(message):
            if number in texts:
                texts[number].append(str(_bytes(value), "utf-8"))
        nodes.append(Node(texts[_NODE_OP_TYPE][0], tuple(texts[_NODE_INPUT]), tuple(texts[_NODE_OUTPUT])))
    return nodes


def layers_in_order(model: bytes, external: bytes | None) -> list[Layer]:
    """Read the convolutions and matrices of a network, its Quantize/Dequantize pairs dropped.

    Args:
        model: the ONNX file.
        external: the file that its external data lies in, where it has one.

    Returns:
        Every Conv and Gemm in the order of execution.
    """
    tensors, nodes = read_initialisers(model, external), read_nodes(model)
    quantised_from = {n.outputs[0]: n.inputs[0] for n in nodes if n.op_type in {"QuantizeLinear", "DequantizeLinear"}}

    def constant(name: str) -> NDArray[np.float32]:
        while name in quantised_from:
            name = quantised_from[name]
        if name not in tensors or tensors[name].dtype != np.float32:
            raise ValueError(f"ONNX file: the weights {name!r} are no float32 constant of it: it is another network")
        return tensors[name]

    return [
        Layer(n.op_type, constant(n.inputs[1]), constant(n.inputs[2])) for n in nodes if n.op_type in {"Conv", "Gemm"}
    ]


def _messages(model: bytes, wanted: int) -> Iterator[memoryview]:
    """Yield the graph's fields of one number."""
    for graph in (value for number, value in _fields(memoryview(model)) if number == _MODEL_GRAPH):
        yield from (_bytes(value) for number, value in _fields(_bytes(graph)) if number == wanted)


def _tensor(message: memoryview, external: bytes | None) -> tuple[str, _Array]:
    name, data_type, shape, raw, place = "", 0, [], None, {}
    for number, value in _fields(message):
        if number == _TENSOR_DIMS:
            shape += [value] if isinstance(value, int) else list(_varints(value))
        elif number == _TENSOR_DATA_TYPE:
            data_type = cast(int, value)
        elif number == _TENSOR_NAME:
            name = str(_bytes(value), "utf-8")
        elif number == _TENSOR_RAW_DATA:
            raw = _bytes(value)
        elif number == _TENSOR_EXTERNAL_DATA:
            entry = {n: str(_bytes(v), "utf-8") for n, v in _fields(_bytes(value))}
            place[entry[_ENTRY_KEY]] = entry[_ENTRY_VALUE]
    if place and external is not None:
        start = int(place.get("offset", 0))
        raw = (
            memoryview(external)[start : start + int(place["length"])]
            if "length" in place
            else memoryview(external)[start:]
        )
    if raw is None or data_type not in _DTYPES:
        raise ValueError(f"ONNX tensor {name!r}: data type {data_type}, stored where this reader does not look")
    return name, np.frombuffer(raw, _DTYPES[data_type]).reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield (field number, value) of a protobuf message: an int, or the bytes of anything longer.

    Raises:
        ValueError: the message is cut off, or is no protobuf.
    """
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire_type not in {_LENGTH_DELIMITED, _FIXED32, _FIXED64}:
            raise ValueError(
                f"protobuf: unknown wire type {wire_type} at byte {at}: not an ONNX file, or a damaged one"
            )
        length = {_FIXED32: 4, _FIXED64: 8}.get(wire_type, 0)
        if wire_type == _LENGTH_DELIMITED:
            length, at = _varint(message, at)
        if at + length > len(message):
            raise ValueError(
                f"protobuf: field {number} ends {at + length - len(message)} bytes past its message: cut off?"
            )
        yield number, message[at : at + length]
        at += length


def _varints(message: memoryview) -> Iterator[int]:
    at = 0
    while at < len(message):
        value, at = _varint(message, at)
        yield value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the integer that starts at this byte (7 bits a byte, low ones first) and the byte after it.

    Raises:
        ValueError: the message ends before the integer does.
    """
    value = shift = 0
    while at < len(message):
        byte = message[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return value, at
    raise ValueError("protobuf: the message ends within a number: the file is cut off")


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError(f"protobuf: found the number {value} where a message was expected: not an ONNX file")
    return value
