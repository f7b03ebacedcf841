"""Run as a program under strace: so many batches of so many orders, one after the other, each answer written out.

python batches.py DATA_DIR BATCHES COMMANDS
"""

import asyncio
import os
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry

from commerce import commands as c
from commerce import views
from commerce.service import Commerce
from commerce.store.ids import public_id
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings

CONTACT = views.Contact("Li Lei", "13800138000", "Nanjing")


def commits(metrics: Metrics) -> int:
    return int(metrics.registry.get_sample_value("fenbo_commit_batch_commands_count") or 0)


async def main(data_dir: str, batches: str, commands: str) -> None:
    metrics = Metrics(CollectorRegistry())
    node = await Commerce.open(DatabaseSettings(), PaymentSettings(), Path(data_dir), metrics)
    merchant = await node.execute(c.CreateMerchant("Brand", "hq"))
    product = await node.execute(c.CreateProduct(merchant.id, "Tea", (c.NewSku("x", 1, stock=100_000),)))
    show = await node.execute(c.CreateShow(merchant.id, "Friday"))
    await node.execute(c.SetShelf(merchant.id, show.show, (c.ShelfEntry(product.product),)))
    lines = (c.Wanted(product.skus[0].sku, 1),)
    before = commits(metrics)
    os.write(1, b"sell\n")
    for batch in range(int(batches)):
        orders = (c.PlaceOrder(public_id(), "hq", "order-0001", CONTACT, lines) for _ in range(int(commands)))
        await asyncio.gather(*map(node.execute, orders))
        os.write(1, f"batch {batch}\n".encode())
    os.write(1, f"commits {commits(metrics) - before}\n".encode())
    await node.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
