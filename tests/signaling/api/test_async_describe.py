"""The document against the rules of AsyncAPI and against what is said. All tests that open a socket (conftest's Socket)
hold each message against it as well."""

import jsonschema
import pytest

from signaling.api.async_describe import document
from signaling.messages import CLIENT_MESSAGE, PROTOCOL_VERSION


@pytest.fixture(scope="module")
def described():
    return document()


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_every_reference_leads_somewhere(described):
    found = set(references(described))
    assert len(found) > 40
    for reference in found:
        node = described
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_it_has_what_asyncapi_asks_for(described):
    assert described["asyncapi"] == "3.0.0"
    assert described["info"]["version"] == str(PROTOCOL_VERSION)
    assert {"title", "version"} <= set(described["info"])
    assert {operation["action"] for operation in described["operations"].values()} == {"send", "receive"}
    for channel in described["channels"].values():
        assert channel["address"].startswith("/")
        assert channel["messages"]
    names = [message["name"] for message in described["components"]["messages"].values()]
    assert {"hello", "welcome", "chat", "standing", "removed", "answer", "queue", "order"} <= set(names)
    assert all(message["summary"] for message in described["components"]["messages"].values())


@pytest.mark.parametrize(
    ("message", "fits"),
    [
        ({"type": "likes", "count": 3}, True),
        ({"type": "likes", "count": 0}, False),
        ({"type": "likes", "count": 3, "more": 1}, False),
        ({"type": "hello", "room_since": {"epoch": "e", "offset": 1}, "show_since": None}, True),
        ({"type": "hello", "room_since": {"epoch": "e"}}, False),
        ({"type": "hello", "version": 1}, True),
        ({"type": "hello", "version": 2}, False),
        ({"type": "chat", "id": "1"}, False),
    ],
)
def test_the_schemas_refuse_what_the_models_refuse(described, message, fits):
    payload = described["components"]["messages"][message["type"].capitalize()]["payload"]
    assert jsonschema.Draft202012Validator(described | payload).is_valid(message) is fits
    if fits:
        CLIENT_MESSAGE.validate_python(message)


async def test_it_is_served(shop, described):
    status, body = await (await shop.visitor())("GET", "/asyncapi.json")
    assert (status, body) == (200, described)
