"""The pages in Debian's Chromium, on a real server with the demo's rooms and nobody publishing."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from config.load import load
from signaling.demo import CODES, QUIET, all_addresses
from signaling.demo_goods import Furnished, furnish

CHROMIUM = "/usr/bin/chromium"
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
FLAGS = [*CAMERA, "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
DEADLINE_MS = 30_000
TEST_SECONDS_MAX = 120  # each takes a few; a busy machine is no defect


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's time begins when its server is up: two processes start theirs at once."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS_MAX, func_only=True))


@pytest.fixture(scope="session")
def furnished(tmp_path_factory) -> tuple[Path, Furnished]:
    """The demo's data, made once: each server has a copy."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    with ThreadPoolExecutor(1) as thread:  # a loop of its own, away from the tests'
        made = thread.submit(asyncio.run, furnish(load(None, {}, (f"--data_dir={folder}",))))
        return folder, made.result()


@pytest.fixture(scope="session")
def start_demo(start_server, furnished, tmp_path_factory):
    """`start_demo(FENBO_...="...")`: what `fenbo demo --no-publisher` serves, and the same addresses."""
    template, made = furnished

    def start(**environment: str):
        folder = tmp_path_factory.mktemp("demo")
        shutil.copytree(template, folder / "data")
        server = start_server("serve", prepared=folder, **QUIET, **CODES, **environment)
        server.addresses = all_addresses(server.addresses, made)
        return server

    return start


@pytest.fixture(scope="session")
def shop(start_demo):
    """Rooms, a shelf, a show that is on; no picture, so that the processor is left to the pages."""
    return start_demo(FENBO_ROOMS__CHAT_BURST="4", FENBO_ROOMS__CHAT_PER_SECOND="0.1")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=DEADLINE_MS)
        yield browser
        await browser.close()


Visit = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """`visit(url, size=PHONE, locale="en-GB")`: a new person opens an address; with `context` one who was there before.

    What the pages' scripts throw fails the test at its end.
    """

    async def open_page(
        url: str, size: dict[str, int] = PHONE, locale: str = "en-GB", context: BrowserContext | None = None
    ) -> Page:
        context = context or await browser.new_context(viewport=size, locale=locale, reduced_motion="reduce")
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        await page.goto(url)
        return page

    thrown: list[str] = []
    contexts: list[BrowserContext] = []
    yield open_page
    for context in contexts:
        await context.close()
    assert not thrown


@pytest.fixture
def rooms(shop) -> dict[str, dict[str, str]]:
    """The demo's rooms by their address."""
    return {room["room"]: room for room in shop.addresses["rooms"]}
