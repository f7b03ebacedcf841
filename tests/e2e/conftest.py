"""A show as people meet it: `fenbo demo` in processes of its own, and Debian's Chromium."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from signaling import demo_clock

CHROMIUM = "/usr/bin/chromium"
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]  # no CPU for what is not tested
FLAGS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *CAMERA, *QUIET]
PHONE = {"width": 390, "height": 844}
DEADLINE_MS = 12_000
GEOMETRY = {
    "centres": [demo_clock.centre(cell) for cell in range(demo_clock.CELLS)],
    "bottom": (demo_clock.TOP + demo_clock.CELL_HEIGHT) / demo_clock.HEIGHT,
    "contrast": demo_clock.CONTRAST_MIN,
    "timeBits": demo_clock.TIME_BITS,
    "modulus": demo_clock.CHECK_MODULUS,
}
PAGE_SCRIPT = (Path(__file__).parent / "page.js").read_text("utf-8").replace("GEOMETRY", json.dumps(GEOMETRY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who watches the demo's broadcast comes last: encoding takes a third of a core from all who come after."""
    items.sort(key=lambda item: "show" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def show(start_server):
    """The demo with its broadcast on."""
    return start_server("demo")


@pytest.fixture(scope="session")
def studio(start_server):
    """A demo without an encoder of its own: who publishes into it leaves, and a slate stays, at next to no cost."""
    return start_server("demo", "--no-publisher")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=DEADLINE_MS)
        yield browser
        await browser.close()


Enter = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def enter(browser: Browser) -> AsyncIterator[Enter]:
    """`enter(url)`: a new person on a phone opens an address; with `context` somebody who was there before."""

    async def open_page(url: str, context: BrowserContext | None = None, without: str = "") -> Page:
        context = context or await browser.new_context(viewport=PHONE, locale="en-GB")
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        page = await context.new_page()
        await page.add_init_script(PAGE_SCRIPT)
        if without:
            await page.route(without, lambda route: route.abort())
        await page.goto(url)
        return page

    contexts: list[BrowserContext] = []
    yield open_page
    for context in contexts:
        await context.close()
