"""A gateway as an operator would run one: a real HTTP server that keeps what it was told to send."""

import json
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

SECRET = "gateway secret"


class Gateway:
    def __init__(self):
        self.sent, self.signatures, self.bodies, self.status = [], [], [], 200

    async def take(self, request):
        self.signatures.append(request.headers["Fenbo-Signature"])
        self.bodies.append(await request.text())
        self.sent.append(json.loads(self.bodies[-1]))
        return web.Response(status=self.status)

    @property
    def code(self):
        return self.sent[-1]["code"]


@asynccontextmanager
async def gateway():
    """(what was sent, options of a node that uses it)."""
    found, app = Gateway(), web.Application()
    app.add_routes([web.post("/sms", found.take)])
    server = TestServer(app)
    await server.start_server()
    options = ("--sms.gateway=webhook", f"--sms.url={server.make_url('/sms')}", f"--sms.secret={SECRET}")
    yield found, options
    await server.close()


async def log_in(visitor, sent, phone="138 0013 8000", room="north"):
    """The answer of a login with the code that came."""
    status, asked = await visitor("POST", f"/api/v1/rooms/{room}/login/code", {"phone": phone})
    assert status == 202, asked
    status, found = await visitor("POST", f"/api/v1/rooms/{room}/login", {"phone": phone, "code": sent.code})
    assert status == 200, found
    return found
