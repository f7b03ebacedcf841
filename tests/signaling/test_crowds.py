import time

from signaling.bus import Keep, MemoryBus
from signaling.crowd import Crowd, Said
from signaling.crowds import Crowds, crowd_topic


async def test_a_crowd_is_shared_by_all_who_opened_it_and_ends_with_the_last():
    crowds = Crowds(MemoryBus(Keep(10, 10, 10), time.time))
    first, second = await crowds.open(1), await crowds.open(1)
    assert first is second is crowds.get(1)
    crowds.close(1)
    assert crowds.get(1) is first
    crowds.close(1)
    assert crowds.get(1) is None
    assert await crowds.open(1) is not first


async def test_what_this_node_tells_is_what_others_count(monkeypatch):
    bus, heard = MemoryBus(Keep(10, 10, 10), time.time), []

    async def tell(topic, body):
        assert topic == crowd_topic(1)
        heard.append(body)

    monkeypatch.setattr(bus, "tell", tell)
    crowds, other = Crowds(bus), Crowd("another")
    await crowds.open(1)
    crowds.say(1, {"north": 2}, {"north": 3})
    await crowds.tick()
    await crowds.tick()
    crowds.close(1)
    await crowds.tick()
    said = [Said.model_validate_json(body) for body in heard]
    assert len(said) == 2
    other.hear(said[0], 0.0)
    assert (other.viewers("north"), other.likes("north")) == (2, 3)
    other.hear(said[1], 0.0)
    assert other.total == 0


async def test_what_others_tell_is_heard():
    bus = MemoryBus(Keep(10, 10, 10), time.time)
    crowds = Crowds(bus)
    await crowds.open(1)
    await crowds.tick()
    crowds._hear(1, Said(node="b", rooms={"north": 1}, whole=True).model_dump_json().encode())
    assert crowds.get(1).total == 1
