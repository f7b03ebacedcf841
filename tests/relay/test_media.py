from relay.media import Codec, Kind, Packet, Track


def test_every_codec_has_its_kind() -> None:
    assert {codec for codec in Codec if codec.kind is Kind.AUDIO} == {Codec.AAC, Codec.OPUS}


def test_tracks_are_compared_by_identity() -> None:
    one, other = Track(Codec.AAC, 48_000, b"\x11\x90"), Track(Codec.AAC, 48_000, b"\x11\x90")
    assert one != other
    assert len({one, other}) == 2


def test_seconds_are_decode_time() -> None:
    assert Packet(Track(Codec.H264, 90_000), 135_000, 90_000, True, b"").seconds == 1.0
