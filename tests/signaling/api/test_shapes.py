from datetime import UTC, datetime

import pytest

from commerce import views
from signaling.api import shapes

SHOW = views.Show("s" * 16, "Evening", "live", None, 3, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("state", "hls", "whep"),
    [
        ("announced", None, None),
        ("live", "/live/x/3/index.m3u8", "/r/north/whep"),
        ("paused", "/live/x/3/index.m3u8", "/r/north/whep"),
        ("ended", None, None),
    ],
)
def test_viewers_are_given_media_while_the_show_is_on(state, hls, whep):
    show = views.Show(SHOW.show, SHOW.title, state, None, 3, SHOW.created_at)
    view = shapes.show_view(show, "north", lambda name: "/live/x/3/index.m3u8")
    assert (view.hls, view.whep) == (hls, whep)


def test_headquarters_sees_the_preview_before():
    show = views.Show(SHOW.show, SHOW.title, "announced", None, 3, SHOW.created_at)
    assert shapes.show_hq(show, (), lambda name: f"/live/{name}").hls == f"/live/{SHOW.show}"


def test_without_media_there_is_nothing_to_play():
    view = shapes.show_view(SHOW, "north", lambda name: None)
    assert (view.hls, view.whep) == (None, None)


@pytest.mark.parametrize(("webrtc", "whep"), [(True, "/r/north/whep"), (False, None)])
def test_rooms_offer_webrtc_only_where_viewers_may_have_it(webrtc, whep):
    channel, merchant = (
        views.ChannelRef("c" * 16, "North"),
        views.Merchant(1, "m" * 16, "Tea", "UTC", "CNY", "en"),
    )
    room = views.Room("north", "North", "", "", "", "", "#112233", channel, "active", merchant, SHOW, ())
    view = shapes.room_view(room, lambda name: "/live", webrtc=webrtc)
    assert (view.webrtc, view.show.hls, view.show.whep) == (webrtc, "/live", whep)


def test_of_all_rooms_none_is_named():
    assert shapes.show_view(SHOW, None, lambda name: "/live").whep is None
