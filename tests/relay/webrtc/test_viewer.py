import pytest

from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE
from relay.webrtc import rtcp


async def test_sender_reports_put_sound_and_picture_on_one_clock(stage, receiver, source, packets, until, screen):
    broadcast = source(packets.video(30, key=True))
    egress, far = stage.open(broadcast), receiver()
    egress.add(far.params())
    shown = screen(far)
    broadcast.publish(packets.video(31), packets.audio(50))
    await until(lambda: len(shown.stamps) == 2 and shown.of(0x3333))
    reports = {report.ssrc: report for report in far.reports() if isinstance(report, rtcp.SenderReport)}
    picture, sound = reports[0x1111], reports[0x3333]
    assert picture.ntp == sound.ntp
    # video 31 is 31/30 s on the line, audio 50 is 1 s: both the same distance from the reported moment
    video_s = (shown.stamps[1] - picture.timestamp + 2**31) % 2**32 - 2**31
    audio_s = (shown.of(0x3333)[0].timestamp - sound.timestamp + 2**31) % 2**32 - 2**31
    assert video_s / VIDEO_CLOCK_RATE - audio_s / OPUS_CLOCK_RATE == pytest.approx(1 / 30, abs=1e-4)


async def test_reports_come_twice_in_the_first_second_then_every_few(stage, receiver, source, packets):
    broadcast = source(packets.video(0, key=True))
    egress, far = stage.open(broadcast), receiver()
    egress.add(far.params())
    ticks = []
    for tick in range(50):
        egress._on_tick()
        ticks += [tick] * len(far.path.sent[len(ticks) :])
        stage.clock.now += 200_000_000
    assert ticks == [0, 2, 5, 20, 35]


async def test_picture_loss_is_answered_from_the_cache_not_more_than_twice_a_second(
    stage, receiver, source, packets, until, screen
):
    broadcast = source(packets.video(0, key=True), packets.video(1))
    egress, far = stage.open(broadcast), receiver()
    viewer, shown = egress.add(far.params()), screen(far)
    await until(lambda: len(shown.stamps) == 2)
    for _ in range(3):
        viewer.receive_rtcp(far.feedback(rtcp.PictureLoss(1, 0x1111)))
    await until(lambda: len(shown.stamps) == 4)
    stage.clock.now += 1_000_000_000
    broadcast.publish(packets.video(2))
    await until(lambda: len(shown.stamps) == 5)
    fir = rtcp.FullIntra(1, ((0x1111, 1),))
    viewer.receive_rtcp(far.feedback(fir, fir))
    await until(lambda: len(shown.stamps) == 8)
    assert [packet.sequence for packet in shown.video] == [
        (shown.video[0].sequence + number) % 2**16 for number in range(len(shown.video))
    ]
    assert broadcast.wishes == 0
    assert stage.value("fenbo_webrtc_feedback_total", {"kind": "pli"}) == 3


async def test_without_a_cached_group_the_source_is_asked_once_for_all(stage, receiver, source, packets, until, screen):
    """A group longer than the cache's bound is not replayed: joiners and losers wait for the next key frame."""
    broadcast = source(packets.video(0, key=True, size=3000))
    egress = stage.open(broadcast, bytes_max=2000)
    fars = [receiver() for _ in range(5)]
    viewers = [egress.add(far.params()) for far in fars]
    viewers[0].receive_rtcp(fars[0].feedback(rtcp.PictureLoss(1, 0x1111)))
    assert broadcast.wishes == 1
    stage.clock.now += 2_000_000_000
    viewers[1].receive_rtcp(fars[1].feedback(rtcp.PictureLoss(1, 0x1111)))
    assert broadcast.wishes == 2
    broadcast.publish(packets.video(1), packets.video(2, key=True))
    screens = [screen(far) for far in fars]
    await until(lambda: all(len(one.stamps) == 1 for one in screens))


async def test_nacks_are_repaired_and_a_storm_is_not(stage, receiver, source, packets, until, screen):
    broadcast = source(packets.video(0, key=True, size=50_000))
    egress, far = stage.open(broadcast), receiver()
    viewer, shown = egress.add(far.params()), screen(far)
    await until(lambda: len(shown.video) >= 43)
    first = shown.video[0].sequence
    everything = tuple((first + number) % 2**16 for number in range(43))
    viewer.receive_rtcp(far.feedback(rtcp.Nack(1, 0x1111, everything[:2]), rtcp.Nack(1, 0x9999, everything)))
    await until(lambda: len(shown.of(0x2222)) == 2)
    for _ in range(30):
        viewer.receive_rtcp(far.feedback(rtcp.Nack(1, 0x1111, everything)))
    await until(lambda: len(shown.of(0x2222)) == 500)
    stage.clock.now += 20_000_000
    viewer.receive_rtcp(far.feedback(rtcp.Nack(1, 0x1111, everything)))
    await until(lambda: len(shown.of(0x2222)) == 510)


async def test_what_receivers_say_is_read_and_what_is_bad_is_counted(stage, receiver, source, packets):
    broadcast = source(packets.video(0, key=True))
    egress, far = stage.open(broadcast), receiver()
    viewer = egress.add(far.params())
    block = rtcp.ReportBlock(0x1111, 64, 10, 500, 3, 0, 0)
    assert viewer.receive_rtcp(
        far.feedback(rtcp.ReceiverReport(1, (block,)), rtcp.BitrateEstimate(1, 1_000_000, (0x1111,)))
    )
    assert viewer.fraction_lost == 0.25
    assert viewer.bits_per_s == pytest.approx(1_000_000, rel=1e-4)
    for rubbish in (b"", b"\x80\xc9" + bytes(40), far.feedback(rtcp.Bye((1,)))[:-1]):
        assert not viewer.receive_rtcp(rubbish)
    assert stage.value("fenbo_webrtc_feedback_total", {"kind": "bad"}) == 3
