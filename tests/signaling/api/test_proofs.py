"""Heads and proofs over the API, for somebody who never logged in; `fenbo verify` compares what two partners hold."""

import asyncio
import json

from commerce import commands as c
from commerce.commands.earning import SignHeads
from commerce.proof.statement import public_key
from commerce.proof.verify import compare_heads
from signaling.cli import run
from tests.signaling.api.test_hq_money import sold


async def partner(shop, password_hash, name, channel):
    await shop.do(c.CreateUser(shop.merchant.id, name, password_hash, "channel_owner", channel))
    found = await shop.visitor()
    await found.log_in(name)
    return found


async def test_two_partners_compare_their_statements(shop, password_hash, tmp_path, capsys):
    await sold(shop, "north")
    north = await partner(shop, password_hash, "north", shop.north.channel)
    one = (await north("GET", "/api/v1/desk/statement"))[1]
    await sold(shop, "south")
    south = await partner(shop, password_hash, "south", shop.south.channel)
    other = (await south("GET", "/api/v1/desk/statement"))[1]
    anybody = await shop.visitor()
    place = f"/api/v1/proofs/{shop.merchant.merchant}"
    sizes = f"log=1&old={one['head']['size']}&new={other['head']['size']}"
    status, proof = await anybody("GET", f"{place}/consistency?{sizes}")
    assert status == 200
    key = await shop.node.commerce.ask(public_key)
    assert compare_heads(one["head"], other["head"], proof["hashes"], bytes.fromhex(key), one["keys"]) == []
    files = {
        "one": one,
        "other": other,
        "proof": proof,
        "forked": other | {"head": other["head"] | {"root": "ab" * 32}},
    }
    for name, found in files.items():
        await asyncio.to_thread((tmp_path / name).write_text, json.dumps(found))
    given = ["verify", str(tmp_path / "one"), "--key", key, "--proof", str(tmp_path / "proof"), "--head"]
    assert await asyncio.to_thread(run, [*given, str(tmp_path / "other")]) == 0
    assert await asyncio.to_thread(run, [*given, str(tmp_path / "forked")]) == 1
    assert "forked" in capsys.readouterr().out


async def test_heads_and_inclusion_and_what_is_no_question(shop):
    await sold(shop, "north")
    await shop.do(SignHeads())
    anybody = await shop.visitor()
    place = f"/api/v1/proofs/{shop.merchant.merchant}"
    status, found = await anybody("GET", f"{place}/heads")
    assert (status, found["merchant"], len(found["keys"])) == (200, shop.merchant.merchant, 1)
    head = found["heads"][0]
    assert (await anybody("GET", f"{place}/heads?log=7"))[1]["heads"] == []
    status, proof = await anybody("GET", f"{place}/inclusion?log=1&position=0")
    assert (status, proof["size"], len(proof["leaf"])) == (200, head["size"], 64)
    for query, field in (("log=1", "position"), ("log=x&position=0", "log"), ("log=1&position=99", "position")):
        status, problem = await anybody("GET", f"{place}/inclusion?{query}")
        assert (status, problem["errors"][0]["field"]) == (422, field)
    assert (await anybody("GET", f"/api/v1/proofs/{'0' * 16}/heads"))[0] == 404
    assert (await anybody("GET", f"{place}/consistency?log=2&old=1&new=1"))[0] == 404
