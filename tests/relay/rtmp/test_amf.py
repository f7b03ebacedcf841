import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadRtmp
from relay.rtmp import amf

texts = st.text(max_size=20)
plain = st.none() | st.booleans() | st.floats(allow_nan=False) | texts
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)


def depth(value: amf.Value) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(depth, inner), default=0)


@given(st.lists(values.filter(lambda value: depth(value) <= amf.DEPTH_MAX), max_size=5))
def test_values_come_back(many: list[amf.Value]) -> None:
    assert amf.decode(amf.encode(*many)) == many


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("06", None),
        ("0d", None),
        ("0b3ff00000000000000000", 1.0),
        ("0c0000000161", "a"),
        ("0f0000000161", "a"),
        ("08ffffffff00016105000009", {"a": None}),
        ("100001780001610101000009", {"a": True}),
        ("02000180", "�"),
    ],
)
def test_markers_that_we_never_write(data: str, value: amf.Value) -> None:
    assert amf.decode(bytes.fromhex(data)) == [value]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("00", "past the end"),
        ("02ffff61", "past the end"),
        ("0c7fffffff", "past the end"),
        ("03000161", "past the end"),
        ("0a7fffffff", "an array of"),
        ("0a00000400" + "05" * 1024, "more than 1024"),
        ("11", "AMF3"),
        ("070000", "marker 7"),
        ("04", "marker 4"),
        ("ff", "marker 255"),
        ("0300016103" * 9, "past the end"),
        ("03000161" * 100, "nested deeper"),
        ("0a00000001" * 100, "nested deeper"),
    ],
)
def test_what_is_refused(data: str, problem: str) -> None:
    with pytest.raises(BadRtmp, match=problem):
        amf.decode(bytes.fromhex(data))


@given(st.binary(max_size=200))
def test_any_bytes_only_raise_bad_rtmp(data: bytes) -> None:
    try:
        amf.decode(data)
    except BadRtmp:
        return
