"""Each operation of a customer is served, and answers as it says."""

from signaling.api.operations_customers import CUSTOMERS


async def test_each_is_served(shop):
    visitor = await shop.visitor()
    for operation in CUSTOMERS:
        path = operation.path.replace("{room}", "north").replace("{address}", "0" * 16)
        body = None if operation.body is None else {}
        status, _ = await visitor(operation.method.upper(), path, body)
        assert status in {*operation.answers, *operation.problems, 422}, (operation, status)
