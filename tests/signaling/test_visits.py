async def test_pages_and_what_is_missing(shop):
    visitor = await shop.visitor()
    status, page = await visitor("GET", "/r/north")
    assert status == 200
    assert '"room":"north"' in page
    for path in ("/r/nowhere", "/r/NOT-A-SLUG", "/s/nothere", "/r/%F0%9F%98%80"):
        status, page = await visitor("GET", path)
        assert status == 404, path
        assert page.startswith("<!doctype html>")


async def test_the_rooms_playlist_is_everybodys(shop, monkeypatch):
    visitor = await shop.visitor()
    assert (await visitor("GET", "/r/north/live.m3u8"))[0] == 404
    monkeypatch.setattr(shop.node.core.directory, "hls", lambda show: f"/live/{show}/1/index.m3u8")
    for room in ("north", "south"):
        async with visitor.client.get(f"{visitor.base}/r/{room}/live.m3u8", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (307, f"/live/{shop.show.show}/1/index.m3u8")


async def test_headquarters_page(shop):
    status, page = await (await shop.visitor())("GET", "/hq")
    assert status == 200
    assert 'id="fenbo-hq"' in page
