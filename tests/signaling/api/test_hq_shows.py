from signaling.api.models_hq import ShowHq


async def test_a_show_from_announcement_to_end(shop):
    boss = await shop.visitor()
    await boss.log_in()
    announced = {"title": "Tomorrow", "starts_at": "2027-01-01T12:00:00+08:00"}
    status, show = await boss("POST", "/api/v1/hq/shows", announced)
    assert status == 201
    assert ShowHq.model_validate(show).state == "announced"
    assert show["starts_at"] == "2027-01-01T04:00:00.000Z"
    path = f"/api/v1/hq/shows/{show['id']}"
    status, problem = await boss("PATCH", path, {"state": "live"})
    assert (status, problem["status"]) == (409, 409), "another one is on"
    assert (await boss("PATCH", f"/api/v1/hq/shows/{shop.show.show}", {"state": "ended"}))[0] == 200
    assert (await boss("PATCH", path, {"state": "live", "title": "Today"}))[1]["title"] == "Today"
    _, shows = await boss("GET", "/api/v1/hq/shows")
    assert {(each["title"], each["state"]) for each in shows} == {("Today", "live"), ("Evening", "ended")}
    assert (await boss("GET", "/api/v1/rooms/north"))[1]["show"]["title"] == "Today"


async def test_the_shelf_is_set_as_a_whole(shop):
    boss = await shop.visitor()
    await boss.log_in()
    member = await (await shop.visitor()).enter("north")
    path = f"/api/v1/hq/shows/{shop.show.show}/shelf"
    status, show = await boss("PUT", path, {"items": [{"product": shop.product.product, "pinned": True}]})
    assert (status, show["shelf"][0]["pinned"]) == (200, True)
    shelf = await member.wait_for("shelf")
    assert [item["name"] for item in shelf["shelf"]] == ["Green tea"]
    assert (await boss("PUT", path, {"items": []}))[1]["shelf"] == []


async def test_bad_shows_name_the_field(shop):
    boss = await shop.visitor()
    await boss.log_in()
    shows, path = "/api/v1/hq/shows", f"/api/v1/hq/shows/{shop.show.show}"
    product = shop.product.product
    bad = [
        ("POST", shows, {}, 422, "title"),
        ("POST", shows, {"title": ""}, 422, "title"),
        ("POST", shows, {"title": "x", "starts_at": "tomorrow"}, 422, "starts_at"),
        ("POST", shows, {"title": "x", "starts_at": "2027-01-01T00:00:00"}, 422, "starts_at"),
        ("PATCH", path, {"state": "paused!"}, 422, "state"),
        ("PATCH", path, {"state": "announced"}, 409, "state"),
        ("PATCH", f"{shows}/aaaaaaaaaaaaaaaa", {"state": "live"}, 404, "show"),
        ("PUT", f"{path}/shelf", {"items": [{"product": "aaaaaaaaaaaaaaaa"}]}, 409, "items[0].product"),
        ("PUT", f"{path}/shelf", {"items": [{"product": product}, {"product": product}]}, 422, "items"),
    ]
    for method, address, body, expected, field in bad:
        status, problem = await boss(method, address, body)
        assert status == expected, (address, body, problem)
        assert field in [each["field"] for each in problem["errors"]], (body, problem)
