from relay.media import Codec, Packet, Track
from relay.source import Slot, SourcePolicy, Sources
from signaling.sources import view

SECOND = 1_000_000_000
VIDEO, AUDIO = Track(Codec.H264, 90_000, b"avcC", 1280, 720), Track(Codec.AAC, 48_000, bytes.fromhex("1190"))


def test_a_source_in_words_and_numbers():
    source = Sources(lambda _: None, SourcePolicy()).attach(Slot.PRIMARY, "OBS from 10.0.0.7", SECOND, force=False)
    for number in range(250):
        at, now = number * 3600, SECOND + number * SECOND // 25
        source.publish(Packet(VIDEO, at + 7200, at, number == 0, bytes(12_500), now))
        source.publish(Packet(AUDIO, number * 1920, number * 1920, True, bytes(640), now))
    seen = view(source, now)
    assert (seen.slot, seen.state, seen.encoder) == ("primary", "on", "OBS from 10.0.0.7")
    assert seen.video == "h264 1280x720, 25 fps, 2.5 Mb/s"
    assert seen.audio == "aac 48000 Hz, 0.1 Mb/s"
    assert seen.b_frames
    assert [(one.kind, round(one.number)) for one in seen.advice] == [("long_groups", 10), ("b_frames", 0)]
    assert len(seen.warnings) == 2
