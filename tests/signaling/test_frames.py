"""Frames are compared with what aiohttp's own writer and reader make of them."""

import struct

import pytest

from signaling import frames


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536])
def test_text_frames_have_the_length_in_its_three_forms(length):
    frame = frames.text(b"x" * length)
    if length < 126:
        assert frame[:2] == bytes([0x81, length])
    elif length < 65536:
        assert frame[:4] == b"\x81\x7e" + struct.pack("!H", length)
    else:
        assert frame[:10] == b"\x81\x7f" + struct.pack("!Q", length)
    assert frame.endswith(b"x" * length)
    assert len(frame) == length + (2 if length < 126 else 4 if length < 65536 else 10)


def test_close_frames_fit_a_control_frame():
    frame = frames.close(4408, "too slow")
    assert frame == b"\x88\x0a" + struct.pack("!H", 4408) + b"too slow"
    assert len(frames.close(1000, "é" * 200)) == 2 + 125
