"""Fragmented MP4 from samples: the init segment, and one `moof` + `mdat` for each part.

B-frames: decode times stay as they are and pictures carry the offset to when they are shown, so every presentation time
is the packet's own and needs no edit list. The other way of CMAF - decode times moved on, negative offsets - is read
wrongly by FFmpeg's demuxer, which adds the most negative offset back to the picture but not to the sound. The offsets
are signed all the same (`trun` version 1). All tracks of a rung share one file, the video track first.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from relay.hls.entries import box, full_box, sample_entry
from relay.media import Kind, Track

# ISO/IEC 14496-12, 8.8.3.1: depends on nothing / depends on others and is no sync sample
SYNC, NOT_SYNC = 0x0200_0000, 0x0101_0000
MOVIE_RATE = 1000
_MATRIX = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_UNDETERMINED = 0x55C4  # ISO 639-2 "und", five bits a letter
# tfhd: default-base-is-moof; trun: data offset, durations, sizes, flags, composition offsets (8.8.7.1, 8.8.8.1)
_BASE_IS_MOOF, _DEFAULT_DURATION = 0x2_0000, 0x8
_DATA, _DURATIONS, _SIZES, _FLAGS, _OFFSETS = 0x1, 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True, slots=True)
class Sample:
    """One access unit; `duration` and the signed composition `offset` in ticks of its track."""

    duration: int
    offset: int
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class TrackRun:
    """Consecutive samples of a track, or none, the first decoded at `decode_time` (ticks of the track, 64 bit)."""

    track_id: int
    kind: Kind
    decode_time: int
    samples: Sequence[Sample]


def init_segment(tracks: Sequence[Track], first_id: int = 1) -> bytes:
    """`ftyp` and `moov`; track ids count from `first_id` in the given order.

    Raises `BadMedia` for a codec it cannot carry.
    """
    numbers = range(first_id, first_id + len(tracks))
    traks = [_trak(number, track) for number, track in zip(numbers, tracks, strict=True)]
    # 8.8.3: everything a sample needs is in its fragment
    trexes = [full_box(b"trex", 0, 0, struct.pack(">5I", number, 1, 0, 0, 0)) for number in numbers]
    head = struct.pack(">4IIH10x", 0, 0, MOVIE_RATE, 0, 1 << 16, 1 << 8) + _MATRIX + bytes(24)
    mvhd = full_box(b"mvhd", 0, 0, head, struct.pack(">I", numbers.stop))
    return box(b"ftyp", b"iso6", bytes(4), b"iso6mp41") + box(b"moov", mvhd, *traks, box(b"mvex", *trexes))


def _trak(number: int, track: Track) -> bytes:
    video = track.kind is Kind.VIDEO
    # 8.3.2: enabled, in movie, in preview; volume 1.0 for sound; 16.16 width and height
    place = struct.pack(">8xhhH2x", 0, 0, 0 if video else 1 << 8)
    size = struct.pack(">II", track.width << 16, track.height << 16) if video else bytes(8)
    tkhd = full_box(b"tkhd", 0, 7, struct.pack(">5I", 0, 0, number, 0, 0), place, _MATRIX, size)
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, track.clock_rate, 0, _UNDETERMINED, 0))
    handler = b"vide" if video else b"soun"
    hdlr = full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(12), b"video\0" if video else b"sound\0")
    header = full_box(b"vmhd", 0, 1, bytes(8)) if video else full_box(b"smhd", 0, 0, bytes(4))
    dinf = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    stsd = full_box(b"stsd", 0, 0, struct.pack(">I", 1), sample_entry(track))
    empty = [full_box(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")]
    stbl = box(b"stbl", stsd, *empty, full_box(b"stsz", 0, 0, bytes(8)))
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, box(b"minf", header, dinf, stbl)))


def fragment(sequence: int, runs: Sequence[TrackRun]) -> bytes:
    """One `moof` with a `traf` for each run, and its `mdat` with the runs' data one after the other."""
    mfhd = full_box(b"mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFF_FFFF))
    # The data offsets count from the start of `moof`, whose size does not depend on them: built once to know it.
    size = 8 + len(mfhd) + sum(len(_traf(run, 0)) for run in runs)
    at = size + 8
    trafs = []
    for run in runs:
        trafs.append(_traf(run, at))
        at += sum(len(sample.data) for sample in run.samples)
    moof = box(b"moof", mfhd, *trafs)
    data = [sample.data for run in runs for sample in run.samples]
    return b"".join((moof, struct.pack(">I4s", at - size, b"mdat"), *data))


def _traf(run: TrackRun, data_offset: int) -> bytes:
    tfdt = full_box(b"tfdt", 1, 0, struct.pack(">Q", run.decode_time))
    if run.kind is Kind.VIDEO:
        tfhd = full_box(b"tfhd", 0, _BASE_IS_MOOF, struct.pack(">I", run.track_id))
        trun = _video_trun(run.samples, data_offset)
    else:
        # 8.8.7: sound is all sync samples (flags 0x02000000 by default), most often of one duration
        duration = run.samples[0].duration if run.samples else 0
        head = struct.pack(">3I", run.track_id, duration, SYNC)
        tfhd = full_box(b"tfhd", 0, _BASE_IS_MOOF | _DEFAULT_DURATION | 0x20, head)
        trun = _audio_trun(run.samples, duration, data_offset)
    return box(b"traf", tfhd, tfdt, trun)


def _video_trun(samples: Sequence[Sample], data_offset: int) -> bytes:
    pack = struct.Struct(">IIIi").pack
    rows = [pack(one.duration, len(one.data), SYNC if one.key else NOT_SYNC, one.offset) for one in samples]
    flags = _DATA | _DURATIONS | _SIZES | _FLAGS | _OFFSETS
    return full_box(b"trun", 1, flags, struct.pack(">Ii", len(samples), data_offset), *rows)


def _audio_trun(samples: Sequence[Sample], duration: int, data_offset: int) -> bytes:
    head = struct.pack(">Ii", len(samples), data_offset)
    if all(one.duration == duration for one in samples):
        return full_box(
            b"trun", 1, _DATA | _SIZES, head, struct.pack(f">{len(samples)}I", *(len(s.data) for s in samples))
        )
    rows = [struct.pack(">II", one.duration, len(one.data)) for one in samples]
    return full_box(b"trun", 1, _DATA | _DURATIONS | _SIZES, head, *rows)
