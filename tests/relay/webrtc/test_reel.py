from relay.gop import GopLimits
from relay.webrtc.lanes import open_fanout
from relay.webrtc.legs import FEED_FRAMES_MAX
from relay.webrtc.reel import HISTORY_S, Reel


async def test_what_is_kept_has_bounds_and_goes_into_a_feed_that_is_opened_later(udp, receiver, frames, until, screen):
    fanout = open_fanout(udp, threads=1, compiled=False)
    reel = Reel(fanout, GopLimits(seconds_max=1.0))
    reel.push(frames(0, [100], key=True))
    assert (reel.key, reel.head) == (0, 1)
    for number in range(1, 31):
        reel.push(frames(number, [100]))
    assert reel.key == 0
    reel.push(frames(31, [100]))
    assert reel.key is None, "longer than a second"
    for number in range(32, 30 * HISTORY_S + 100):
        reel.push(frames(number, [100]))
    assert len(reel._kept) == 30 * HISTORY_S + 1 <= FEED_FRAMES_MAX
    far = receiver()
    feed = reel.feed(0)
    assert reel.feed(0) is feed
    feed.add(far.leg())
    reel.push(frames(200, [100], key=True), frames(200, [50]))
    reel.push_audio(frames(201, [50]))
    shown = screen(far)
    await until(lambda: len(shown.video) == 1 and len(shown.of(0x3333)) == 2)
    reel.close()
    fanout.close()
