import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadRtp
from relay.webrtc import rtcp

word = st.integers(0, 2**32 - 1)
blocks = st.builds(
    rtcp.ReportBlock, word, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), word, word, word, word
)
some_blocks = st.lists(blocks, max_size=3).map(tuple)
reports = st.one_of(
    st.builds(rtcp.SenderReport, word, st.integers(0, 2**64 - 1), word, word, word, some_blocks),
    st.builds(rtcp.ReceiverReport, word, some_blocks),
    st.builds(rtcp.SourceDescription, word, st.text(max_size=40)),
    st.builds(rtcp.Bye, st.lists(word, min_size=1, max_size=5).map(tuple)),
    st.builds(rtcp.PictureLoss, word, word),
    st.builds(rtcp.FullIntra, word, st.lists(st.tuples(word, st.integers(0, 255)), min_size=1, max_size=3).map(tuple)),
    st.builds(rtcp.BitrateEstimate, word, st.integers(0, 2**18 - 1), st.lists(word, max_size=3).map(tuple)),
)


@given(st.lists(reports, max_size=5))
def test_a_compound_gives_back_what_it_was_built_from(compound):
    assert rtcp.parse(b"".join(report.build() for report in compound)) == compound


@given(word, word, st.lists(st.integers(0, 65_535), min_size=1, max_size=40, unique=True))
def test_every_wanted_sequence_survives(sender, ssrc, sequences):
    (nack,) = rtcp.parse(rtcp.Nack(sender, ssrc, tuple(sequences)).build())
    assert set(nack.sequences) == set(sequences)
    assert (nack.sender, nack.ssrc) == (sender, ssrc)


def test_a_run_of_losses_over_the_wrap_is_one_word():
    """RFC 4585, section 6.2.1: a packet id and a mask of the sixteen after it."""
    wanted = tuple((65_530 + n) % 65_536 for n in range(17))
    assert len(rtcp.Nack(1, 2, wanted).build()) == 4 + 8 + 4


@given(st.binary(max_size=120) | st.lists(reports, min_size=1, max_size=3).map(lambda r: r[0].build()), st.data())
def test_only_bad_rtp_escapes(data, draw):
    mutated = bytearray(data)
    for _ in range(draw.draw(st.integers(0, 3)) if mutated else 0):
        mutated[draw.draw(st.integers(0, len(mutated) - 1))] = draw.draw(st.integers(0, 255))
    with contextlib.suppress(BadRtp):
        rtcp.parse(bytes(mutated))


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"\x80\xc9\x00", "rtcp"),
        (b"\x40\xc9\x00\x00", "rtcp.version"),
        (b"\x80\xc9\x00\x02" + bytes(4), "rtcp.length"),
        (b"\x81\xc9\x00\x01" + bytes(4), "rtcp receiver report"),  # one block announced, none there
        (b"\x80\xc8\x00\x01" + bytes(4), "rtcp sender report"),
        (b"\x82\xcb\x00\x01" + bytes(4), "rtcp bye"),
        (b"\x81\xcd\x00\x02" + bytes(8), "rtcp nack"),  # asks for nothing
        (b"\x81\xce\x00\x01" + bytes(4), "rtcp payload feedback"),
        (b"\x84\xce\x00\x03" + bytes(12), "rtcp fir"),
        (b"\x8f\xce\x00\x04" + bytes(8) + b"REMB\x02\x00\x00\x01", "rtcp remb"),  # two sources announced
        (b"\x81\xca\x00\x02" + bytes(4) + b"\x01\x09ab", "rtcp source description item"),
        (b"\xa0\xc9\x00\x01" + bytes(4), "rtcp.padding"),
        (b"\xa0\xc9\x00\x01\x00\x00\x00\x04" + b"\x80\xc9\x00\x01" + bytes(4), "rtcp.padding"),  # not the last packet
    ],
)
def test_lying_lengths_are_named(data, where):
    with pytest.raises(BadRtp) as caught:
        rtcp.parse(data)
    assert caught.value.where == where


def test_types_nobody_acts_on_are_skipped():
    unknown = b"\x80\xcf\x00\x01" + bytes(4)  # an extended report
    transport_wide = b"\x8f\xcd\x00\x02" + bytes(8)
    loss = rtcp.PictureLoss(1, 2)
    assert rtcp.parse(unknown + transport_wide + loss.build()) == [loss]


@given(st.integers(0, 2**60))
def test_an_estimate_keeps_its_first_eighteen_bits(bits_per_s):
    (estimate,) = rtcp.parse(rtcp.BitrateEstimate(1, bits_per_s, (2,)).build())
    assert bits_per_s * (1 - 2**-17) <= estimate.bits_per_s <= bits_per_s
