"""The WHIP/WHEP table (PROTOCOLS section 2) over HTTP, with the engine and its port for real."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse

from relay.media import Codec, Packet, Track
from relay.source import Slot
from relay.webrtc import stun

OFFERS = Path(__file__).parent.parent / "relay" / "webrtc" / "offers"
PLAY = (OFFERS / "chromium_play.sdp").read_bytes().decode()
PUBLISH = (OFFERS / "chromium_publish.sdp").read_bytes().decode()
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
SPS, PPS = bytes.fromhex("6742c01e8c8d405017fcb3506060607844235001"), bytes.fromhex("68ce3c80")
TRACK = Track(Codec.H264, 90000, b"\x01\x42\xc0\x1e\xff\xe1\x00\x14" + SPS + b"\x01\x00\x04" + PPS, 640, 360)
KEY = "stream-key"
SESSIONS_MAX = 3


@pytest.fixture
def world(sdp_world: Any) -> Any:
    """See conftest.py."""
    return sdp_world


BOTH = pytest.mark.parametrize("kind", ["whip", "whep"])


async def problem(answer: ClientResponse) -> dict[str, Any]:
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = await answer.json()
    assert found["status"] == answer.status
    return found


# Row 1


@BOTH
async def test_a_post_is_answered_with_a_session(world: Any, kind: str):
    answer = await world.post(kind)
    assert answer.status == 201
    assert answer.content_type == SDP
    assert re.fullmatch(
        rf"(/r/room/whep|/whip)/{world.engine.find(answer.headers['Location'].split('/')[-1]).id}",
        answer.headers["Location"],
    )
    text = await answer.text()
    assert text.startswith("v=0\r\n") and text.endswith("\r\n")
    assert world.engine.sessions == 1


@BOTH
@pytest.mark.parametrize(
    ("headers", "text", "status"),
    [
        ({"Content_Type": "text/plain"}, None, 415),
        ({"Content_Type": "application/json"}, "{}", 415),
        ({}, "", 400),
        ({}, "hello", 400),
        ({}, PLAY.replace("a=setup:actpass", "a=setup:never"), 400),
        ({}, PLAY.replace("a=rtcp-mux\r\n", "").replace("recvonly", "sendrecv"), 400),
    ],
)
async def test_another_type_and_malformed_sdp(world: Any, kind: str, headers: Any, text: str | None, status: int):
    answer = await world.post(kind, text, **headers)
    assert answer.status == status
    await problem(answer)
    assert world.engine.sessions == 0


async def test_a_body_that_is_not_text(world: Any):
    answer = await world.client.post("/r/room/whep", data=b"v=0\r\n\xff\xfe", headers={"Content-Type": SDP})
    assert answer.status == 400


# Row 2


@BOTH
async def test_get_on_endpoint_and_session_is_empty_and_fine(world: Any, kind: str):
    path, _, _ = await world.session(kind)
    for where in (path, path.rpartition("/")[0]):
        answer = await world.client.get(where)
        assert (answer.status, await answer.read()) == (204, b"")


async def test_head_on_whep_says_the_type(world: Any):
    answer = await world.client.head("/r/room/whep")
    assert (answer.status, answer.content_type) == (200, SDP)


@BOTH
async def test_options_allow_other_origins(world: Any, kind: str):
    path, _, _ = await world.session(kind)
    for where in (path, path.rpartition("/")[0]):
        answer = await world.client.options(where, headers={"Origin": "https://shop.example"})
        assert answer.status == 204
        assert answer.headers["Accept-Post"] == SDP
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert {"POST", "PATCH", "DELETE"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
        assert {"Authorization", "Content-Type", "If-Match"} <= set(
            answer.headers["Access-Control-Allow-Headers"].split(", ")
        )
        assert "Link" not in answer.headers
    created = await world.post(kind) if kind == "whep" else await world.client.get(path)
    assert {"Location", "Link", "ETag"} <= set(created.headers["Access-Control-Expose-Headers"].split(", "))


# Row 3


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("whep", PLAY.replace("a=recvonly", "a=sendonly")),
        ("whep", PLAY + PLAY[PLAY.index("m=video") : PLAY.index("m=audio")].replace("mid:0", "mid:2")),
        ("whep", PLAY.replace("H264/", "H265/")),
        ("whip", PUBLISH.replace("a=sendonly", "a=inactive")),
        ("whip", PUBLISH + PUBLISH[PUBLISH.index("m=video") :].replace("mid:1", "mid:2")),
    ],
    ids=["nothing to send to", "two videos", "no H.264", "nothing sent", "two videos sent"],
)
async def test_tracks_that_cannot_be_answered_are_422(world: Any, kind: str, text: str):
    answer = await world.post(kind, text)
    assert answer.status == 422
    assert (await problem(answer))["type"] == "/problems/unsupported-offer"
    assert world.broadcast.sources.by_slot == {}, "a publisher's place is not taken by an offer that fails"


# Row 4

RESTART = "a=ice-ufrag:fresh1\r\na=ice-pwd:" + "f" * 24 + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
TRICKLE = (
    "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 2113667327 0f3c3b6a.local 5000 typ host\r\n"
    "a=candidate:2 1 quic 1 192.0.2.1 5001 typ odd\r\na=end-of-candidates\r\n"
)


def trickle(offer: str) -> str:
    found = {name: re.search(rf"a=ice-{name}:(\S+)", offer) for name in ("ufrag", "pwd")}
    assert found["ufrag"] and found["pwd"]
    return TRICKLE.format(ufrag=found["ufrag"][1], password=found["pwd"][1])


@BOTH
async def test_trickle_is_taken_in_silence(world: Any, kind: str):
    path, etag, owner = await world.session(kind)
    answer = await world.patch(path, trickle(PLAY if kind == "whep" else PUBLISH), If_Match=etag, **owner)
    assert (answer.status, await answer.read()) == (204, b"")
    assert "ETag" not in answer.headers
    assert (await world.patch(path, "a=end-of-candidates\r\n", If_Match=etag, **owner)).status == 204


@BOTH
async def test_a_patch_needs_the_etag(world: Any, kind: str):
    path, etag, owner = await world.session(kind)
    assert (await world.patch(path, RESTART, **owner)).status == 428
    assert (await world.patch(path, RESTART, If_Match='"other"', **owner)).status == 412
    assert (await world.patch(path, "hello", If_Match=etag, **owner)).status == 400
    assert (await world.patch(path, RESTART, If_Match=etag, Content_Type="text/plain", **owner)).status == 415


@BOTH
@pytest.mark.parametrize("match", ["*", '"*"', "the current one"])
async def test_an_ice_restart_gives_credentials_and_a_new_etag(world: Any, kind: str, match: str):
    path, etag, owner = await world.session(kind)
    assert re.fullmatch(r'"[\w-]+"', etag), "strong"
    answer = await world.patch(path, RESTART, If_Match=etag if match == "the current one" else match, **owner)
    assert (answer.status, answer.content_type) == (200, FRAGMENT)
    assert answer.headers["ETag"] not in (etag, "")
    text = await answer.text()
    session = world.engine.find(path.rpartition("/")[2])
    assert f"a=ice-ufrag:{session.peer.agent.local.ufrag}\r\n" in text
    assert "a=candidate:" in text and "a=ice-lite" in text
    assert (await world.patch(path, RESTART.replace("fresh1", "fresh2"), If_Match=etag, **owner)).status == 412


async def test_etags_are_never_the_same(world: Any):
    assert len({(await world.session("whep"))[1] for _ in range(SESSIONS_MAX)}) == SESSIONS_MAX


# Row 5


@BOTH
async def test_delete_ends_the_session_whatever_its_etag(world: Any, kind: str):
    path, _, owner = await world.session(kind)
    answer = await world.client.delete(path, headers=owner | {"If-Match": '"stale"'})
    assert answer.status == 200
    assert world.engine.sessions == 0
    assert world.port._by_ufrag == {}
    assert (await world.client.delete(path, headers=owner)).status == 404
    if kind == "whep":
        assert [one.closed for one in world.egresses] == [True]
    else:
        assert world.broadcast.sources.by_slot == {}


async def test_delete_and_patch_need_the_bearer_of_the_post(world: Any):
    path, etag, _ = await world.session("whip")
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Basic abc"}):
        refused = await world.client.delete(path, headers=headers)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert (await world.patch(path, RESTART, If_Match=etag, **headers)).status == 401
    assert world.engine.sessions == 1


async def test_a_viewer_who_sent_a_bearer_keeps_to_it(world: Any):
    answer = await world.post("whep", Authorization="Bearer mine")
    path = answer.headers["Location"]
    assert (await world.client.delete(path)).status == 401
    assert (await world.client.delete(path, headers={"Authorization": "Bearer mine"})).status == 200


async def test_sessions_of_one_kind_are_not_the_others(world: Any):
    path, _, _ = await world.session("whep")
    name = path.rpartition("/")[2]
    assert (await world.client.delete(f"/whip/{name}", headers={"Authorization": f"Bearer {KEY}"})).status == 404


# Rows 6 and 7


@BOTH
@pytest.mark.parametrize(
    ("offered", "answered"), [("actpass", "passive"), ("active", "passive"), ("passive", "active")]
)
async def test_both_dtls_roles(world: Any, kind: str, offered: str, answered: str):
    offer = (PLAY if kind == "whep" else PUBLISH).replace("a=setup:actpass", f"a=setup:{offered}")
    text = await (await world.post(kind, offer)).text()
    assert set(re.findall(r"a=setup:(\w+)", text)) == {answered}


@pytest.mark.parametrize(("kind", "direction"), [("whep", "sendonly"), ("whip", "recvonly")])
async def test_the_direction_even_of_a_sendrecv_offer(world: Any, kind: str, direction: str):
    offer = re.sub("a=(sendonly|recvonly)", "a=sendrecv", PLAY if kind == "whep" else PUBLISH)
    text = await (await world.post(kind, offer)).text()
    assert re.findall(r"a=(sendonly|recvonly|sendrecv|inactive)", text) == [direction] * 2
    assert "a=ice-lite" in text
    assert re.findall(r"a=candidate:\S+ 1 (udp|tcp) \d+ 127\.0\.0\.1 (\d+)", text) == [
        ("udp", str(world.port.number)),
        ("tcp", str(world.port.number)),
    ]


# Row 8


@BOTH
async def test_ice_servers_are_links_of_the_201(world: Any, kind: str):
    assert (await world.post(kind)).headers["Link"] == '<stun:stun.example.com:3478>; rel="ice-server"'


async def test_overload_is_503_with_retry_after(world: Any):
    for _ in range(SESSIONS_MAX):
        await world.session("whep")
    for kind in ("whip", "whep"):
        answer = await world.post(kind)
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        await problem(answer)


async def test_one_viewer_address_does_not_take_all_places_with_sessions_that_never_connect(world: Any):
    paths = [(await world.post("whep", X_Forwarded_For="192.0.2.1")).headers["Location"] for _ in range(SESSIONS_MAX)]
    answer = await world.post("whep", X_Forwarded_For="192.0.2.1")
    assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert "of this address" in (await problem(answer))["detail"]
    await world.client.delete(paths[0])
    assert (await world.post("whep", X_Forwarded_For="192.0.2.2")).status == 201
    answer = await world.post("whep", X_Forwarded_For="192.0.2.2")
    assert f"{SESSIONS_MAX} sessions" in (await problem(answer))["detail"], "the server is full, not the address"


@BOTH
async def test_session_addresses_cannot_be_guessed(world: Any, kind: str):
    path, _, _ = await world.session(kind)
    assert len(path.rpartition("/")[2]) >= 22, "128 bits"
    assert (await world.client.delete(path[:-1] + ("A" if path[-1] != "A" else "B"))).status == 404


# Row 9


async def check(sock: socket.socket, world: Any, session_id: str, ufrag: str) -> None:
    agent = world.engine.find(session_id).peer.agent
    name = f"{agent.local.ufrag}:{ufrag}".encode()
    attributes = [(stun.USERNAME, name), (stun.PRIORITY, b"\0\0\0\1"), (stun.USE_CANDIDATE, b"")]
    sock.send(stun.build(stun.REQUEST, os.urandom(12), attributes, agent.local.password.encode()))
    answer = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 2048), 30)
    assert stun.parse(answer).kind == stun.SUCCESS


@BOTH
async def test_checks_are_answered_before_and_after_a_restart_and_not_after_delete(world: Any, kind: str):
    path, etag, owner = await world.session(kind)
    name = path.rpartition("/")[2]
    offer = PLAY if kind == "whep" else PUBLISH
    ufrag = re.search(r"a=ice-ufrag:(\S+)", offer)
    assert ufrag
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect(("127.0.0.1", world.port.number))
        await check(sock, world, name, ufrag[1])
        assert (await world.patch(path, RESTART, If_Match=etag, **owner)).status == 200
        await check(sock, world, name, "fresh1")
        agent = world.engine.find(name).peer.agent
        await world.client.delete(path, headers=owner)
        sock.send(stun.build(stun.REQUEST, bytes(12), [(stun.USERNAME, f"{agent.local.ufrag}:fresh1".encode())], b"k"))
        while not world.port.dropped["unknown_ufrag"]:  # noqa: ASYNC110  # nobody is told of it
            await asyncio.sleep(0.005)
    assert world.port.addresses == 0


# Shows and keys


async def test_before_and_after_a_show_whep_is_409_and_says_when_to_come_back(world: Any):
    world.on = False
    answer = await world.post("whep")
    assert answer.status == 409
    assert int(answer.headers["Retry-After"]) > 0
    assert (await problem(answer))["type"] == "/problems/not-on"
    world.on = True
    assert (await world.post("whep")).status == 201


async def test_a_show_without_a_picture_is_not_on_yet(world: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("relay.webrtc.engine.PICTURE_S_MAX", 0.05)
    world.broadcast.tracks.clear()
    assert (await world.post("whep")).status == 409
    assert world.engine.sessions == 0
    assert [one.closed for one in world.egresses] == [True]


async def test_a_picture_that_comes_soon_is_waited_for(world: Any):
    world.broadcast.tracks.clear()
    asking = asyncio.ensure_future(world.post("whep"))
    while not world.egresses:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.005)
    world.broadcast.publish(Packet(TRACK, 0, 0, True, b"\0\0\0\1\x65"))
    assert (await asking).status == 201


async def test_stream_keys(world: Any):
    missing = await world.client.post("/whip", data=PUBLISH.encode(), headers={"Content-Type": SDP})
    wrong = await world.post("whip", Authorization="Bearer wrong")
    for answer in (missing, wrong):
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        await problem(answer)
    world.on = False
    assert (await world.post("whip")).status == 409


async def test_a_second_publisher_is_busy_and_the_first_stays(world: Any):
    await world.session("whip")
    answer = await world.post("whip")
    assert answer.status == 409
    assert (await problem(answer))["type"] == "/problems/busy"
    assert answer.headers["Retry-After"]
    assert world.engine.sessions == 1


async def test_a_source_whose_place_is_taken_ends_its_session(world: Any):
    await world.session("whip")
    world.broadcast.sources.by_slot[Slot.PRIMARY].close("another encoder took over")
    assert world.engine.sessions == 0


async def test_the_end_of_a_show_ends_its_viewers(world: Any):
    await world.session("whep")
    await world.session("whep")
    world.engine.end(world.broadcast)
    assert world.engine.sessions == 0
    assert [one.closed for one in world.egresses] == [True]


# Events in step with the picture
async def test_a_viewer_is_told_the_time_stamps_of_the_broadcast_s_zero(world: Any):
    said = [(await world.post("whep")).headers["Fenbo-Rtp-Zero"] for _ in range(2)]
    assert all(re.fullmatch(r"video=\d{1,10}, audio=\d{1,10}", one) for one in said)
    assert said[0] != said[1], "drawn for each session"
    created = await world.post("whip")
    assert created.status == 201 and "Fenbo-Rtp-Zero" not in created.headers
