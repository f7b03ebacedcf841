"""A merchant's targets and a broadcast: sent where he wants it, while there is something to send."""

import pytest

from commerce import commands
from relay.rtmp.restream import Phase
from signaling.restreams import purpose
from tests.signaling.patience import until


async def put(shop, url, name="other"):
    sealed = shop.node.commerce.seal(purpose(shop.merchant.id), url.encode())
    await shop.do(commands.PutRestream(shop.merchant.id, name, "127.0.0.1", sealed))


@pytest.fixture
async def shop(open_shop):
    return await open_shop("--rtmp.private_targets=true")


@pytest.fixture
def eventually(shop):
    """Lets the loop run until the merchant's restreams stand like that."""

    async def wait(condition):
        await until(lambda: condition(shop.node.core.restreams.standing(shop.merchant.id)))

    return wait


async def test_a_broadcast_goes_to_another_show_of_the_same_server(shop, eventually):
    """Of another merchant: the target is any RTMP server."""
    other = await shop.do(commands.CreateMerchant("Other", room="other-hq"))
    await shop.do(commands.CreateShow(other.id, "There"))
    key = (await shop.do(commands.RotateStreamKey(other.id, "primary"))).stream_key
    await put(shop, f"rtmp://127.0.0.1:{shop.node.ports.rtmp}/live/{key}")
    await eventually(lambda found: "other" in found and found["other"].phase is Phase.SENDING)
    await shop.do(commands.SwitchRestream(shop.merchant.id, "other", False))
    await eventually(lambda found: found == {})


async def test_the_end_of_the_show_ends_it(shop, eventually):
    await put(shop, "rtmp://127.0.0.1:1/live/key")
    await eventually(lambda found: "other" in found)
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    await eventually(lambda found: found == {})


async def test_another_url_under_the_same_name_is_another_connection(shop, eventually):
    await put(shop, "rtmp://127.0.0.1:1/live/key")
    await eventually(lambda found: "other" in found)
    before = shop.node.core.restreams._running[shop.merchant.id]["other"][2]
    await put(shop, "rtmp://127.0.0.1:2/live/key")
    await eventually(
        lambda _: shop.node.core.restreams._running[shop.merchant.id].get("other", (0, 0, before))[2] is not before
    )


async def test_what_cannot_be_opened_is_left_out(shop, eventually):
    foreign = shop.node.commerce.seal(purpose(shop.merchant.id + 1), b"rtmp://127.0.0.1:1/live/key")
    await shop.do(commands.PutRestream(shop.merchant.id, "foreign", "127.0.0.1", foreign))
    await put(shop, "rtmp://127.0.0.1:1/live/key")
    await eventually(lambda found: set(found) == {"other"})
