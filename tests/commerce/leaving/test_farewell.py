"""The bundle of the last day opens in a browser, offline, and checks itself: the same verdicts as `fenbo verify`."""

import asyncio
import json

import pytest
from playwright.async_api import async_playwright, expect

from commerce.leaving import station
from commerce.leaving.check import check_statement
from commerce.leaving.farewell import verify_page
from commerce.money import DIGITS, Money, to_decimal
from commerce.proof.published import between
from commerce.proof.verify import compare, compare_heads, verify_statement
from tests.commerce.proof.test_verify import HARMLESS, SPOILS, shortened, signed_before, spoilt

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
async def page():
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = await browser.new_context(locale="en-GB", offline=True, viewport={"width": 390, "height": 844})
        yield await context.new_page()
        await browser.close()


def say_farewell(money, folder):
    with station.station(money.shop.url, folder.parent, "s" * 32, int(money.shop.clock() * 1000)) as at:
        return station.say_farewell(at, folder)


async def test_a_partners_page_opens_offline_and_everything_spoilt_shows(money, tmp_path, page):
    for _ in range(3):
        await money.sold()
    manifest = await asyncio.to_thread(say_farewell, money, tmp_path / "bye")
    name = f"statements/channel-{money.shop.store_a.channel}.html"
    (file,) = [entry["file"] for entry in manifest["files"] if entry["file"].endswith(name)]
    public = await money.key()
    await page.goto(f"file://{tmp_path}/bye/{file}")
    await page.fill("#key", public.hex())
    await page.click("button")
    result = page.locator("#result")
    await expect(result).to_have_attribute("data-holds", "true")
    await expect(result).to_contain_text("29.70 CNY")
    await expect(result).to_contain_text("when the log was signed, nothing was left out")
    await page.fill("#key", "00" * 32)
    await page.click("button")
    await expect(result).to_have_attribute("data-holds", "false")

    found = await money.statement()
    older = signed_before(money, found)
    texts = [spoilt(found, each) for each in (*HARMLESS.values(), *SPOILS.values())]
    texts += [json.dumps(await shortened(money, each, 1)) for each in (found, older)]
    check = "async ([all, key]) => { const found = []; for (const one of all) "
    check += "found.push((await verifyStatement(JSON.parse(one), key)).wrong.length === 0); return found; }"
    here = [verify_statement(json.loads(text), public).wrong == [] for text in texts]
    assert await page.evaluate(check, [texts, public.hex()]) == here
    assert here == [True] * len(HARMLESS) + [False] * len(SPOILS) + [False, True]
    check = "async ([one, key]) => { const { upto, signedAt } = await verifyStatement(one, key); "
    for each in (found, older):
        upto, signed_at = await page.evaluate(
            check + "return [upto?.seq ?? null, signedAt ?? null]; }", [each, public.hex()]
        )
        report = verify_statement(each, public)
        assert (upto, signed_at) == (report.upto and report.upto[0], None if report.upto else report.signed_at)
    amounts = [(minor, code) for code in (*DIGITS, "CNY", "IQD", "HUF") for minor in (0, 7, -7, 123456, 10**15)]
    check = "(all) => all.map(([minor, code]) => money(BigInt(minor), code))"
    assert await page.evaluate(check, amounts) == [f"{to_decimal(Money(*each))} {each[1]}" for each in amounts]


async def test_who_is_only_in_an_older_log_has_a_page_too(money, tmp_path):
    """The merchant came from elsewhere: what was proven there stands in a log of its own, and its pages say which."""
    await money.sold()
    await asyncio.to_thread(say_farewell, money, tmp_path / "bye")
    pages = {page.name for page in (tmp_path / "bye").rglob("statements/*.html")}

    def moved():
        with station.station("", tmp_path / "home", "t" * 32, 2_000_000_000_000) as at:
            station.arrive(at, tmp_path / "bye" / money.shop.merchant.merchant / "export")
            station.say_farewell(at, tmp_path / "again")
        return {page.name for page in (tmp_path / "again").rglob("statements/*.html")}

    here = await asyncio.to_thread(moved)
    assert f"channel-{money.shop.store_a.channel}.html" in pages
    assert {page for page in here if "-log-" in page} == {page.replace(".html", "-log-1.html") for page in pages}
    assert len(here) == len(pages) + 1  # the import is an entry of the house's, in the new log


async def moved_and_its_keys(money, folder):
    """The pages of a merchant who moved, and the keys of before and of now."""
    for _ in range(3):
        await money.sold()
    await asyncio.to_thread(say_farewell, money, folder / "bye")

    def moved():
        with station.station("", folder / "home", "t" * 32, 2_000_000_000_000) as at:
            station.arrive(at, folder / "bye" / money.shop.merchant.merchant / "export")
            station.say_farewell(at, folder / "again")
            return station.log_key(at, rotate=False)

    now = await asyncio.to_thread(moved)
    return folder / "again" / money.shop.merchant.merchant, (await money.key()).hex(), now


async def test_the_page_takes_several_keys_and_says_of_each_file_what_the_command_says(money, tmp_path, page):
    folder, before, now = await moved_and_its_keys(money, tmp_path)
    name = f"channel-{money.shop.store_a.channel}"
    await page.goto(f"file://{folder}/statements/{name}-log-1.html")
    result = page.locator("#result")
    for given, holds in (([before], True), ([now, before], True), ([now], False), (["00" * 32], False)):
        await page.fill("#key", "\n".join(given).upper() + "\n")
        await page.click("button")
        await expect(result).to_have_attribute("data-holds", str(holds).lower())
        if not holds:
            await expect(result).to_contain_text(f"nor by one that follows from it, but by {before}")
            await expect(result).to_contain_text("A merchant who moved to another installation has a key of before")
    await page.fill("#key", now[:-1])
    assert await page.evaluate("document.querySelector('#key').validationMessage") == (
        "A public key is 64 hex digits, one a line"
    )
    proofs = sorted((folder / "export" / "proofs").rglob("*-*.json"))
    sound = [json.loads(file.read_text("utf-8")) for file in proofs if file.name != "head.json"]
    inside = await page.evaluate("JSON.parse(document.querySelector('#statement').textContent)")
    files = [json.dumps(each) for each in sound] + [spoilt(inside, each) for each in SPOILS.values()]
    keys = [[before], [now], ["00" * 32], [now, before], ["00" * 32, now], [before, now]]
    check = "async ([files, keys]) => { const found = []; for (const file of files) for (const given of keys) {"
    check += " const { report, key, given: is } = await checkStatement(JSON.parse(file), given);"
    check += " found.push([report.wrong.length === 0, key, is]); } return found; }"
    answers = [check_statement(json.loads(file), [*map(bytes.fromhex, given)]) for file in files for given in keys]
    here = [[found.report.wrong == [], found.key.hex(), found.given] for found in answers]
    assert await page.evaluate(check, [files, keys]) == here
    assert {(holds, given) for holds, _, given in here} == {(True, True), (True, False), (False, True)}


async def test_two_partners_heads_are_compared_in_the_browser(money, tmp_path, page):
    statements = []
    for _ in range(4):
        await money.sold()
        statements.append(await money.statement())
    public, merchant = await money.key(), money.shop.merchant.merchant
    one, other = statements[1], statements[3]
    files = {"page.html": "".join(await asyncio.to_thread(list, verify_page([json.dumps(one)])))}
    heads = [found["head"] for found in statements]
    forked = heads[3] | {"root": "ab" * 32}
    proof = await money.ask(between, merchant, 1, one["head"]["size"], other["head"]["size"])
    files |= {name: json.dumps(found) for name, found in (("other", other), ("proof", proof), ("forked", forked))}
    for name, text in files.items():
        await asyncio.to_thread((tmp_path / name).write_text, text, "utf-8")
    await page.goto(f"file://{tmp_path}/page.html")
    cases = []
    for old in heads:
        for new in (*heads, forked, heads[3] | {"ends": "ab" * 32}):
            sizes = sorted((old["size"], new["size"]))
            proof = (await money.ask(between, merchant, 1, *sizes))["hashes"]
            cases += [[old, new, proof], [old, new, proof[:-1]], [old, new, [*proof, "00" * 32]]]
    check = "async ([all, key, keys]) => { const found = []; for (const [a, b, proof] of all) "
    check += "found.push((await compareHeads(a, b, proof, key, keys)).length === 0); return found; }"
    here = [compare_heads(*case, public, one["keys"]) == [] for case in cases]
    assert await page.evaluate(check, [cases, public.hex(), one["keys"]]) == here
    assert (any(here), all(here)) == (True, False)
    short = await shortened(money, other, 1)
    cases = [
        [a, b, [], public.hex()] for a in (short, other, other["head"], {}) for b in (short, other, other["head"], {})
    ]
    check = (
        "async (all) => { const found = []; for (const one of all) found.push((await compareFiles(...one)).length); "
    )
    here = [len(compare(a, b, proof, public)) for a, b, proof, _ in cases]
    assert await page.evaluate(check + "return found; }", cases) == here
    await page.fill("#key", public.hex())
    for name, holds in (("other", "true"), ("forked", "false")):
        await page.set_input_files("#other", tmp_path / name)
        await page.set_input_files("#proof", tmp_path / "proof")
        await page.click("button")
        await expect(page.locator("#result")).to_have_attribute("data-holds", holds)


def test_what_a_statement_says_cannot_break_out_of_its_page():
    said = json.dumps({"body": "</script><script>alert(1)</script>"})
    page = "".join(verify_page([said[:12], said[12:]]))
    assert "</script><script>alert" not in page
    inside = page.split('id="statement">')[1].split("</script>")[0]
    assert json.loads(inside) == {"body": "</script><script>alert(1)</script>"}
