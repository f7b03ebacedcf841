"""Every change by PUT or PATCH, found from the table of operations, takes If-Match the same way."""

import pytest

from signaling.api.operation import HQ
from signaling.api.operations import OPERATIONS

JSON = "application/json"
TRIED = ("/slates/", "/payments/", "/image")  # what they put is tried before: their own tests bring what passes
PLAN = {"rates": []}


@pytest.fixture
async def boss(shop):
    boss = await shop.visitor()
    await boss.log_in()
    for slot in ("primary", "backup"):
        await boss("POST", f"{HQ}/studio/keys/{slot}/rotate")
    return boss


async def bodies(boss):
    """A change that may be made, for each operation."""
    lock = (await boss("GET", f"{HQ}/lock"))[1]["rule"]
    plan = (await boss("GET", f"{HQ}/plan"))[1]
    return {
        "/studio": {"back": "manual"},
        "/studio/keys/{slot}": {"valid_from": None, "valid_until": None, "show": None},
        "/studio/restreams/{name}": {"url": "rtmp://live.invalid/live/key"},
        "/shows/{show}": {"title": "Night"},
        "/shows/{show}/shelf": {"items": []},
        "/shows/{show}/replay": {"published": True, "days": None},
        "/channels/{channel}": {"notice": "Closed"},
        "/products/{product}": {"name": "Oolong"},
        "/channels/{channel}/goods/{product}": {"hidden": False},
        "/rules": {"room": None, "slow_seconds": 3, "muted": False, "held": False},
        "/lock": lock,
        "/retention": {},
        "/partners/terms": {"passing_days": 30},
        "/channels/{channel}/parent": {"parent": None},
        "/channels/{channel}/level": {"level": "store"},
        "/payments/{provider}": {"enabled": False},
        "/plan": plan[0]["plan"] if plan else PLAN,
    }


def versioned():
    return [
        each
        for each in OPERATIONS
        if each.versioned and each.path.startswith(HQ) and not any(part in each.path for part in TRIED)
    ]


async def call(boss, method, path, body, tag=None):
    """Status, ETag, body."""
    headers = boss.headers if tag is None else boss.headers | {"If-Match": tag}
    url = boss.base + path
    async with boss.client.request(method.upper(), url, json=body, headers=headers) as answer:
        return answer.status, answer.headers.get("ETag"), await answer.json()


async def test_every_change_is_refused_to_who_has_seen_an_older_version(shop, boss):
    given = await bodies(boss)
    names = {"slot": "primary", "name": "twin", "show": shop.show.show, "channel": shop.north.channel}
    names |= {"product": shop.product.product, "provider": "wechat"}
    for operation in versioned():
        path = operation.path.format(**names)
        body = given[operation.path.removeprefix(HQ)]
        if operation.method == "patch" and "restreams" in operation.path:
            body = {"enabled": False}
        status, tag, found = await call(boss, operation.method, path, body)
        assert (status, bool(tag)) == (200, True), (path, found)
        status, newer, _ = await call(boss, operation.method, path, body, tag)
        assert (status, newer != tag) == (200, True), path
        status, none, problem = await call(boss, operation.method, path, body, tag)
        assert (status, none, problem["type"]) == (412, None, "/problems/stale"), path
        assert problem["errors"][0]["field"] == "If-Match"
        assert (await call(boss, operation.method, path, body, f'"0", {newer}'))[0] == 200


async def test_what_is_read_has_the_tag_that_its_change_takes(shop, boss):
    given = await bodies(boss)
    for operation in OPERATIONS:
        if (
            not operation.tagged
            or not operation.path.startswith(HQ)
            or operation.path.endswith(("/goods", "/payments"))
        ):
            continue
        path = operation.path.format(show=shop.show.show, channel=shop.north.channel, product=shop.product.product)
        _, tag, _ = await call(boss, "GET", path, None)
        body = given[operation.path.removeprefix(HQ)]
        change = next(each.method for each in OPERATIONS if each.path == operation.path and each.versioned)
        status, newer, _ = await call(boss, change, path, body, tag)
        assert (status, newer) == (200, (await call(boss, "GET", path, None))[1]), path


async def test_what_moves_by_itself_is_no_change(shop, boss):
    path = f"{HQ}/products/{shop.product.product}"
    _, tag, _ = await call(boss, "GET", path, None)
    await boss("POST", f"{HQ}/skus/{shop.sku}/stock", {"received": 4})
    assert (await call(boss, "PATCH", path, {"name": "Oolong"}, tag))[0] == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("*", 200),
        ('W/"0"', 412),
        ('"99999"', 412),
        ('"abc"', 412),
        ('""', 412),
        ("0", 422),
        ('"0', 422),
        (",".join(['"0"'] * 17), 422),
    ],
)
async def test_tags_of_every_kind(shop, boss, given, status):
    found = await call(boss, "PATCH", f"{HQ}/products/{shop.product.product}", {"name": "Oolong"}, given)
    assert found[0] == status
    if status == 422:
        assert found[2]["errors"][0]["field"] == "If-Match"
