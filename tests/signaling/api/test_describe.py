"""The document against its own rules and against the routes that exist."""

import re

import pytest
from pydantic import TypeAdapter

from signaling.api.describe import document
from signaling.api.operations import OPERATIONS


@pytest.fixture(scope="module")
def described():
    return document()


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def operations(described):
    return [(path, method, found) for path, methods in described["paths"].items() for method, found in methods.items()]


def test_the_document_keeps_the_rules_of_openapi(described):
    assert re.fullmatch(r"3\.1\.\d", described["openapi"])
    assert {"title", "version"} <= set(described["info"])
    names = [found["operationId"] for _, _, found in operations(described)]
    assert len(set(names)) == len(names)
    for path, _, found in operations(described):
        in_path = {each["name"] for each in found["parameters"] if each["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), path
        assert all(each["required"] for each in found["parameters"] if each["in"] == "path")
        assert all(re.fullmatch(r"[1-5]\d\d", status) for status in found["responses"])
        assert all("description" in response for response in found["responses"].values())
        for needed in found["security"]:
            assert set(needed) <= set(described["components"]["securitySchemes"])


def test_every_reference_leads_somewhere(described):
    found = set(references(described))
    assert found
    for reference in found:
        _, _, kind, name = reference.split("/")
        assert name in described["components"][kind], reference


async def test_each_route_of_the_api_is_described_and_each_description_has_a_route(shop):
    from signaling.app import _handlers  # noqa: PLC0415
    from signaling.pages import Pages  # noqa: PLC0415
    from signaling.routes import routes  # noqa: PLC0415

    handlers = _handlers(shop.node.core, shop.node.urls, Pages([], "", "", ""))
    served = {(route.method.lower(), route.path) for route in routes(handlers) if route.path.startswith("/api/")}
    assert served == {(operation.method, operation.path) for operation in OPERATIONS}


async def test_it_is_served(shop, described):
    status, body = await (await shop.visitor())("GET", "/openapi.json")
    assert (status, body) == (200, described)


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.body is not None], ids=lambda o: o.path)
def test_bodies_are_described_with_what_they_refuse(described, operation):
    found = described["paths"][operation.path][operation.method]
    assert {"413", "415", "422"} <= set(found["responses"])
    name = found["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    schema = described["components"]["schemas"][name]
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(TypeAdapter(operation.body).json_schema()["properties"])
