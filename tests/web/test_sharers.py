"""A sharer in Chromium: a friend follows his link, and he sees it; HQ has its board."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.web.test_headquarters import enter

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


def figure(page: Page, name: str):
    return page.locator("fenbo-sharing .figure").filter(has_text=name)


async def test_a_friend_who_comes_by_the_link_is_a_visit_and_his_order_is_counted(visit, rooms, shop):
    url = next(room["url"] for room in rooms.values())
    page = await visit(url, locale="zh-CN")
    await page.get_by_role("button", name="分享", exact=True).click()
    await expect(figure(page, "访问")).to_contain_text("0")
    link = await page.locator("fenbo-share code").first.text_content()
    friend = await visit(link)
    await friend.get_by_role("button", name=re.compile(r"^Shelf")).wait_for()
    await expect(friend.locator("fenbo-room")).to_be_visible()
    await friend.get_by_role("textbox").first.wait_for()
    await page.reload()
    await page.get_by_role("button", name="分享", exact=True).click()
    await expect(figure(page, "访问")).to_contain_text("1")
    await expect(page.locator("fenbo-sharing")).to_contain_text("我的分享成果")
    await page.get_by_role("button", name="登录后").click()
    await page.get_by_label("手机号").wait_for()


async def test_hq_has_a_board_of_a_show_or_of_days_in_both_languages(visit, shop):
    page = await enter(visit, shop)
    await page.get_by_role("link", name="Money").click()
    board = page.get_by_role("region", name="Sharers")
    await expect(board.get_by_text("Nobody has shared with success in this time.")).to_be_visible()
    about, by = board.get_by_role("combobox").nth(0), board.get_by_role("combobox").nth(1)
    await about.select_option(index=3)
    await expect(board.get_by_role("alert")).to_be_empty()
    await by.select_option("paid")
    await page.get_by_role("button", name="中文").or_(page.get_by_role("button", name="切换到中文")).click()
    await expect(page.get_by_role("region", name="分享人排行")).to_be_visible()
