import pytest

from tests.commerce.payments.tills import Counter, open_till, put_wechat
from tests.commerce.payments.wechat_fake import WeChatFake


@pytest.fixture(scope="session")
def wechat_keys():
    """Making keys takes a second: cases share them, and nothing else."""
    return WeChatFake()


@pytest.fixture
async def wechat(wechat_keys):
    fake = WeChatFake.__new__(WeChatFake)
    fake.__dict__ |= wechat_keys.__dict__ | {"trades": {}, "refunds": {}, "asked": []}
    await fake.start()
    yield fake
    await fake.close()


@pytest.fixture
async def counter(sqlite_shop, wechat):
    await put_wechat(sqlite_shop, wechat)
    till = open_till(sqlite_shop, wechat)
    yield Counter(sqlite_shop, wechat, till)
    await till.close()


@pytest.fixture
async def counter_anywhere(shop, wechat):
    """The same on each kind of database."""
    await put_wechat(shop, wechat)
    till = open_till(shop, wechat)
    yield Counter(shop, wechat, till)
    await till.close()
