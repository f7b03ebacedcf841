import csv
import io

from commerce import commands
from signaling.api.models import Orders
from signaling.api.models_hq import OrderHq, OrderPage, Overview
from signaling.api.models_payments import Refunds, RefundView

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


async def test_an_order_is_sent_received_refunded_and_exported(shop):
    buyer, boss = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    order = (await buy(shop, buyer, "north", "order-0001", 2))["order"]
    path = f"/api/v1/hq/orders/{order}"
    shown = OrderHq.model_validate((await boss("GET", path))[1])
    assert (shown.contact.phone, shown.refunded.minor, shown.state) == ("12345", 0, "paid")
    assert (await boss("POST", f"{path}/ship", {"tracking": "SF1"}))[1]["state"] == "shipped"
    part = {"refund": "refund-0001", "amount": {"minor": 600, "currency": "CNY"}, "reason": "late"}
    for _ in range(2):
        assert (await boss("POST", f"{path}/refund", part))[1]["refunded"]["minor"] == 600
    other = part | {"amount": {"minor": 601, "currency": "CNY"}}
    status, problem = await boss("POST", f"{path}/refund", other)
    assert (status, problem["type"]) == (409, "/problems/body-differs")
    for amount, field in (
        ({"minor": 13001, "currency": "CNY"}, "amount"),
        ({"minor": 1, "currency": "USD"}, "currency"),
    ):
        status, problem = await boss("POST", f"{path}/refund", part | {"refund": "refund-0002", "amount": amount})
        assert status in (409, 422)
        assert field in problem["errors"][0]["field"]
    assert (await boss("POST", f"{path}/receive", {}))[1]["state"] == "received"
    assert (await boss("POST", f"{path}/cancel", {}))[0] == 409
    rest = {"refund": "refund-0003", "restock": True}
    assert (await boss("POST", f"{path}/refund", rest))[1]["state"] == "refunded"
    _, sheet = await boss("GET", "/api/v1/hq/orders.csv")
    header, row = csv.reader(io.StringIO(sheet.removeprefix("\ufeff")))
    found = dict(zip(header, row, strict=True))
    assert (found["order"], found["refunded"], found["phone"]) == (order, "136.00", "12345")
    assert len((await boss("GET", "/api/v1/hq/orders.csv?state=paid"))[1].splitlines()) == 1


async def test_lines_are_refunded_and_their_buyer_sees_which(shop):
    buyer, boss = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    order = (await buy(shop, buyer, "north", "order-0001", 3))["order"]
    path = f"/api/v1/hq/orders/{order}"
    named = {"refund": "refund-0001", "lines": [{"sku": shop.sku, "quantity": 2, "restock": True}]}
    for _ in range(2):
        found = OrderHq.model_validate((await boss("POST", f"{path}/refund", named))[1])
        assert (found.refunded.minor, found.lines[0].refunded) == (13_600, 2)
    less = {"refund": "refund-0002", "lines": [{"sku": shop.sku, "quantity": 1}]}
    for wrong, field in (
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": shop.sku, "quantity": 2}]}, "lines[0].quantity"),
        ({"lines": [{"sku": "0" * 16, "quantity": 1}]}, "lines[0].sku"),
        ({"amount": {"minor": 6_801, "currency": "CNY"}}, "amount"),
        ({"restock": True}, "restock"),
    ):
        status, problem = await boss("POST", f"{path}/refund", less | wrong)
        assert (status in (404, 409, 422), [each["field"] for each in problem["errors"]]) == (True, [field]), problem
    status, problem = await boss("POST", f"{path}/refund", named | {"lines": less["lines"]})
    assert (status, problem["type"]) == (409, "/problems/body-differs")
    (made,) = Refunds.model_validate((await boss("GET", f"{path}/refunds"))[1]).refunds
    assert [(line.quantity, line.amount.minor, line.restocked) for line in made.lines] == [(2, 13_600, True)]
    rest = {"refund": "refund-0003", "lines": [{"sku": shop.sku, "quantity": 1}]}
    assert (await boss("POST", f"{path}/refund", rest))[1]["state"] == "refunded"
    back = f"{path}/refunds/refund-0003/restock"
    for _ in range(2):
        found = RefundView.model_validate((await boss("POST", back, {"sku": shop.sku}))[1])
        assert [line.restocked for line in found.lines] == [True]
    status, problem = await boss("POST", back, {"sku": "0" * 16})
    assert (status, problem["errors"][0]["field"]) == (404, "sku")
    (mine,) = Orders.model_validate((await buyer("GET", "/api/v1/rooms/north/orders"))[1]).orders
    assert (mine.refunded.minor, mine.lines[0].refunded) == (20_400, 3)


async def test_finance_refunds_and_sees_no_address(shop, password_hash):
    await shop.do(commands.CreateUser(shop.merchant.id, "fin", password_hash, "finance"))
    buyer, finance = await shop.visitor(), await shop.visitor()
    await finance.log_in("fin")
    path = f"/api/v1/hq/orders/{(await buy(shop, buyer, 'north', 'order-0001'))['order']}"
    assert (await finance("GET", path))[1]["contact"] == {"name": "A**", "phone": "*****", "address": "1 Pier***"}
    assert "1 Pier Road" not in (await finance("GET", "/api/v1/hq/orders.csv"))[1]
    assert (await finance("POST", f"{path}/ship", {}))[0] == 403
    assert (await finance("POST", f"{path}/refund", {"refund": "refund-0001"}))[0] == 200
