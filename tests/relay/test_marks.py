import pytest

from relay.errors import Refused
from relay.hub import Hub
from relay.marks import AHEAD_SECONDS_MAX, MARKS_MAX, MARKS_PER_SECOND_MAX, PAYLOAD_BYTES_MAX, Mark, Marks


def test_a_mark_without_a_time_is_at_the_live_edge(feed):
    broadcast = Hub().open("show", "e1")
    told = []
    leave = broadcast.marks.listen(told.append)
    source = feed()
    for packet in source.play(0, 2_000):
        broadcast.publish(packet)
    mark = broadcast.mark("pin-1", b'{"product":7}')
    assert mark == Mark("pin-1", b'{"product":7}', broadcast.live_seconds) and mark.seconds > 1.9
    assert broadcast.mark("pin-2", b"", 1.5).seconds == 1.5
    leave()
    broadcast.mark("pin-3", b"")
    assert [one.id for one in told] == ["pin-1", "pin-2"]
    assert [one.id for one in broadcast.marks] == ["pin-1", "pin-2", "pin-3"]


@pytest.mark.parametrize(
    "event_id,payload,seconds,reason,where",
    [
        ("", b"", 10, "bad_id", "id"),
        ('pin"1', b"", 10, "bad_id", "id"),
        ("x" * 65, b"", 10, "bad_id", "id"),
        ("pin", b"x" * (PAYLOAD_BYTES_MAX + 1), 10, "too_large", "payload"),
        ("pin", b"", 10 + AHEAD_SECONDS_MAX + 0.1, "too_far", "seconds"),
        ("pin", b"", -0.1, "too_far", "seconds"),
        ("there", b"", 10, "twice", "id"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(event_id, payload, seconds, reason, where):
    marks = Marks()
    marks.add("there", b"", None, 10)
    with pytest.raises(Refused, match=where) as caught:
        marks.add(event_id, payload, seconds, 10)
    assert caught.value.reason == reason
    assert [mark.id for mark in marks] == ["there"]


def test_marks_have_a_rate_and_the_oldest_goes_first():
    marks = Marks()
    for number in range(MARKS_PER_SECOND_MAX):
        marks.add(f"burst-{number}", b"", None, 1.0)
    with pytest.raises(Refused, match="a second") as caught:
        marks.add("one-more", b"", None, 1.0)
    assert caught.value.reason == "too_often"
    for number in range(MARKS_MAX):
        marks.add(f"slow-{number}", b"", None, 2.0 + number)
    assert len(list(marks)) == MARKS_MAX
    assert marks.add("burst-0", b"", None, 2_000.0), "forgotten, so it is no repetition"
