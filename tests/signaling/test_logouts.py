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
        return (("theirs0000000000", AT),)


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
