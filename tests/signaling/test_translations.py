"""Refusals in Chinese: every one that a page can meet has its text; one that is new and has none fails here."""

import ast
import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

import signaling
from commerce import errors as commerce
from commerce.cart import NOT_HERE
from commerce.customers.views import LoggedIn
from commerce.directory.people import REFUSED
from relay.errors import BadRtmp
from relay.rtmp.push import parse_target
from signaling import errors, image_file
from signaling.api.customers import _refused
from signaling.api.operations import OPERATIONS
from signaling.problems import document, problem
from signaling.studio import CLOSED
from signaling.translations import CATALOGUES, ENGLISH, UNTRANSLATED, Catalogue, preferred

ROOT = Path(signaling.__file__).parent.parent
ZH = Catalogue.open("zh")
REFUSALS = {
    name
    for module in (commerce, errors)
    for name, found in vars(module).items()
    if isinstance(found, type) and issubclass(found, Exception)
} | {"ErrorMessage", "BadImage", "BadMedia", "Mistake"}
# What is met on a command line, at start, by encoders, or by programs that check proofs: no page shows it.
ELSEWHERE = (
    "commerce/backups.py", "commerce/leaving/", "commerce/proof/", "commerce/store/", "commerce/upkeep.py",
    "commerce/vault.py", "signaling/cli", "signaling/demo", "signaling/doctor.py", "signaling/zh.json",
)  # fmt: skip
WRONG = (
    None,
    "",
    "x" * 5_000,
    "x",
    -1,
    10**15,
    1.5,
    True,
    [],
    [1] * 500,
    {},
    {"x": 1},
    "2020-01-01",
    "2020-01-01T00:00:00",
)


def refusals():
    """(text with {} for what is put in, where) of all that is raised."""
    paths = [path for name in ("commerce", "signaling") for path in (ROOT / name).rglob("*.py")]
    for path in [*sorted(paths), ROOT / "relay/slate_file.py"]:
        where = path.relative_to(ROOT).as_posix()
        if not where.startswith(ELSEWHERE):
            tree = ast.parse(path.read_text("utf-8"))
            named = dict(constants(tree))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and called(node) in REFUSALS:
                    given = [*node.args, *(each.value for each in node.keywords)]
                    for text in (text for each in given for text in texts(each, named)):
                        if " " in text:
                            yield text, f"{where}:{node.lineno}"


def constants(tree):
    """Names of the module that stand for one text, or for several."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def called(call):
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def texts(node, named):
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.BinOp):
        yield from (left + right for left in pieces(node.left) for right in pieces(node.right))
    elif isinstance(node, ast.Name) and node.id in named:
        yield from texts(named[node.id], {})
    elif isinstance(node, ast.Subscript):
        yield from texts(node.value, named)
    else:
        for child in ast.iter_child_nodes(node):
            yield from texts(child, named)


def pieces(node):
    """What a part of a sum of texts may be."""
    if isinstance(node, ast.IfExp):
        return [*pieces(node.body), *pieces(node.orelse)]
    return list(texts(node, {})) if isinstance(node, ast.Constant | ast.JoinedStr) else ["{}"]


def test_all_that_is_raised_can_be_said_in_chinese():
    found = set(refusals())
    assert len(found) > 250
    assert not [(text, where) for text, where in sorted(found) if ZH.find(text.replace("{}", "7")) is None]


def test_what_commerces_errors_say_by_themselves():
    for error in (
        commerce.SoldOut("x", 0), commerce.SoldOut("x", 3), commerce.LimitReached("x", 0),
        commerce.LimitReached("x", 2),
        commerce.LimitReached("x", 2, "in one order"), commerce.BodyDiffers("x", "a" * 64, "b" * 64),
        commerce.PriceChanged("x", 100), commerce.Stale("x", 3), commerce.WrongState("x", "paid", "cancel"),
        commerce.Unavailable("Timeout"), RuntimeError("inside"),
    ):  # fmt: skip
        assert problem(error, ZH).headers["Content-Language"] == "zh", error
    for _, look in errors.TABLE:
        assert ZH.find(look.title), look.title


def test_what_is_said_by_way_of_a_variable():
    for url in ("nonsense", "rtmp://example.com"):
        with pytest.raises(BadRtmp) as caught:
            parse_target(url)
        assert ZH.find(caught.value.problem), url
    said = (*CLOSED.values(), REFUSED, NOT_HERE, image_file._too_large())
    assert not [text for text in said if ZH.find(text) is None]
    for outcome in (LoggedIn("none"), LoggedIn("wrong", 3), LoggedIn("wrong", 0)):
        assert ZH.find(_refused(outcome))


def models(annotation):
    """A body's model and those inside of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(annotation):
        yield from models(inner)


def test_all_that_is_wrong_with_a_body_can_be_said_in_chinese():
    bodies = {model for each in OPERATIONS if each.body is not None for model in models(each.body)}
    assert len(bodies) > 50
    said = set()
    for model in bodies:
        for name in model.model_fields:
            for value in WRONG:
                with pytest.raises(ValidationError) as caught:
                    model.model_validate_json(json.dumps({name: value, "nobody knows it": 1}))
                said |= {each["msg"] for each in caught.value.errors()}
    assert not [text for text in sorted(said) if ZH.find(text) is None]


def test_all_or_nothing_is_said_to_be_in_the_language():
    look = errors.TABLE[0][1]
    known, unknown = ("phone", "log in first"), ("name", "words that nobody has translated")
    assert document(look, "log in first", [known], catalogue=ZH).headers["Content-Language"] == "zh"
    assert "Content-Language" not in document(look, "log in first", [known, unknown], catalogue=ZH).headers
    assert "Content-Language" not in document(look, "log in first", catalogue=UNTRANSLATED).headers


def test_what_was_put_in_stays_in_its_place():
    assert ZH.find("must have 1 to 80 characters") == "须为 1 至 80 个字符"
    assert ZH.find("cancel is not possible while paid") == "状态为 paid 时不能 cancel"
    assert ZH.find("no such SKU") == "没有这个规格"
    assert ZH.find("no such {}".format("broadcast")) == "没有这个 broadcast"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", ENGLISH),
        ("fr, zh;q=0.5", "zh"),
        ("fr", ENGLISH),
        ("zh;q=0", ENGLISH),
        ("zh;q=nonsense, \x00, ;;;", ENGLISH),
        ("*", ENGLISH),
        (",".join(["fr"] * 10_000), ENGLISH),
    ],
)
def test_the_language_that_is_liked_best(header, language):
    assert preferred(header, (ENGLISH, *CATALOGUES)) == language


async def test_refusals_over_http_and_in_a_socket(shop):
    visitor = await shop.visitor()
    path = "/api/v1/rooms/north/cart/" + shop.sku
    async with visitor.client.put(
        visitor.base + path, json={"quantity": -1}, headers={"Accept-Language": "zh-CN"}
    ) as answer:
        said = await answer.json()
        assert (answer.headers["Content-Language"], said["errors"]) == (
            "zh",
            [{"field": "quantity", "detail": "不能小于 0"}],
        )
    async with visitor.client.put(visitor.base + path, json={"quantity": -1}) as answer:
        assert "greater than" in (await answer.json())["errors"][0]["detail"]
    async with visitor.client.ws_connect(f"{visitor.base}/r/north/ws?language=zh-CN") as ws:
        await ws.send_json({"type": "chat", "id": "1", "text": "too early"})
        assert (await ws.receive_json())["detail"] == "须先说 hello"


async def test_mistakes_in_a_sheet(shop):
    boss = await shop.visitor()
    await boss.log_in()
    body = {"csv": "product,sku,price,stock\nTea,Tin,free,1\n", "apply": False}
    headers = boss.headers | {"Accept-Language": "zh"}
    _, read = await boss("POST", "/api/v1/hq/products/sheet", body, headers=headers)
    assert read["mistakes"], read
    assert all(ord(each["detail"][0]) > 0x4E00 for each in read["mistakes"]), read
