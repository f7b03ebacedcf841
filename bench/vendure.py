"""Add to cart and check out at Vendure, a commerce server from npm, on SQLite: what orders over HTTP cost there.

It is installed from its lock into the cache outside the tree. Where that is not possible, or it does not start, the row
is left out, with the reason. An order there is two requests: one puts the product into a new cart, one gives name,
address, shipping and payment. Fenbo's order is one request, with stock, payment and commission in it; it is measured in
the same minute, with as many buyers, on the same disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

from rich.console import Console

from bench import orders
from bench.connection import Connection, connect
from bench.peers.clip import CACHE
from bench.report import Row
from bench.runs import measured

HERE = Path(__file__).parent / "peers" / "vendure"
BUYERS = 16
SECONDS = 8.0
INSTALL_SECONDS_MAX = 900
START_SECONDS_MAX = 60
ATTEMPTS_MAX = 3  # a neighbour may take the processor away; with one to warm up, and Fenbo's, within three minutes
PATH = "/shop-api"
ADD = 'mutation { it: addItemToOrder(productVariantId: "1", quantity: 1) { __typename } }'
CHECK_OUT = """mutation {
  who: setCustomerForOrder(input: {firstName: "Wei", lastName: "Li", emailAddress: "li@example.org"}) { __typename }
  where: setOrderShippingAddress(input: {
    fullName: "Li Wei", streetLine1: "1 Harbour Street", countryCode: "CN", phoneNumber: "13800000000"
  }) { __typename }
  how: setOrderShippingMethod(shippingMethodId: ["1"]) { __typename }
  state: transitionOrderToState(state: "ArrangingPayment") { __typename }
  paid: addPaymentToOrder(input: {method: "standard", metadata: {}}) { __typename ... on Order { state } }
}"""


def installed() -> Path:
    """The folder with the server and what it needs. OSError or CalledProcessError where npm cannot."""
    folder = CACHE / "vendure"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(HERE, folder)
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=INSTALL_SECONDS_MAX)
        (folder / "done").touch()
    shutil.copy(HERE / "server.js", folder)
    return folder


@contextmanager
def vendure(folder: Path) -> Iterator[tuple[str, int]]:
    """A shop on a fresh database: its URL and its process."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as data:
        command = ["node", "server.js", data]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        environment = os.environ | {"NODE_ENV": "production"}
        process = subprocess.Popen(command, cwd=folder, env=environment, text=True, **quiet)
        too_long = Timer(START_SECONDS_MAX, process.kill)  # its output ends then
        too_long.start()
        try:
            assert process.stdout is not None
            port = next((line.split()[1] for line in process.stdout if line.startswith("listening ")), None)
            too_long.cancel()
            if port is None:
                raise subprocess.CalledProcessError(process.wait(), command)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            too_long.cancel()
            process.kill()  # its database is thrown away
            process.wait()


async def mutate(connection: Connection, query: str, token: str) -> tuple[bytes, str]:
    """The answer, and the session's token."""
    body = json.dumps({"query": query}).encode()
    answer = await connection.request("POST", PATH, headers=token, body=body, keep=True)
    found = answer.header(b"vendure-auth-token")
    return answer.body, f"Authorization: Bearer {found[0].decode()}\r\n" if found else token


async def buy(url: str, waits: list[float]) -> int:
    """A new buyer after the other."""
    connection, count, until = await connect(url), 0, time.monotonic() + SECONDS
    while (asked := time.monotonic()) < until:
        _, token = await mutate(connection, ADD, "")
        body, _ = await mutate(connection, CHECK_OUT, token)
        assert b"PaymentAuthorized" in body, body
        waits.append(time.monotonic() - asked)
        count += 1
    connection.close()
    return count


async def shop(folder: Path) -> orders.Run:
    """What an order costs there."""
    waits: list[float] = []

    async def run() -> int:
        waits.clear()
        return sum(await asyncio.gather(*(buy(url, waits) for _ in range(BUYERS))))

    with vendure(folder) as (url, pid):
        await run()  # so that its code is compiled
        cost = await measured(pid, run, attempts=ATTEMPTS_MAX)
    return orders.Run(cost, sorted(waits))


async def rows() -> list[Row]:
    try:
        theirs = await shop(await asyncio.to_thread(installed))
    except (OSError, subprocess.SubprocessError) as error:
        Console().print(f"vendure: left out, it cannot be installed or started here: {error}")
        return []
    ours = await orders.once("", money=True, buyers=BUYERS)
    version = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]["@vendure/core"]
    how = f"{BUYERS} buyers, one SKU, SQLite in WAL with synchronous=FULL"
    how += f"; Vendure {version} with NODE_ENV=production: two requests an order"
    more = {"cpu_us": round(ours.cost.cpu_us), "cpu_us_vendure": round(theirs.cost.cpu_us)}
    steal = max(ours.cost.spent.steal, theirs.cost.spent.steal)
    rate, wait = {"Vendure": theirs.cost.per_second}, {"Vendure": theirs.quantile(99)}
    unit = "orders a second over HTTP, in the cart and checked out"
    return [
        Row("orders beside Vendure", unit, ours.cost.per_second, None, steal, how, more, rate),
        Row("orders beside Vendure: the wait", "ms for an order, p99", ours.quantile(99), how=how, beside=wait),
    ]
