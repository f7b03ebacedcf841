from relay.hls.rendition import Rendition
from relay.hls.slices import Targets
from relay.hls.waiting import Waiting
from relay.hls.window import Window


async def test_a_rendition_has_no_state_before_its_first_part_and_asks_for_nothing():
    rendition = Rendition("144p", Window(Targets(500, 2_000), 10, 7), Waiting(6.0, 10))
    rendition.note()
    rendition.refresh()
    assert (rendition.state, rendition.ask(), rendition.over) == (None, False, False)
    assert not rendition.exists(rendition.first) and rendition.too_far((99, None))
    rendition.window.end()
    assert rendition.over and rendition.target_seconds == 2
