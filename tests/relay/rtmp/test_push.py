"""The client and the server of this package, wire to wire, in pieces of every size."""

import pytest

from relay.errors import BadRtmp, Refused
from relay.rtmp import handshake
from relay.rtmp import messages as m
from relay.rtmp.chunks import Limits, write
from relay.rtmp.mux import Body
from relay.rtmp.protocol import Event, Media, Protocol, Publish, Unpublish
from relay.rtmp.push import Push, State, Target, parse_target

TARGET = Target("example.com", 1935, False, "live", "key")
RANDOM = bytes(handshake.RANDOM_BYTES)


class Wire:
    """Both ends, and what the server's end has heard."""

    def __init__(self, target: Target = TARGET, step: int = 10_000) -> None:
        self.client, self.server, self.step = Push(target, RANDOM), Protocol(Limits(), RANDOM), step
        self.heard: list[Event] = []

    def run(self) -> None:
        """Until nobody has anything to say."""
        up, down = self.client.data_to_send(), self.server.data_to_send()
        while up or down:
            for at in range(0, len(up), self.step):
                self.server.receive_data(up[at : at + self.step])
            self.heard += self.server.events()
            for at in range(0, len(down), self.step):
                self.client.receive_data(down[at : at + self.step])
            up, down = self.client.data_to_send(), self.server.data_to_send()


@pytest.mark.parametrize("step", [1, 7, 113, 10_000])
def test_it_publishes(step: int) -> None:
    wire = Wire(step=step)
    wire.run()
    assert [event.key for event in wire.heard if isinstance(event, Publish)] == ["key"]
    wire.server.accept()
    wire.run()
    assert wire.client.state is State.SENDING
    bodies = [Body(True, 0, b"\x17" * 10_000), Body(False, 20, b"\xaf\1"), Body(True, 0xFFFF_FFFF, b"\x27")]
    for body in bodies:
        wire.client.send(body)
    wire.client.end()
    wire.run()
    media = [event for event in wire.heard if isinstance(event, Media)]
    assert [(one.video, one.timestamp, one.body) for one in media] == [(b.video, b.timestamp, b.data) for b in bodies]
    assert isinstance(wire.heard[-1], Unpublish)


def test_a_refusal_is_told_in_the_servers_words() -> None:
    wire = Wire()
    wire.run()
    wire.server.refuse("NetStream.Publish.BadName", "this stream key is not known")
    with pytest.raises(Refused, match=r"NetStream\.Publish\.BadName this stream key is not known"):
        wire.run()


def test_a_rejected_application_too() -> None:
    wire = Wire(Target("example.com", 1935, False, "other", "key"))
    with pytest.raises(Refused):
        wire.run()
    with pytest.raises(Refused, match=r"NetConnection\.Connect\.Rejected"):
        wire.client.receive_data(wire.server.data_to_send())


@pytest.mark.parametrize(
    "answer",
    [b"\x06", b"\x03" + bytes(3072) + b"".join(write(m.command("_result", 4.0, None, "no number"), 3, 128))],
)
def test_what_no_server_says(answer: bytes) -> None:
    client = Push(TARGET, RANDOM)
    with pytest.raises(BadRtmp):
        client.receive_data(answer if answer == b"\x06" else answer[:3073] + _connected() + answer[3073:])


def _connected() -> bytes:
    return b"".join(write(m.command("_result", 1.0, {}, {"code": "NetConnection.Connect.Success"}), 3, 128))


def test_pings_are_answered_and_chunk_sizes_heard() -> None:
    wire = Wire()
    wire.run()
    for message in (m.user_control(m.PING_REQUEST, b"\1\2\3\4"), m.control(m.SET_CHUNK_SIZE, 0)):
        wire.client.receive_data(b"".join(write(message, 2, 60_000)))
    assert b"\0\7\1\2\3\4" in wire.client.data_to_send()


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("rtmp://a.example/live/key", Target("a.example", 1935, False, "live", "key")),
        ("rtmps://a.example/app/inst/key?x=1", Target("a.example", 443, True, "app/inst", "key?x=1")),
        ("rtmp://[::1]:1936/live/k", Target("::1", 1936, False, "live", "k")),
    ],
)
def test_targets(url: str, target: Target) -> None:
    assert parse_target(url) == target


@pytest.mark.parametrize(
    "url", ["", "http://a/live/k", "rtmp://a", "rtmp://a/live", "rtmp:///live/k", "rtmp://u:p@a/l/k", "rtmp://a:x/l/k",
            "rtmp://a/live/" + "k" * 2000, "rtmp://[/live/k"],
)  # fmt: skip
def test_bad_targets_are_not_repeated(url: str) -> None:
    with pytest.raises(BadRtmp) as bad:
        parse_target(url)
    assert url == "" or url not in str(bad.value)
