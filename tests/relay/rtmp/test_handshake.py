import pytest

from relay.errors import BadRtmp
from relay.rtmp import handshake
from relay.rtmp.buffer import Buffer

RANDOM = bytes(range(256)) * 5 + bytes(248)
C1 = bytes(4) + b"\x80\x00\x07\x02" + bytes(range(255, -1, -1)) * 5 + bytes(248)  # as FMLE opens, with a version


def feed(data: bytes, step: int) -> tuple[list[bytes], bool]:
    buffer, output = Buffer(), list[bytes]()
    parser = handshake.serve(buffer, output, RANDOM)
    for at in range(0, len(data), step):
        buffer.feed(data[at : at + step])
        if next(parser, True):
            return output, True
    return output, False


@pytest.mark.parametrize("step", [1, 7, 1536, 1537, 5000])
def test_the_answer_comes_after_c1_and_echoes_it(step: int) -> None:
    output, done = feed(b"\x03" + C1 + bytes(1536), step)
    assert done
    (answer,) = output
    assert len(answer) == 1 + 1536 + 1536
    assert answer[:9] == b"\x03" + bytes(8)  # zeros: no digest, also for those who ask for one
    assert answer[9:1537] == RANDOM
    assert answer[1537:] == C1


def test_nothing_is_said_before_c1_is_whole() -> None:
    assert feed(b"\x03" + C1[:-1], 100) == ([], False)


@pytest.mark.parametrize("first", [b"\x06", b"\x16", b"G", b"\x00"])  # RTMPE, TLS, HTTP, nonsense
def test_other_protocols(first: bytes) -> None:
    with pytest.raises(BadRtmp, match="version"):
        feed(first + bytes(100), 10)
