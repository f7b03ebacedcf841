"""Run as a program: buyers who order, pay and cancel without pause, and say on standard output what was answered.

    python buyers.py URL DATA_DIR MERCHANT ROOM SKU BUYERS

Each line is one answer: `order <viewer> <client order id> <order id>`, `paid <order id>` or `cancelled <order id>`. It
is written after the answer came, so whatever stands there must be in the store, however the program ends.
"""

import asyncio
import sys
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from commerce import commands as c
from commerce import views
from commerce.service import Commerce
from commerce.store.ids import public_id
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings

CONTACT = views.Contact("Li Lei", "13800138000", "Nanjing")


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


async def buy(node: Commerce, merchant: int, room: str, sku: str) -> None:
    viewer, number = public_id(), 0
    while True:
        number += 1
        key = f"order-{number:06d}"
        order = await node.execute(c.PlaceOrder(viewer, room, key, CONTACT, (c.Wanted(sku, 1 + number % 3),)))
        say("order", viewer, key, order.order)
        if number % 3 == 1:
            headers, body = node.sandbox.webhook(order.payment, "pay", time.time())
            await node.execute(node.sandbox.read_webhook(headers, body, time.time()))
            say("paid", order.order)
        elif number % 3 == 2:
            await node.execute(c.CancelOrder(merchant, order.order))
            say("cancelled", order.order)


async def main(url: str, data_dir: str, merchant: str, room: str, sku: str, buyers: str) -> None:
    metrics = Metrics(CollectorRegistry())
    node = await Commerce.open(DatabaseSettings(url=url), PaymentSettings(), Path(data_dir), metrics, secret="s" * 32)
    say("open")
    await asyncio.gather(*(buy(node, int(merchant), room, sku) for _ in range(int(buyers))))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
