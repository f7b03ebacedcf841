from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.errors import BadMedia, BadRtmp, Refused
from relay.media import Kind
from relay.rtmp import handshake
from relay.rtmp import messages as m
from relay.rtmp.buffer import Buffer
from relay.rtmp.chunks import ChunkReader, Limits
from relay.rtmp.flv import Demuxer
from relay.rtmp.protocol import Event, Media, Metadata, Protocol, Publish, State, Unpublish

RANDOM = bytes(handshake.RANDOM_BYTES)
ANSWER_BYTES = 1 + 2 * handshake.SIGNATURE_BYTES


def protocol() -> Protocol:
    return Protocol(Limits(), RANDOM)


def said(output: bytes) -> list[m.Message]:
    """The messages of what the server said, its handshake left out; it changes its chunk size on the way."""
    buffer = Buffer()
    reader = ChunkReader(buffer, Limits())
    buffer.feed(output)
    found: list[m.Message] = []
    while buffer.left:
        with pytest.raises(StopIteration) as stop:
            next(reader.read())
        message = stop.value.value
        if message.kind == m.SET_CHUNK_SIZE:
            reader.chunk_bytes = m.number(message)
        found.append(message)
    return found


def commands(output: bytes) -> list[m.Command]:
    return [m.parse_command(message.body) for message in said(output) if message.kind == m.COMMAND]


def codes(output: bytes) -> list[Any]:
    infos = [command.arguments[0] for command in commands(output) if command.arguments]
    return [info["code"] for info in infos if isinstance(info, dict)]


def play(core: Protocol, data: bytes, step: int = 1 << 20) -> tuple[list[Event], bytes]:
    """Feed a client's bytes in pieces of `step` and accept whatever it wants to publish."""
    return play_pieces(core, [data[at : at + step] for at in range(0, len(data), step)])


def play_pieces(core: Protocol, pieces: list[bytes]) -> tuple[list[Event], bytes]:
    events: list[Event] = []
    output = b""
    for piece in pieces:
        core.receive_data(piece)
        new = core.events()
        if any(isinstance(event, Publish) for event in new):
            core.accept()
        events += new
        output += core.data_to_send()
    return events, output


def whole_session(script: Any) -> bytes:
    opening = script.opening() + script.set_chunk_size(4096)
    metadata = script.message(
        m.Message(m.DATA, 0, 1, m.amf.encode("@setDataFrame", "onMetaData", {"width": 1280.0})), 4
    )
    media = script.headers() + script.picture(0, key=True, payload=bytes(900)) + script.sound(20) + script.picture(33)
    return bytes(opening + metadata + media + script.ending())


@pytest.mark.parametrize("step", [1, 2, 127, 4096])
def test_a_whole_session(script: Any, step: int) -> None:
    events, output = play(protocol(), whole_session(script), step)
    kinds = [type(event) for event in events]
    assert kinds == [Publish, Metadata, Media, Media, Media, Media, Media, Unpublish]
    assert events[0] == Publish("primary-key", "FMLE/3.0")
    assert events[1] == Metadata({"width": 1280.0})
    assert [event.timestamp for event in events if isinstance(event, Media)] == [0, 0, 0, 20, 33]
    answers = commands(output[ANSWER_BYTES:])
    assert [(command.name, command.transaction) for command in answers] == [
        ("_result", 1.0), ("_result", 2.0), ("_result", 3.0), ("_result", 4.0), ("onStatus", 0.0), ("_result", 6.0),
    ]  # fmt: skip
    assert codes(output[ANSWER_BYTES:]) == ["NetConnection.Connect.Success", "NetStream.Publish.Start"]


def test_a_session_split_at_every_offset(script: Any) -> None:
    data = whole_session(script)
    asks = len(script.opening())  # a client waits for the answer to publish before it leaves
    expected = play_pieces(protocol(), [data[:asks], data[asks:]])
    for cut in [*range(0, asks, 50), *range(asks - 200, len(data))]:
        first, second = sorted((asks, cut))
        assert play_pieces(protocol(), [data[:first], data[first:second], data[second:]]) == expected


def test_control_messages_come_before_the_answer_to_connect(script: Any) -> None:
    _, output = play(protocol(), script.handshake() + script.connect())
    kinds = [message.kind for message in said(output[ANSWER_BYTES:])]
    assert kinds == [m.WINDOW_SIZE, m.PEER_BANDWIDTH, m.SET_CHUNK_SIZE, m.COMMAND]


def test_stream_begin_comes_before_publish_start(script: Any) -> None:
    core = protocol()
    core.receive_data(script.opening())
    core.data_to_send()
    core.accept()
    begin, start = said(core.data_to_send())
    assert (begin.kind, begin.body) == (m.USER_CONTROL, b"\0\0\0\0\0\1")
    assert (start.kind, start.stream) == (m.COMMAND, 1)


def test_clients_without_release_stream_and_fcpublish(script: Any) -> None:
    data = script.handshake() + script.connect() + script.command("createStream", 2.0, None) + script.publish()
    events, output = play(protocol(), data + script.headers())
    assert [type(event) for event in events] == [Publish, Media, Media]
    assert codes(output[ANSWER_BYTES:])[-1] == "NetStream.Publish.Start"


def test_a_digest_handshake_is_answered_plainly(script: Any) -> None:
    _, output = play(protocol(), script.handshake(version=0x80000702) + script.connect())
    assert output[5:9] == bytes(4)
    assert codes(output[ANSWER_BYTES:]) == ["NetConnection.Connect.Success"]


@pytest.mark.parametrize("chunk_bytes", [1, 17, 128, 3333, 65536, 0x7FFFFFFF])
def test_odd_chunk_sizes(script: Any, chunk_bytes: int) -> None:
    data = script.opening() + script.set_chunk_size(chunk_bytes) + script.picture(0, key=True, payload=bytes(2000))
    events, _ = play(protocol(), data, 100)
    assert isinstance(events[-1], Media)
    assert len(events[-1].body) == 5 + 4 + 2001


def test_a_server_may_be_published_to_again(script: Any) -> None:
    data = script.opening() + script.ending() + script.publish("backup-key") + script.sound(0)
    events, _ = play(protocol(), data, 1)
    assert [type(event) for event in events] == [Publish, Unpublish, Publish, Media]


def test_the_key_may_stand_in_the_application(script: Any) -> None:
    data = script.handshake() + script.connect("live/primary-key?x=y") + script.publish("")
    assert play(protocol(), data)[0] == [Publish("primary-key", "FMLE/3.0")]


def test_a_query_is_no_part_of_the_key(script: Any) -> None:
    assert play(protocol(), script.opening("primary-key?token=1"))[0] == [Publish("primary-key", "FMLE/3.0")]


def test_a_wrong_key_is_refused_with_a_reason(script: Any) -> None:
    core = protocol()
    core.receive_data(script.opening("wrong"))
    core.data_to_send()
    core.refuse("NetStream.Publish.BadName", "no such stream key")
    (status,) = commands(core.data_to_send())
    assert status.arguments[0] == {
        "level": "error", "code": "NetStream.Publish.BadName", "description": "no such stream key",
    }  # fmt: skip
    assert core.state is State.OVER


def test_another_application_is_refused(script: Any) -> None:
    core = protocol()
    with pytest.raises(Refused) as refused:
        core.receive_data(script.handshake() + script.connect("vod"))
    assert refused.value.reason == "bad_app"
    assert codes(core.data_to_send()[ANSWER_BYTES:]) == ["NetConnection.Connect.Rejected"]


def test_players_are_refused(script: Any) -> None:
    core = protocol()
    with pytest.raises(Refused):
        core.receive_data(script.handshake() + script.connect() + script.command("play", 5.0, None, "x", stream=1))
    assert codes(core.data_to_send()[ANSWER_BYTES:])[-1] == "NetStream.Play.Failed"


@pytest.mark.parametrize("kind", [m.COMMAND_AMF3, m.DATA_AMF3])
def test_amf3_is_refused_with_a_reason(script: Any, kind: int) -> None:
    core = protocol()
    body = b"\0" + m.amf.encode("releaseStream", 2.0, None, "key")
    with pytest.raises(BadRtmp, match="AMF3"):
        core.receive_data(script.handshake() + script.connect() + script.message(m.Message(kind, 0, 0, body)))
    assert codes(core.data_to_send()[ANSWER_BYTES:])[-1] == "NetConnection.Call.Failed"


def test_ping_is_answered_and_other_user_control_is_not(script: Any) -> None:
    core = protocol()
    play(core, script.handshake() + script.connect())
    for event in (3, 6, 7, 31):
        core.receive_data(script.message(m.user_control(event, b"\1\2\3\4"), 2))
    core.receive_data(script.message(m.user_control(6, b"\1"), 2))
    (pong,) = said(core.data_to_send())
    assert pong.body == b"\0\7\1\2\3\4"


def test_the_window_is_acknowledged(script: Any) -> None:
    core = protocol()
    opening = script.opening() + script.message(m.control(m.WINDOW_SIZE, 10_000), 2)
    play(core, opening)
    sent, acknowledged = len(opening), []
    for _ in range(10):
        data = script.picture(0, key=True, payload=bytes(3000))
        sent += len(data)
        core.receive_data(data)
        acknowledged += [(m.number(message), sent) for message in said(core.data_to_send())]
    assert acknowledged
    assert all(number == total for number, total in acknowledged)
    assert sent - acknowledged[-1][0] < 10_000


def test_no_window_no_acknowledgement(script: Any) -> None:
    core = protocol()
    play(core, script.opening() + script.set_chunk_size(60_000))
    for _ in range(60):
        core.receive_data(script.picture(0, payload=bytes(50_000)))
    assert core.data_to_send() == b""


def test_media_before_publish_and_unknown_messages_are_passed_over(script: Any) -> None:
    data = script.handshake() + script.connect() + script.sound(0) + script.message(m.Message(99, 0, 0, b"x"))
    data += script.command("onBandwidthWeather", 9.0, None) + script.command("_checkbw", 8.0, None)
    events, output = play(protocol(), data)
    assert events == []
    assert [command.transaction for command in commands(output[ANSWER_BYTES:])] == [1.0, 8.0]


def test_an_aggregate_is_media(script: Any) -> None:
    part = b"\x08\0\0\4\0\0\7\0\0\0\0\xaf\1\x21\x10\0\0\0\x0f"
    events, _ = play(protocol(), script.opening() + script.message(m.Message(m.AGGREGATE, 50, 1, part * 2)))
    assert events[1:] == [Media(False, 50, b"\xaf\1\x21\x10")] * 2


def ready(script: Any) -> bytes:
    return bytes(script.handshake() + script.connect())


WRONG: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "connect without an object": (lambda s: s.handshake() + s.command("connect", 1.0, None), "connect"),
    "connect twice": (lambda s: ready(s) + s.connect(), "connect: twice"),
    "createStream first": (lambda s: s.handshake() + s.command("createStream", 1.0, None), "createStream"),
    "too many streams": (lambda s: ready(s) + s.command("createStream", 1.0, None) * 9, "more than 8"),
    "publish first": (lambda s: s.handshake() + s.publish(), "publish: before connect"),
    "publish twice": (lambda s: s.opening() + s.publish(), "publish: before connect, or twice"),
    "publish and leave at once": (lambda s: s.opening() + s.ending(), "before publish was answered"),
    "a chunk size of zero": (lambda s: ready(s) + s.message(m.control(m.SET_CHUNK_SIZE, 0), 2), "chunk size 0"),
    "a chunk size past 31 bits": (
        lambda s: ready(s) + s.message(m.control(m.SET_CHUNK_SIZE, 1 << 31), 2),
        "chunk size",
    ),
    "a short control message": (lambda s: ready(s) + s.message(m.Message(m.ABORT, 0, 0, b"x"), 2), "has 1 bytes"),
    "a command that is no AMF": (lambda s: ready(s) + s.message(m.Message(m.COMMAND, 0, 0, b"x")), "marker 120"),
}


@pytest.mark.parametrize(("data", "problem"), WRONG.values(), ids=WRONG)
def test_what_no_client_should_do(script: Any, data: Callable[[Any], bytes], problem: str) -> None:
    with pytest.raises(BadRtmp, match=problem):
        protocol().receive_data(data(script))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(data=st.data())
def test_mutated_sessions_only_raise_documented_errors(script: Any, data: st.DataObject) -> None:
    script.chunk_bytes = 128
    session = bytearray(whole_session(script))
    first = 2 * handshake.SIGNATURE_BYTES
    for _ in range(data.draw(st.integers(1, 8))):
        session[data.draw(st.integers(first, len(session) - 1))] = data.draw(st.integers(0, 255))
    core, demuxer = protocol(), Demuxer()
    try:
        for event in play(core, bytes(session), data.draw(st.integers(1, 3800)))[0]:
            if isinstance(event, Media):
                demuxer.read(Kind.VIDEO if event.video else Kind.AUDIO, event.timestamp, event.body, 0)
    except (BadRtmp, BadMedia, Refused):
        return
