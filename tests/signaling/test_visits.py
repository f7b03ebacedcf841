from relay.hls.edge import edge_cookie


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


async def test_a_room_page_lets_its_viewer_through_the_edge(open_shop):
    visitor = await (await open_shop("--hls.edge_secret=signed")).visitor()
    async with visitor.client.get(f"{visitor.base}/r/north") as answer:
        cookie = answer.cookies["fenbo_edge"]
        viewer = answer.cookies["fenbo_viewer"].value.split(".")[1]
    expires, named, signature = cookie.value.split("-", 2)
    assert (named, cookie["path"], cookie["httponly"]) == (viewer, "/", True)
    assert cookie.value == edge_cookie("signed", viewer, int(expires)) and signature


async def test_without_an_edge_there_is_no_pass(shop):
    visitor = await shop.visitor()
    async with visitor.client.get(f"{visitor.base}/r/north") as answer:
        assert set(answer.cookies) == {"fenbo_viewer"}
