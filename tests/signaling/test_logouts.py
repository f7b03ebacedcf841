from commerce.customers.logouts import KEPT_MS
from commerce.customers.views import Ended
from signaling import logouts as module
from signaling.bus import BusDown
from signaling.logouts import OVERLAP_MS, Logouts
from signaling.tokens import new_viewer

AT = 1_800_000_000_000


class Store:
    """Commerce, as far as it is asked here."""

    def __init__(self):
        self.since = []

    async def execute(self, command):
        return command.viewer != "stranger00000000"

    async def ask(self, question, since):
        self.since.append(since)
        return (Ended("theirs0000000000", AT),)


class Nodes:
    """A bus between nodes."""

    def __init__(self):
        self.listeners, self.down = [], False

    async def listen(self, _topic, listener):
        self.listeners.append(listener)

    async def tell(self, _topic, body):
        if self.down:
            raise BusDown
        for listener in self.listeners:
            listener(body)


async def test_other_nodes_hear_of_it_at_once_and_each_tells_once():
    bus, told = Nodes(), []
    one, other = Logouts(Store(), bus), Logouts(Store(), bus)
    for node in (one, other):
        await node.open()
        node.on_end, node.on_renewal = (lambda out: told.append(("out", *out))), (lambda out: told.append(("in", *out)))
    await one.end("own0000000000000")
    await one.renewed("now0000000000000")
    assert "own0000000000000" in other
    assert other.is_renewing("now0000000000000")
    assert not other.is_renewing("own0000000000000")
    assert told == [("out", "own0000000000000")] * 2 + [("in", "now0000000000000")] * 2
    bus.down = True
    await one.end("later00000000000")
    assert ("later00000000000" in one, "later00000000000" in other) == (True, False)


async def test_a_renewal_is_under_way_for_as_long_as_an_answer_may_take():
    now = [AT]
    logouts = Logouts(Store(), Nodes(), lambda: now[0] / 1000)
    await logouts.renewed("now0000000000000")
    now[0] += module.RENEWING_MS - 1
    assert logouts.is_renewing("now0000000000000")
    now[0] += 1
    assert not logouts.is_renewing("now0000000000000")
    assert "now0000000000000" in logouts


async def test_its_own_are_known_at_once_and_others_at_the_next_look():
    store = Store()
    logouts, own, told = Logouts(store, Nodes()), new_viewer(), []
    logouts.on_end = told.extend
    for viewer in (own, "stranger00000000"):
        await logouts.end(viewer)
    assert own in logouts
    assert "stranger00000000" not in logouts
    assert "theirs0000000000" not in logouts
    await logouts.look()
    assert "theirs0000000000" in logouts
    await logouts.look()
    assert store.since == [-OVERLAP_MS, AT - OVERLAP_MS]
    assert told == [own, "theirs0000000000"]


class Told(Store):
    """Answers who is given."""

    def __init__(self):
        super().__init__()
        self.ended = []

    async def ask(self, question, since):
        return tuple(self.ended)


async def test_whose_cookies_have_run_out_is_forgotten():
    store, now = Told(), [AT]
    logouts = Logouts(store, Nodes(), lambda: now[0] / 1000)
    await logouts.end("own0000000000000")
    now[0] += KEPT_MS - 1
    store.ended = [Ended("late000000000000", now[0])]
    await logouts.look()
    assert "own0000000000000" in logouts
    now[0] += 1
    await logouts.look()
    assert "own0000000000000" not in logouts
    assert "late000000000000" in logouts


async def test_of_too_many_the_latest_are_kept(monkeypatch):
    monkeypatch.setattr(module, "ENDED_MAX", 2)
    store = Told()
    logouts = Logouts(store, Nodes(), lambda: AT / 1000)
    store.ended = [Ended(f"{at}", AT + at) for at in (3, 1, 2)]
    await logouts.look()
    assert [viewer in logouts for viewer in ("1", "2", "3")] == [False, True, True]
