import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs import aac
from relay.errors import BadMedia

CONFIGS = {
    "1210": aac.AacConfig(2, 44_100, 2, 1024, 44_100, 2),
    "1190": aac.AacConfig(2, 48_000, 2, 1024, 48_000, 2),
    "1588": aac.AacConfig(2, 8_000, 1, 1024, 8_000, 2),
    "11b8": aac.AacConfig(2, 48_000, 8, 1024, 48_000, 2),
    "1194": aac.AacConfig(2, 48_000, 2, 960, 48_000, 2),
    "2b118800": aac.AacConfig(2, 24_000, 2, 1024, 48_000, 5),  # HE-AAC, signalled explicitly
    "eb098800": aac.AacConfig(2, 24_000, 1, 1024, 48_000, 29),  # HE-AAC v2
    "b9900000": aac.AacConfig(23, 48_000, 2, 512, 48_000, 23),  # low delay
    "1780bb8010": aac.AacConfig(2, 96_000, 2, 1024, 96_000, 2),  # escaped rate
}


@pytest.mark.parametrize(("record", "expected"), CONFIGS.items(), ids=CONFIGS)
def test_configs(record: str, expected: aac.AacConfig) -> None:
    assert aac.parse_config(bytes.fromhex(record)) == expected
    assert aac.codec_string(bytes.fromhex(record)) == f"mp4a.40.{expected.signalled_type}"


@given(
    st.sampled_from(aac.SAMPLE_RATES) | st.integers(7_000, 96_000),
    st.sampled_from(aac.CHANNELS[1:]),
    st.sampled_from([960, 1024]),
)
def test_a_record_comes_back(rate: int, channels: int, samples: int) -> None:
    config = aac.AacConfig(2, rate, channels, samples, rate, 2)
    assert aac.parse_config(config.record()) == config


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ("", "too early"),
        ("12", "too early"),
        ("1690", "sampling frequency"),
        ("17800000880000", "sampling frequency"),
        ("0210", "object type 0"),
        ("f9c0", "too early"),
        ("11c8", "channel configuration 9"),
    ],
)
def test_configs_that_lie(record: str, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        aac.parse_config(bytes.fromhex(record))


@given(st.binary(max_size=12))
def test_any_bytes_only_raise_bad_media(record: bytes) -> None:
    try:
        config = aac.parse_config(record)
    except BadMedia:
        return
    assert config.channels in aac.CHANNELS
    assert config.samples_per_frame in (480, 512, 960, 1024)
