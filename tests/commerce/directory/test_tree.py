"""The tree of channels: how deep it may be, and what stands above what."""

import pytest

from commerce import commands as c
from commerce.directory.tree import DEPTH_MAX
from commerce.errors import Conflict
from commerce.store.ids import public_id


async def test_a_tree_has_a_deepest_level(sqlite_shop):
    shop, parent = sqlite_shop, None
    for level in range(DEPTH_MAX):
        command = c.CreateChannel(shop.merchant.id, f"Level {level}", f"l{level}-{public_id()}", parent, level="gold")
        channel = await shop.commerce.execute(command)
        assert (channel.level, channel.parent is None) == ("gold", False)
        parent = channel.channel
    with pytest.raises(Conflict) as caught:
        await shop.commerce.execute(c.CreateChannel(shop.merchant.id, "Too deep", "d-" + public_id(), parent))
    assert caught.value.field == "parent"
