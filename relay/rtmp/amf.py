"""AMF0 (Adobe AMF 0 specification), as much as encoders send, with a limit on depth and count."""

from __future__ import annotations

import struct
from typing import Union

from relay.errors import BadRtmp

Value = Union[float, bool, str, None, "dict[str, Value]", "list[Value]"]

DEPTH_MAX = 8  # encoders need 2
VALUES_MAX = 1024  # in one message
# Section 2.1
NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED, ECMA_ARRAY, OBJECT_END = 0, 1, 2, 3, 5, 6, 8, 9
STRICT_ARRAY, DATE, LONG_STRING, UNSUPPORTED, XML, TYPED_OBJECT, AMF3 = 10, 11, 12, 13, 15, 16, 17


class _Reader:
    """One message's worth of values."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self._values_left = VALUES_MAX

    def take(self, count: int) -> bytes:
        begin, self.at = self.at, self.at + count
        if self.at > len(self.data):
            raise BadRtmp("amf", "a value runs past the end of its message")
        return self.data[begin : self.at]

    def size(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def text(self, length_bytes: int) -> str:
        return self.take(self.size(length_bytes)).decode("utf-8", "replace")

    def value(self, depth: int) -> Value:
        """The next value with its marker."""
        self._values_left -= 1
        if depth > DEPTH_MAX or self._values_left < 0:
            raise BadRtmp("amf", f"nested deeper than {DEPTH_MAX} or more than {VALUES_MAX} values")
        marker = self.size(1)
        if marker in (OBJECT, ECMA_ARRAY, STRICT_ARRAY, TYPED_OBJECT):
            return self._compound(marker, depth)
        return self._plain(marker)

    def _plain(self, marker: int) -> Value:
        if marker == NUMBER:
            return float(struct.unpack(">d", self.take(8))[0])
        if marker == BOOLEAN:
            return self.size(1) != 0
        if marker in (STRING, LONG_STRING, XML):
            return self.text(2 if marker == STRING else 4)
        if marker == DATE:
            return float(struct.unpack(">dh", self.take(10))[0])
        if marker in (NULL, UNDEFINED, UNSUPPORTED):
            return None
        raise BadRtmp("amf", "AMF3 is not spoken here" if marker == AMF3 else f"marker {marker}")

    def _compound(self, marker: int, depth: int) -> Value:
        if marker == STRICT_ARRAY:
            count = self.size(4)
            if count > VALUES_MAX:
                raise BadRtmp("amf", f"an array of {count} values")
            return [self.value(depth + 1) for _ in range(count)]
        if marker == TYPED_OBJECT:
            self.text(2)
        elif marker == ECMA_ARRAY:
            self.take(4)  # 2.10: the count is only a hint
        return self._pairs(depth)

    def _pairs(self, depth: int) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        while True:
            name = self.text(2)
            if not name and self.data[self.at : self.at + 1] == bytes((OBJECT_END,)):
                self.at += 1
                return pairs
            pairs[name] = self.value(depth + 1)


def decode(data: bytes) -> list[Value]:
    """All values of a message body. Raises `BadRtmp`."""
    reader = _Reader(data)
    values = []
    while reader.at < len(data):
        values.append(reader.value(0))
    return values


def encode(*values: Value) -> bytes:
    """Values one after the other."""
    return b"".join(map(_encoded, values))


def _encoded(value: Value) -> bytes:
    if value is None:
        return bytes((NULL,))
    if isinstance(value, bool):
        return bytes((BOOLEAN, value))
    if isinstance(value, float):
        return bytes((NUMBER,)) + struct.pack(">d", value)
    if isinstance(value, str):
        return bytes((STRING,)) + _name(value)
    return _encoded_compound(value)


def _encoded_compound(value: dict[str, Value] | list[Value]) -> bytes:
    if isinstance(value, list):
        return bytes((STRICT_ARRAY,)) + len(value).to_bytes(4, "big") + encode(*value)
    pairs = b"".join(_name(name) + _encoded(inner) for name, inner in value.items())
    return bytes((OBJECT,)) + pairs + bytes((0, 0, OBJECT_END))


def _name(text: str) -> bytes:
    raw = text.encode()[:0xFFFF]  # what we say is short
    return len(raw).to_bytes(2, "big") + raw
