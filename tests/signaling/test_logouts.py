from commerce.customers.logouts import KEPT_MS
from commerce.customers.views import Ended
from signaling import logouts as module
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


async def test_its_own_are_known_at_once_and_others_at_the_next_look():
    store = Store()
    logouts, own, told = Logouts(store), new_viewer(), []
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
    logouts = Logouts(store, lambda: now[0] / 1000)
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
    logouts = Logouts(store, lambda: AT / 1000)
    store.ended = [Ended(f"{at}", AT + at) for at in (3, 1, 2)]
    await logouts.look()
    assert [viewer in logouts for viewer in ("1", "2", "3")] == [False, True, True]
