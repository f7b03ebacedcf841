from signaling.api.models_hq import OrderPage, Overview

CONTACT = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}


async def buy(shop, visitor, room, name, quantity=1):
    lines = [{"sku": shop.sku, "quantity": quantity}]
    body = {"client_order_id": name, "contact": CONTACT, "lines": lines}
    status, order = await visitor("POST", f"/api/v1/rooms/{room}/orders", body)
    assert status == 201, order
    await visitor("POST", f"/api/v1/payments/sandbox/{order['payment']['payment']}", {"outcome": "pay"})
    return order


async def test_a_sale_shows_under_the_channel_whose_customer_bought(shop):
    buyer = await shop.visitor()
    member = await buyer.enter("north")
    await member.ws.close()
    await buy(shop, buyer, "south", "order-0001", 2)
    boss = await shop.visitor()
    await boss.log_in()
    _, body = await boss("GET", "/api/v1/hq/orders")
    (order,) = OrderPage.model_validate(body).orders
    assert (order.room_channel.name, order.owner_channel.name, order.state) == ("South", "North", "paid")
    assert (await boss("GET", f"/api/v1/hq/orders?channel={shop.north.channel}"))[1]["orders"] == body["orders"]
    assert (await boss("GET", f"/api/v1/hq/orders?channel={shop.south.channel}"))[1]["orders"] == []
    assert (await boss("GET", "/api/v1/hq/orders?state=created"))[1]["orders"] == []


async def test_the_overview_counts_people_and_money(shop):
    buyer = await shop.visitor()
    member = await buyer.enter("north")
    await buy(shop, buyer, "north", "order-0001", 2)
    boss = await shop.visitor()
    await boss.log_in()
    _, body = await boss("GET", "/api/v1/hq/overview")
    overview = Overview.model_validate(body)
    assert overview.show is not None
    assert (overview.show.id, overview.viewers) == (shop.show.show, 1)
    figures = {each.name: (each.viewers, each.orders, each.paid.minor) for each in overview.channels}
    assert figures["North"] == (1, 1, 13600)
    assert figures["South"] == (0, 0, 0)
    assert len(overview.latest_orders) == 1
    await member.ws.close()


async def test_bad_questions_name_the_field(shop):
    boss = await shop.visitor()
    await boss.log_in()
    for query, field in (("state=lost", "state"), ("cursor=~", "cursor"), ("channel=aaaaaaaaaaaaaaaa", "channel")):
        status, problem = await boss("GET", f"/api/v1/hq/orders?{query}")
        assert status in (404, 422), problem
        assert problem["errors"][0]["field"] == field
