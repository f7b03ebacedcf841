"""Decoder and encoder apart; test_transcode.py and test_ladder.py have them together."""

from typing import Any

from relay.pictures import Decoder, Encoder, even


def test_a_picture_knows_its_packet(video: Any) -> None:
    sent, decoder = video(1, bframes=2, gop=10), Decoder()
    got = [picture for packet in sent for picture in decoder.decode(packet)] + decoder.rest()
    by_time = {packet.pts: packet for packet in sent}
    assert [picture.time for picture in got] == sorted(by_time)
    assert all((by_time[one.time].key, by_time[one.time].received_ns) == (one.key, one.received_ns) for one in got)


def test_another_track_first_lets_out_what_is_held_back(video: Any) -> None:
    before, after, decoder = video(0.5, bframes=2), video(0.5, size=(640, 360)), Decoder()
    for packet in before:
        last = decoder.decode(packet)
    held = decoder.decode(after[0])
    assert last[-1].time < held[0].time
    assert [picture.frame.width for picture in held][:-1] == [320] * (len(held) - 1)
    assert Decoder().rest() == []


def test_time_only_goes_forward_and_odd_sides_become_even(video: Any) -> None:
    decoder, encoder = Decoder(), Encoder(even, lambda _: {"preset": "ultrafast", "tune": "zerolatency"})
    (picture, *_) = [picture for packet in video(0.2) for picture in decoder.decode(packet)]
    (packet,) = encoder.encode(picture, key=False)
    assert packet.key, "the first one always is"
    assert encoder.encode(picture, key=True) == []
    assert even((321, 181)) == (320, 180)
