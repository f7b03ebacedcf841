"""Reading a bitstream bit by bit, never past its end."""

from __future__ import annotations

from relay.errors import BadMedia

GOLOMB_ZEROS_MAX = 32  # ISO/IEC 14496-10, 9.1: no syntax element needs a longer prefix


class BitReader:
    """Bits of `data`, most significant first. Reading past the end raises `BadMedia` naming `where`."""

    __slots__ = ("_bits", "_left", "_where")

    def __init__(self, data: bytes, where: str) -> None:
        self._bits = int.from_bytes(data, "big")
        self._left = len(data) * 8
        self._where = where

    @property
    def left(self) -> int:
        """Bits not read yet."""
        return self._left

    def u(self, count: int) -> int:
        """`count` bits as an unsigned integer."""
        if count > self._left:
            raise BadMedia(self._where, f"ends {count - self._left} bits too early")
        self._left -= count
        return (self._bits >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """One bit."""
        return self.u(1) == 1

    def ue(self) -> int:
        """An unsigned Exp-Golomb number (ISO/IEC 14496-10, 9.1)."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > GOLOMB_ZEROS_MAX:
                raise BadMedia(self._where, "Exp-Golomb number too long")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """A signed Exp-Golomb number (ISO/IEC 14496-10, 9.1.1)."""
        number = self.ue()
        return (number + 1) // 2 if number & 1 else -(number // 2)
