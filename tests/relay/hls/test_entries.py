import struct

import pytest

from relay.errors import BadMedia
from relay.hls import entries
from relay.media import Codec, Track

OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 48_000, -256, 0)


def test_the_names_of_real_tracks_are_those_of_rfc_6381(clip):
    names = {track.codec: entries.codec_string(track) for track in clip.tracks}
    config = next(track.config for track in clip.tracks if track.codec is Codec.H264)
    assert names == {Codec.H264: f"avc1.{config[1:4].hex()}", Codec.AAC: "mp4a.40.2"}
    assert config[1:4] != bytes(3)


@pytest.mark.parametrize("codec,kind,record", [(Codec.HEVC, b"hvc1", b"hvcC"), (Codec.AV1, b"av01", b"av1C")])
def test_other_pictures_have_their_own_entries(codec, kind, record):
    entry = entries.sample_entry(Track(codec, 90_000, b"config", 1280, 720))
    assert entry[4:8] == kind
    assert entry.endswith(struct.pack(">I", 14) + record + b"config")
    assert entry[32:36] == struct.pack(">HH", 1280, 720)


def test_an_opus_head_becomes_big_endian():
    entry = entries.sample_entry(Track(Codec.OPUS, 48_000, OPUS_HEAD, channels=2))
    assert entry.endswith(b"dOps" + struct.pack(">BBHIhB", 0, 2, 312, 48_000, -256, 0))


def test_opus_without_a_head_plays_from_its_track():
    entry = entries.sample_entry(Track(Codec.OPUS, 48_000, channels=1))
    assert entry.endswith(b"dOps" + struct.pack(">BBHIhB", 0, 1, 0, 48_000, 0, 0))


@pytest.mark.parametrize("read", [entries.sample_entry, entries.codec_string])
def test_what_fmp4_cannot_carry_is_refused(read):
    with pytest.raises(BadMedia, match="vp8"):
        read(Track(Codec.VP8, 90_000))


def test_a_decoder_must_be_told_its_configuration():
    with pytest.raises(BadMedia, match="configuration"):
        entries.sample_entry(Track(Codec.H264, 90_000))


def test_a_rate_that_does_not_fit_is_left_to_the_decoder(clip):
    sound = next(track for track in clip.tracks if track.codec is Codec.AAC)
    entry = entries.sample_entry(Track(Codec.AAC, 96_000, sound.config, channels=2))
    assert entry[32:36] == bytes(4)
    assert entries.sample_entry(sound)[32:36] == struct.pack(">I", 48_000 << 16)
