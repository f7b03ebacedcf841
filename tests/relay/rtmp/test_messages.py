import pytest

from relay.errors import BadRtmp
from relay.rtmp import amf
from relay.rtmp import messages as m


def test_a_command_comes_back() -> None:
    message = m.command("publish", 5.0, None, "key", "live", stream=1)
    command = m.parse_command(message.body)
    assert (message.kind, message.stream) == (m.COMMAND, 1)
    assert command == m.Command("publish", 5.0, None, ("key", "live"))
    assert (command.text(0), command.text(1), command.text(2)) == ("key", "live", "")


@pytest.mark.parametrize("values", [[], [1.0], [None, 1.0], ["connect", "one"]])
def test_commands_without_name_or_number(values: list[amf.Value]) -> None:
    with pytest.raises(BadRtmp, match="command"):
        m.parse_command(amf.encode(*values))


def test_a_command_of_a_name_alone_is_one() -> None:
    assert m.parse_command(amf.encode("x")) == m.Command("x", 0.0, None, ())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["@setDataFrame", "onMetaData", {"width": 1280.0}], {"width": 1280.0}),
        (["onMetaData", {"width": 1280.0}], {"width": 1280.0}),
        (["onTextData", {"text": "x"}], None),
        (["@setDataFrame", "onMetaData"], None),
        (["@setDataFrame", "onMetaData", 5.0], None),
        ([], None),
    ],
)
def test_metadata(values: list[amf.Value], expected: dict[str, amf.Value] | None) -> None:
    assert m.parse_metadata(amf.encode(*values)) == expected


def test_control_messages() -> None:
    assert m.control(m.WINDOW_SIZE, 2_500_000) == m.Message(5, 0, 0, bytes.fromhex("002625a0"))
    assert m.peer_bandwidth(2_500_000).body == bytes.fromhex("002625a002")
    assert m.user_control(m.STREAM_BEGIN, bytes(4)).body == bytes(6)
    with pytest.raises(BadRtmp, match="has 3 bytes"):
        m.number(m.Message(m.SET_CHUNK_SIZE, 0, 0, bytes(3)))


def tag(kind: int, timestamp: int, body: bytes) -> bytes:
    head = bytes((kind,)) + len(body).to_bytes(3, "big") + (timestamp & 0xFFFFFF).to_bytes(3, "big")
    return head + bytes((timestamp >> 24,)) + bytes(3) + body + bytes(4)


def test_an_aggregate_is_taken_apart_and_moved_to_its_own_time() -> None:
    body = tag(9, 0x1_000_000, b"v") + tag(8, 0x1_000_020, b"aa")
    parts = list(m.parts_of_aggregate(m.Message(m.AGGREGATE, 100, 1, body)))
    assert parts == [m.Message(9, 100, 1, b"v"), m.Message(8, 132, 1, b"aa")]


@pytest.mark.parametrize("body", [b"\x09", tag(9, 0, b"abc")[:13], b"\x09\xff\xff\xff" + bytes(20)])
def test_aggregates_that_lie(body: bytes) -> None:
    with pytest.raises(BadRtmp, match="aggregate"):
        list(m.parts_of_aggregate(m.Message(m.AGGREGATE, 0, 1, body)))
